"""The energies that are compiled for GPUs: every one of the standard library, the examples, and the reference
workloads, written out by `energy emit`."""

import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
REFERENCES = ROOT / "Tests" / "References"


# How long the samples of energies are that take any.
LENGTHS = [1, 3, 17, 64, 257, 1024]


# Programs whose registers and instructions are known from kernels by hand.
WORKLOADS = json.loads(pathlib.Path(__file__).with_name("workloads.json").read_text())


class Model:
    """A program, and how to emit it."""

    def __init__(self, name, path, energy, sizes, settings, what=None):
        self.name, self.path, self.energy = name, path, energy
        self.sizes, self.settings = sizes, settings
        # Functions, separated by commas; all by default.
        self.what = what

    def emit(self, program, dtype, folder, baked=False):
        """The folder with NAME.cu, NAME.h and NAME.json."""
        folder.mkdir(parents=True, exist_ok=True)
        command = [program, "emit", self.path, "--energy", self.energy, "--target", "cuda", "--dtype", dtype]
        command += ["--name", self.name, "--out", f"{folder}/"]
        command += ["--bake"] if baked else []
        command += ["--what", self.what] if self.what else []
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
    for name, workload in WORKLOADS.items():
        add(name, workload["program"], "f", workload["sizes"])
    return models


def sized_models(folder):
    """Energies of the library whose samples have any length, at several."""
    models = []
    for case in json.loads(pathlib.Path(__file__).with_name("sizes.json").read_text()):
        for length in LENGTHS:
            if length < case["least"] or length % case["multiple"]:
                continue
            name = f"{case['name']}_of_{length}"
            path = folder / f"{name}.energy"
            path.write_text(case["program"].replace("{d}", str(length)) + "\n")
            models.append(Model(name, str(path), "tested", {}, {}, what="energy_score,laplacian,gradient"))
    return models
