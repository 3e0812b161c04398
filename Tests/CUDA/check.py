#!/usr/bin/env python3
"""Compiles every energy of the standard library, the examples and the reference workloads with nvcc and reads the
machine code; no GPU is needed.

    Tests/CUDA/check.py --program .build/debug/energy [--record] [--sizes] [--only NAME ...]

nvcc is taken from $NVCC, the PATH, or the wheels of NVIDIA in .venv, which are installed there where they can be. Says
so in one line and ends well where there is none.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import bar
import compiler
import machine_code
import models
import page
from sass import thread

TABLE = pathlib.Path(__file__).with_name("registers.json")
ARCHITECTURES = ["80", "90"]
# Their reduction of large arguments has a table in local memory and multiplies in double precision.
TRIGONOMETRY = ["sin", "cos", "tan"]
# Functions that stay in double precision: a difference of logarithms of gamma functions cancels, and the derivatives of
# any order add up powers of any size.
IN_DOUBLE = ["lbeta", "lchoose", "polygamma"]
# How much worse than the table a kernel may become.
SLACK = 1.05


def compiled(nvcc, source):
    """The object file and what the compiler says; raises with that where it warns."""
    target = source.with_suffix(".o")
    command = [nvcc, "-std=c++17", "-O3", "-Werror", "all-warnings", "-Xcompiler", "-Wall,-Wextra,-Werror"]
    command += ["-Xptxas", "-v"]
    for architecture in ARCHITECTURES:
        command += ["-gencode", f"arch=compute_{architecture},code=sm_{architecture}"]
    done = subprocess.run(command + ["-c", str(source), "-o", str(target)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{source.stem}: {done.stderr.strip()[:2000]}")
    return target, done.stderr


def header_is_c(folder, name):
    """The header alone, as C99."""
    text = f'#include "{name}.h"\nint main(void) {{ return 0; }}\n'
    done = subprocess.run(
        ["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", str(folder), "-x", "c", "-"],
        input=text, capture_output=True, text=True)
    return [] if done.returncode == 0 else [f"{name}.h is not C99: {done.stderr.strip()[:500]}"]


def while_running(tools, folder, name):
    """The source as a program compiles it that is running."""
    if tools.nvrtc is None:
        return []
    headers = {f"{name}.h": (folder / f"{name}.h").read_text()}
    said = {f"sm_{architecture}": tools.nvrtc.said(folder / f"{name}.cu", headers, f"sm_{architecture}")
            for architecture in ARCHITECTURES}
    return [f"{name} by NVRTC for {architecture}: {text[:1000]}" for architecture, text in said.items() if text]


def check(tools, program, model, dtype, folder, with_nvrtc=True):
    """What is wrong with an artefact, the numbers of its kernels, and what a workload's sample costs."""
    model.emit(program, dtype, folder)
    manifest = model.manifest(folder)
    problems = header_is_c(folder, model.name) + (while_running(tools, folder, model.name) if with_nvrtc else [])
    target, said = compiled(tools.nvcc, folder / f"{model.name}.cu")
    used = machine_code.resources(said)
    sass = subprocess.run([tools.cuobjdump, "-sass", str(target)], capture_output=True, text=True, check=True).stdout
    numbers, costs = {}, collections.defaultdict(list)
    for (kernel, architecture), instructions in machine_code.kernels(sass).items():
        if (kernel, architecture) not in used:
            continue
        entry = {**used[kernel, architecture], **machine_code.summary(instructions)}
        function = next((f for f in manifest["functions"] if kernel.startswith(f["name"])), None)
        problems += [f"{kernel} ({architecture}): {text}" for text in rules(entry, function, manifest, kernel)]
        if function and function["what"] == "energy_score":
            numbers[f"{kernel} {architecture}"] = {
                key: entry[key] for key in ("registers", "shared", "instructions", "wide_loads", "wide_stores")}
            if model.name in models.WORKLOADS and kernel in function["kernels"] and not kernel.endswith("_prepare"):
                try:
                    costs[architecture].append({**entry, **main_path(
                        instructions, kernel, architecture, function, folder / f"{model.name}.cu")})
                    numbers[f"{kernel} {architecture}"]["main_path"] = costs[architecture][-1]["main_path"]
                    if model.name == "w1_double_well" and dtype == "f32":
                        problems += interpreted(
                            instructions, kernel, architecture, function, folder / f"{model.name}.cu")
                except thread.Unknown as unknown:
                    problems.append(f"{kernel} ({architecture}): its main path can't be followed: {unknown}")
    target.unlink()
    return problems, numbers, {architecture: whole(several, function_named(manifest, "energy_score"))
                               for architecture, several in costs.items()}, len(used) // len(ARCHITECTURES)


def function_named(manifest, what):
    return next((f for f in manifest["functions"] if f["what"] == what), None)


def declaration(kernel, function, source):
    """The threads of a block and the arguments of a kernel that the source declares."""
    bounds, signature = re.search(
        rf"__global__ void (?:__launch_bounds__\((\d+)[^)]*\) )?{kernel}\((.*?)\) \{{", source.read_text(),
        re.DOTALL).groups()
    return int(bounds or function["threads"]), signature


def main_path(instructions, kernel, architecture, function, source):
    """What a sample costs."""
    threads, signature = declaration(kernel, function, source)
    return thread.a_sample(instructions, signature, architecture, threads, function["samples_per_block"])


def interpreted(instructions, kernel, architecture, function, source):
    """Whether running machine code here is right: the energy of a row that is known."""
    threads, signature = declaration(kernel, function, source)
    row, energy = thread.stored(instructions, signature, architecture, threads, 16)
    wanted = sum((x * x - 1) ** 2 for x in row)
    if not abs(energy - wanted) <= 1e-5 * wanted:
        yield f"{kernel} ({architecture}) as it is run here stores {energy}, not {wanted}"


def whole(several, function):
    """The figures of a function from those of its kernels: the most of what a thread or a block takes, the sum of what a
    sample costs."""
    shared = max([function["shared_bytes"]] + [entry["shared"] for entry in several])
    return {"shared": shared, **{key: max(entry[key] for entry in several) for key in ("registers", "spills")},
            **{key: sum(entry[key] for entry in several) for key in ("wide_loads", "wide_stores", "main_path")}}


def rules(entry, function, manifest, kernel):
    """What every kernel must keep, and what its strategy promises."""
    if entry["spills"]:
        yield f"{entry['spills']} bytes of spills"
    if entry["atomics"]:
        yield f"{entry['atomics']} atomic operations: sums would have no fixed order"
    # CUDA's own roots and logarithms do so, where it makes no difference; a file compiled to do so does it everywhere.
    if entry["flush"] > 4 * entry["special"]:
        yield f"{entry['flush']} operations flush small numbers to zero, with {entry['special']} of special functions"
    is_single = manifest["dtype"] == "f32"
    if is_single and entry["double"] and not uses(manifest, IN_DOUBLE + TRIGONOMETRY):
        yield f"{entry['double']} operations in double precision"
    if function is None:
        return
    in_registers = function["strategy"] in ("registers", "shared frame")
    if in_registers and entry["local"] and not uses(manifest, TRIGONOMETRY):
        yield f"{entry['local']} accesses of local memory"
    # Sums across a block have a few words of their own.
    if entry["shared"] > function["shared_bytes"] + 128:
        yield f"{entry['shared']} bytes of shared memory, not {function['shared_bytes']}"
    if kernel.endswith("_aligned"):
        per_row = 4 if is_single else 2
        # Rows in flight are unrolled up to eight deep; longer ones are copied in a loop.
        wanted = 1 if manifest["dim"] >= per_row else 0
        # Tiles of rows that aren't whole units are read as one piece, number by number.
        if function["strategy"] == "tiles" and manifest["dim"] % per_row:
            wanted = 0
        # A result may depend on no row: the Laplacian of a quadratic, which reads what all rows share at most.
        is_constant = function["what"] == "laplacian" and entry["loads"] <= 2
        if not is_constant and entry["wide_loads"] < wanted:
            yield "no loads of 16 bytes"
        if function["what"] in ("score", "energy_score") and entry["wide_stores"] < wanted:
            yield "no stores of 16 bytes"


def uses(manifest, names):
    """Whether a formula calls one of these functions."""
    text = " ".join(manifest["formulas"].values())
    return any(re.search(rf"\b{name}\(", text) for name in names)


def compare(name, numbers, table):
    """Kernels of a reference workload that became worse than the table by more than the slack."""
    for kernel, entry in numbers.items():
        known = table.get(name, {}).get(kernel)
        if known is None:
            yield f"{kernel} of {name} is not in the table: record it"
            continue
        for key in ("registers", "shared", "instructions", "main_path"):
            if entry.get(key, 0) > known.get(key, 0) * SLACK + 1:
                yield f"{kernel} of {name}: {entry[key]} {key.replace('_', ' ')}, {known.get(key, 0)} in the table"
        for key in ("wide_loads", "wide_stores"):
            if entry[key] < known[key]:
                yield f"{kernel} of {name}: {entry[key]} {key.replace('_', ' ')}, {known[key]} in the table"


def record(table):
    """Writes the table, a kernel a line."""
    lines = [f"  {json.dumps(name)}: {{\n" + ",\n".join(
        f"    {json.dumps(kernel)}: {json.dumps(table[name][kernel])}" for kernel in sorted(table[name]))
        + "\n  }" for name in sorted(table)]
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=".build/debug/energy")
    parser.add_argument("--record", action="store_true", help="write the table anew")
    parser.add_argument("--only", nargs="*", help="names of models")
    parser.add_argument("--sizes", action="store_true", help="energies of any length instead, at several lengths")
    parser.add_argument("--no-install", action="store_true", help="only a compiler that is there already")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    tools = compiler.find(installs=not arguments.no_install)
    if tools is None:
        print("skipped: no nvcc (set NVCC, or let pip reach PyPI)")
        return 0
    table = json.loads(TABLE.read_text()) if TABLE.exists() else {}
    program = str(pathlib.Path(arguments.program).resolve())
    problems, fresh, costs, kernels = [], {}, {}, 0
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        folder = pathlib.Path(scratch)
        everything = models.sized_models(folder) if arguments.sizes else models.all_models(folder)
        chosen = [m for m in everything if not arguments.only or m.name in arguments.only]
        work = {
            pool.submit(check, tools, program, model, dtype, folder / dtype / model.name, not arguments.sizes):
            f"{model.name} {dtype}"
            for model in chosen for dtype in ("f32", "f64")}
        print(f"{len(work)} sources with {tools.nvcc}" + ("" if arguments.sizes else " and the program of docs/cuda.md"),
              flush=True)
        if not arguments.sizes:
            problems += page.problems(tools, program, folder / "page")
        for future in concurrent.futures.as_completed(work):
            name = work[future]
            try:
                found, numbers, cost, count = future.result()
            except (RuntimeError, subprocess.CalledProcessError) as error:
                problems.append(str(error))
                continue
            fresh[name] = numbers
            if cost and name.endswith("f32"):
                costs[name.split()[0]] = cost
            problems += found
            kernels += count
            if name in table and not arguments.record:
                problems += compare(name, numbers, table)
    if arguments.record:
        record({**table, **{name: numbers for name, numbers in fresh.items() if name.split()[0] in models.WORKLOADS}})
    problems += bar.problems(costs)
    if costs:
        print(bar.table(costs))
    for problem in sorted(problems):
        print(problem)
    names = ", ".join(f"sm_{architecture}" for architecture in ARCHITECTURES)
    also = "" if arguments.sizes else " and NVRTC" if tools.nvrtc else " (there is no NVRTC)"
    print(f"{len(fresh)} sources with {kernels} kernels compiled by nvcc{also} for {names}: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
