#!/usr/bin/env python3
"""On a machine with a GPU: runs every emitted artefact, compares it with the evaluator, lets compute-sanitizer look at
it, and times it against the memory's speed and torch.compile.

    Tests/CUDA/gpu.py --program .build/release/energy [--only NAME ...]

Says so in one line and ends well where there is no GPU or no compiler.
"""

import argparse
import json
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

import compiler
import models

HARNESS = pathlib.Path(__file__).with_name("harness.cu")
SIZES = {"f32": 4, "f64": 8}
TOLERANCE = {"f32": 1e-5, "f64": 1e-12}
# Rows that fill a large GPU several times over.
TIMED_BYTES = 1 << 30
# The same energies in PyTorch, of a batch x of rows.
TORCH = {
    "w1_double_well": "((x**2 - 1)**2).sum(-1)",
    "w2_rosenbrock": "(100*(x[:, 1:] - x[:, :-1]**2)**2 + (1 - x[:, :-1])**2).sum(-1)",
    "w3_sine": "0.7*(torch.sin(x)**2).sum(-1)",
}


def devices():
    """Names of the GPUs; none where there is no driver."""
    if shutil.which("nvidia-smi") is None:
        return []
    done = subprocess.run(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"], capture_output=True, text=True)
    return done.stdout.split("\n")[:-1] if done.returncode == 0 else []


def write_npy(path, rows, width, values, dtype):
    head = "{'descr': '<%s', 'fortran_order': False, 'shape': (%d, %d), }" % (
        "f4" if dtype == "f32" else "f8", rows, width)
    head += " " * (63 - (len(head) + 10) % 64) + "\n"
    code = "f" if dtype == "f32" else "d"
    body = struct.pack(f"<{len(values)}{code}", *values)
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + body)


def read_npy(path, dtype):
    data = path.read_bytes()
    start = 10 + struct.unpack("<H", data[8:10])[0]
    code = "f" if dtype == "f32" else "d"
    return struct.unpack(f"<{(len(data) - start) // SIZES[dtype]}{code}", data[start:])


class Artefact:
    """One emitted source with its values, compiled with the harness."""

    def __init__(self, tools, program, model, dtype, folder):
        self.model, self.dtype, self.folder, self.program = model, dtype, folder, program
        model.emit(program, dtype, folder, baked=True)
        self.manifest = model.manifest(folder)
        self.width = self.manifest["dim"]
        self.binary = folder / "harness"
        real = "float" if dtype == "f32" else "double"
        done = subprocess.run(
            [tools.nvcc, "-std=c++17", "-O3", "-arch=native", f"-DROW_REAL={real}", f"-DROW_WIDTH={self.width}",
             f"-DEMITTED_FUNCTION={model.name}_energy_score_{dtype}", f'-DEMITTED_HEADER="{model.name}.h"', "-I", str(folder),
             str(folder / f"{model.name}.cu"), str(HARNESS), "-o", str(self.binary)], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{model.name} {dtype}: {done.stderr.strip()[:1000]}")

    def expected(self, rows):
        """Energies and scores of the evaluator in double precision at the rows in x.npy."""
        command = [self.program, "eval", self.model.path, "--energy", self.model.energy, "--dtype", "f64"]
        command += ["--input", str(self.folder / "x.npy"), "--energy-out", str(self.folder / "e.npy")]
        command += ["--score-out", str(self.folder / "s.npy")]
        for size, value in self.model.sizes.items():
            command += ["--dim", f"{size}={value}"]
        for name, value in self.model.settings.items():
            command += ["--set", f"{name}={value}"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=pathlib.Path(self.model.path).parent)
        if done.returncode != 0:
            raise RuntimeError(f"{self.model.name}: {done.stderr.strip()[:500]}")
        return read_npy(self.folder / "e.npy", "f64"), read_npy(self.folder / "s.npy", "f64")

    def run(self, rows, offset=0, sanitizer=None, repeats=0):
        """Energies, scores and milliseconds a call."""
        command = [str(self.binary), str(self.folder / "x.bin"), str(self.folder / "out.bin"), str(rows), str(offset),
                   str(repeats)]
        if sanitizer:
            command = [sanitizer, "--error-exitcode", "9", "--leak-check", "full"] + command
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{self.model.name} {self.dtype}, n = {rows}: {done.stdout[-800:]}{done.stderr[-800:]}")
        code = "f" if self.dtype == "f32" else "d"
        data = (self.folder / "out.bin").read_bytes()
        values = struct.unpack(f"<{len(data) // SIZES[self.dtype]}{code}", data)
        return values[:rows], values[rows:], float(done.stdout.split()[-1])

    def check(self, sanitizer):
        """What is wrong; nothing where all is well."""
        generator, rows = random.Random(1), 1000
        x = [generator.gauss(0, 1) for _ in range(rows * self.width)]
        code = "f" if self.dtype == "f32" else "d"
        packed = struct.pack(f"<{len(x)}{code}", *x)
        (self.folder / "x.bin").write_bytes(packed)
        write_npy(self.folder / "x.npy", rows, self.width, struct.unpack(f"<{len(x)}{code}", packed), "f64")
        energies, scores = self.expected(rows)
        results = {}
        for count in (1, 31, 127, 128, 129, rows):
            for offset in (0, 1):
                e, s, _ = self.run(count, offset, sanitizer if count == 129 else None)
                results[count, offset] = e, s
                yield from self.differences(e, s, energies, scores, count)
        for count in (1, 31, 127, 128, 129):
            whole = results[rows, 0]
            if any(results[count, offset] != (whole[0][:count], whole[1][:count * self.width]) for offset in (0, 1)):
                if not any(value != value for value in whole[0] + whole[1]):
                    yield f"{self.model.name} {self.dtype}: other bits for {count} rows"

    def differences(self, e, s, energies, scores, count):
        tolerance = 20 * TOLERANCE[self.dtype]
        for row in range(count):
            a, b = e[row], energies[row]
            if not (a == b or (a != a and b != b) or abs(a - b) <= tolerance * (abs(b) + 1)):
                yield f"{self.model.name} {self.dtype}, n = {count}: energy of row {row + 1}: {a}, not {b}"
                return
            wanted = scores[row * self.width:(row + 1) * self.width]
            scale = max(map(abs, wanted), default=0)
            for a, b in zip(s[row * self.width:(row + 1) * self.width], wanted):
                if not (a == b or (a != a and b != b) or abs(a - b) <= tolerance * (abs(b) + scale + 1)):
                    yield f"{self.model.name} {self.dtype}, n = {count}: score of row {row + 1}: {a}, not {b}"
                    return

    def time(self):
        """Milliseconds a call, bytes moved, and the milliseconds that a copy of as many takes."""
        size = SIZES[self.dtype]
        row = (2 * self.width + 1) * size
        rows = TIMED_BYTES // row
        (self.folder / "x.bin").write_bytes(b"\0" * (self.width * size))
        return self.run(rows, 0, None, repeats=20)[2], rows * row, rows


def torch_time(name, rows, width):
    """Milliseconds of torch.compile for the same energy and score; None without PyTorch."""
    if name not in TORCH:
        return None
    try:
        import torch
    except ImportError:
        return None
    space = {"torch": torch}
    exec(f"def energy(x): return {TORCH[name]}", space)

    def both(x):
        gradient, value = torch.func.grad_and_value(lambda y: space["energy"](y).sum())(x)
        return space["energy"](x), -gradient

    compiled = torch.compile(both)
    x = torch.randn(rows, width, device="cuda")
    for _ in range(3):
        compiled(x)
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begin.record()
    for _ in range(20):
        compiled(x)
    end.record()
    torch.cuda.synchronize()
    return begin.elapsed_time(end) / 20


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=".build/release/energy")
    parser.add_argument("--only", nargs="*")
    arguments = parser.parse_args()
    found = devices()
    if not found:
        print("skipped: no GPU")
        return 0
    tools = compiler.find()
    if tools is None:
        print("skipped: no nvcc (set NVCC, or let pip reach PyPI)")
        return 0
    sanitizer = shutil.which("compute-sanitizer")
    print(f"{found[0]}" + ("" if sanitizer else "; no compute-sanitizer on the PATH"))
    problems = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for model in models.all_models(folder):
            if arguments.only and model.name not in arguments.only:
                continue
            for dtype in ("f32", "f64"):
                try:
                    artefact = Artefact(
                        tools, str(pathlib.Path(arguments.program).resolve()), model, dtype, folder / dtype / model.name)
                    problems += artefact.check(sanitizer)
                    if model.name in models.WORKLOADS and dtype == "f32":
                        milliseconds, moved, rows = artefact.time()
                        other = torch_time(model.name, rows, artefact.width)
                        print(f"{model.name}: {milliseconds:.3f} ms for {rows} rows, {moved / milliseconds / 1e6:.0f} GB/s"
                              + (f"; torch.compile {other / milliseconds:.2f} times as long" if other else ""))
                except RuntimeError as error:
                    problems.append(str(error))
    for problem in problems:
        print(problem)
    print(json.dumps({"problems": len(problems)}))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
