"""The energies that are compiled for GPUs: every one of the standard library, the examples, and the reference
workloads, written out by `energy emit`."""

import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
REFERENCES = ROOT / "Tests" / "References"


def gaussian(d):
    """The energy of a normal distribution with a full matrix."""
    return (f"param mu : vector[{d}] = [sin(i) for i in 1..{d}]\n"
            f"param P : symmetric[{d}] = [exp(-abs(i - j)) for i in 1..{d}, j in 1..{d}]\n"
            f"energy f(x : vector[{d}]) = 0.5*(x - mu)^T P (x - mu)")


# Programs whose registers and instructions are known from kernels by hand.
WORKLOADS = {
    "w1_double_well": ("energy f(x : vector[16]) = sum((x^2 - 1)^2)", {}),
    "w2_rosenbrock": ("import rosenbrock from std\nenergy f = rosenbrock()", {"m": 31}),
    "w3_sine": ("param a = 0.7\nenergy f(x : vector[16]) = a*sum(sin(x)^2)", {}),
    "w4_gaussian_64": (gaussian(64), {}),
    "w4_gaussian_512": (gaussian(512), {}),
    "w5_mixture": ("import gaussian_mixture from std\nenergy f = gaussian_mixture(w = ones(16)/16, "
                   "M = [cos(i + 3*j) for i in 1..16, j in 1..8], s = ones(16))", {}),
    "w6_perceptron": ("param U : matrix[128, 8] = [sin(i + 9*j) for i in 1..128, j in 1..8]\n"
                      "param V : matrix[128, 128] = [sin(i*j)/11 for i in 1..128, j in 1..128]\n"
                      "param b : vector[128] = [cos(i) for i in 1..128]\n"
                      "param c : vector[128] = [cos(3*i) for i in 1..128]\n"
                      "param w : vector[128] = [sin(i) for i in 1..128]\n"
                      "energy f(x : vector[8]) = dot(w, silu(V silu(U x + b) + c))", {}),
    "lennard_jones_13": ("import lennard_jones from std\nenergy f = lennard_jones()", {"n": 13, "k": 3}),
    "phi4_32": ("import phi4 from std\nenergy f = phi4()", {"L": 32, "M": 32}),
}


class Model:
    """A program, and how to emit it."""

    def __init__(self, name, path, energy, sizes, settings):
        self.name, self.path, self.energy = name, path, energy
        self.sizes, self.settings = sizes, settings

    def emit(self, program, dtype, folder, baked=False):
        """The folder with NAME.cu, NAME.h and NAME.json."""
        folder.mkdir(parents=True, exist_ok=True)
        command = [program, "emit", self.path, "--energy", self.energy, "--target", "cuda", "--dtype", dtype]
        command += ["--name", self.name, "--out", f"{folder}/"]
        command += ["--bake"] if baked else []
        for size, value in self.sizes.items():
            command += ["--dim", f"{size}={value}"]
        for name, value in self.settings.items():
            command += ["--set", f"{name}={value}"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=pathlib.Path(self.path).parent)
        if done.returncode != 0:
            raise RuntimeError(f"{self.name} ({dtype}): {done.stderr.strip()}")
        return folder

    def manifest(self, folder):
        return json.loads((folder / f"{self.name}.json").read_text())


def free_sizes(name, shape):
    """The sizes that the first program of an energy's references leaves open."""
    rows, *extents = shape
    known = {
        "phi4": ("L", "M"), "ising": ("L", "M"), "xy": ("L", "M"), "potts": ("L", "M", "q"),
        "lennard_jones": ("n", "k"), "wca": ("n", "k"), "morse": ("n", "k"), "dw4": ("n", "k"), "coulomb": (None, "k"),
        "lkj": ("n", None), "autoregression": ("n",), "hidden_markov": ("T",),
    }
    if name in ("rosenbrock", "funnel"):
        return {"m": extents[0] - 1}
    if name == "many_well":
        return {"m": extents[0] // 2}
    names = known.get(name, ("d",) * len(extents))
    return {size: value for size, value in zip(names, extents) if size}


def all_models(folder):
    """Writes the programs into a folder and lists them."""
    models = []

    def add(name, text, energy, sizes, settings=None):
        path = folder / f"{name}.energy"
        path.write_text(text + "\n")
        models.append(Model(name, str(path), energy, sizes, settings or {}))

    for file in sorted((REFERENCES / "std").glob("*.json")):
        case = json.loads(file.read_text())["cases"][0]
        add(file.stem, case["program"], "tested", free_sizes(file.stem, case["shape"]), case["settings"])
    for file in sorted(REFERENCES.glob("[0-9]*.json")):
        reference = json.loads(file.read_text())
        extents = reference["shape"][1:]
        path = ROOT / "examples" / f"{file.stem}.energy"
        sizes = {"d": extents[-1]} if len(extents) == 1 else {"n": extents[0], "d": extents[-1]}
        models.append(Model("example_" + file.stem, str(path), reference["energy_name"], sizes, {}))
    for name, (text, sizes) in WORKLOADS.items():
        add(name, text, "f", sizes)
    return models
