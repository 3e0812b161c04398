"""Energy and score together against JAX's jit: same machine, same run, same data, f64, one thread pinned to one core.

Workloads: Rosenbrock on (300000, 32) and a double well on (1000000, 16), standard normal samples.
The rounds of the two alternate, so that a slow moment of the machine meets both. What is compared is the evaluation
alone: for JAX a call of the compiled function until its result is ready, for `energy eval --json` the seconds it reports
for evaluation, without start, reading and writing. Medians are printed with their ratio.

    make bench                                     or
    python3 Benchmarks/peers.py --program .build/release/energy [--rounds 7] [--json results.json]

JAX is installed into .venv in the repository if it isn't there.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"

WORKLOADS = {
    "rosenbrock": {
        "shape": (300_000, 32),
        "program": """param a = 1.0
param b = 100.0
energy rosenbrock(x : vector[d]) = sum(i in 1..d-1: b*(x[i+1] - x[i]^2)^2 + (a - x[i])^2)
""",
    },
    "double_well": {
        "shape": (1_000_000, 16),
        "program": """param a = 1.5
param b = 2.0
energy double_well(x : vector[d]) = a*sum((x^2 - b)^2)
""",
    },
}


def pin_to_one_core():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def one_thread():
    """Environment of the runs: neither side may use a second thread."""
    environment = dict(os.environ, JAX_ENABLE_X64="1", JAX_PLATFORMS="cpu")
    environment.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NPROC")})
    environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return environment


def ensure_jax():
    python = VENV / "bin" / "python"
    if not python.exists():
        venv.create(VENV, with_pip=True)
    if subprocess.run([python, "-c", "import jax"], capture_output=True).returncode != 0:
        subprocess.run([python, "-m", "pip", "install", "--quiet", "jax", "numpy"], check=True)
    return str(python)


def jax_worker(folder):
    """Serves rounds: reads a workload's name on standard input, answers with the seconds of one evaluation."""
    import time

    import jax
    import jax.numpy as jnp
    import numpy as np

    def rosenbrock(x):
        return (100.0 * (x[:, 1:] - x[:, :-1] ** 2) ** 2 + (1.0 - x[:, :-1]) ** 2).sum(1)

    def double_well(x):
        return 1.5 * ((x**2 - 2.0) ** 2).sum(1)

    def energy_and_score(energy):
        def total(x):
            values = energy(x)
            return values.sum(), values

        def both(x):
            gradient, values = jax.grad(total, has_aux=True)(x)
            return values, -gradient

        return jax.jit(both)

    prepared = {}
    for name, energy in (("rosenbrock", rosenbrock), ("double_well", double_well)):
        samples = jnp.asarray(np.load(f"{folder}/{name}.npy"))
        compiled = energy_and_score(energy)
        values, scores = jax.block_until_ready(compiled(samples))
        np.save(f"{folder}/{name}.jax.energy.npy", values)
        np.save(f"{folder}/{name}.jax.score.npy", scores)
        jax.block_until_ready(compiled(samples))
        prepared[name] = (compiled, samples)
    print(jax.__version__, flush=True)
    for line in sys.stdin:
        compiled, samples = prepared[line.strip()]
        start = time.perf_counter()
        jax.block_until_ready(compiled(samples))
        print(time.perf_counter() - start, flush=True)


def energy_round(program, folder, name):
    """Seconds that `energy eval` reports for its evaluation."""
    command = [program, "eval", f"{folder}/{name}.energy", "--input", f"{folder}/{name}.npy", "--threads", "1", "--json"]
    command += ["--energy-out", f"{folder}/{name}.energy.npy", "--score-out", f"{folder}/{name}.score.npy"]
    done = subprocess.run(command, capture_output=True, text=True, env=one_thread())
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\nfailed with exit code {done.returncode}:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)["seconds"]["evaluation"]


def deviation(folder, name):
    """How far the two results are apart, relative to the size of the values."""
    import numpy as np

    worst = 0.0
    for what in ("energy", "score"):
        ours, theirs = (np.load(f"{folder}/{name}.{who}{what}.npy") for who in ("", "jax."))
        scale = np.abs(theirs) + (np.abs(theirs).max(1, keepdims=True) if theirs.ndim == 2 else 1.0)
        worst = max(worst, float((np.abs(ours - theirs) / scale).max()))
    return worst


def compare(arguments):
    import numpy as np

    results = {}
    with tempfile.TemporaryDirectory() as folder:
        generator = np.random.default_rng(0)
        for name, workload in WORKLOADS.items():
            np.save(f"{folder}/{name}.npy", generator.standard_normal(workload["shape"]))
            Path(f"{folder}/{name}.energy").write_text(workload["program"])
        worker = subprocess.Popen(
            [sys.executable, __file__, "--jax-worker", folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=one_thread(),
        )
        version = worker.stdout.readline().strip()
        if not version:
            raise SystemExit("JAX didn't start; its message stands above")
        print(f"energy + score, f64, one thread, median of {arguments.rounds} rounds; JAX {version}")
        for name, workload in WORKLOADS.items():
            seconds = {"energy": [], "jax": []}
            for _ in range(arguments.rounds):
                worker.stdin.write(name + "\n")
                worker.stdin.flush()
                seconds["jax"].append(float(worker.stdout.readline()))
                seconds["energy"].append(energy_round(arguments.program, folder, name))
            medians = {who: statistics.median(times) for who, times in seconds.items()}
            ratio = medians["energy"] / medians["jax"]
            apart = deviation(folder, name)
            results[name] = {"shape": workload["shape"], **medians, "ratio": ratio, "deviation": apart, "all": seconds}
            print(
                f"  {name:12} {str(workload['shape']):14}  energy {1e3 * medians['energy']:7.1f} ms"
                f"   JAX {1e3 * medians['jax']:7.1f} ms   ratio {ratio:.3f}   values agree to {apart:.1e}"
            )
        worker.stdin.close()
        worker.wait()
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(results, indent=2) + "\n")
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=str(ROOT / ".build" / "release" / "energy"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", help="write all figures to this file")
    parser.add_argument("--limit", type=float, help="fail if a ratio is above this")
    parser.add_argument("--jax-worker", metavar="FOLDER", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    pin_to_one_core()
    if arguments.jax_worker:
        return jax_worker(arguments.jax_worker)
    python = ensure_jax()
    if os.environ.get("ENERGY_PEERS_VENV") != "1":
        # Run again inside the environment that has numpy and JAX.
        os.execve(python, [python, *sys.argv], dict(os.environ, ENERGY_PEERS_VENV="1"))
    results = compare(arguments)
    if arguments.limit is not None and any(result["ratio"] > arguments.limit for result in results.values()):
        raise SystemExit(f"a ratio is above {arguments.limit}")


if __name__ == "__main__":
    main()
