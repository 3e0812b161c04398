"""Kernels of the reference workloads beside ones that were written by hand (by_hand.json).

Those compute energy and score in single precision; their figures are of sm_90. Registers are a thread's, shared memory is
a block's in bytes, loads and stores of 16 bytes and instructions on the main path (sass/thread.py) are a sample's. Where
there are two, ours need to be as good as one of them.
"""

import json
import pathlib

BY_HAND = json.loads(pathlib.Path(__file__).with_name("by_hand.json").read_text())
# How much worse ours may be.
SLACK = 1.15
# By how many registers kernels for sm_80 differ from those for sm_90.
OLDER = 21
# What is known to be worse. An entry that isn't any more is a problem, too: it must go.
KNOWN = {}
COLUMNS = ["registers", "spills", "shared", "wide_loads", "wide_stores", "main_path"]
HEADS = ["registers", "spills", "shared", "loads", "stores", "instructions"]


def worse(ours, theirs):
    """The columns in which ours are worse, of one kernel by hand."""
    def is_worse(column):
        if column == "spills":
            return ours[column] > 0
        return column in theirs and (ours[column] is None or ours[column] > theirs[column] * SLACK)

    return {column for column in COLUMNS if is_worse(column)}


def nearest(ours, several):
    """The kernel by hand that ours comes nearest to, and the columns in which it is worse."""
    return min(((theirs, worse(ours, theirs)) for theirs in several), key=lambda pair: (
        len(pair[1]), max((ours[key] or 0) / max(pair[0][key], 1) for key in ("registers", "main_path"))))


def compared(numbers):
    """The workloads that were written by hand, too."""
    return [(name, figures) for name, figures in sorted(numbers.items()) if name in BY_HAND]


def problems(numbers):
    """What is worse than by hand and not known to be, from {workload: {architecture: its figures}}."""
    for name, by_architecture in compared(numbers):
        theirs, found = nearest(by_architecture["sm_90"], BY_HAND[name])
        known = KNOWN.get(name, set())
        for column in sorted(found - known):
            ours = by_architecture["sm_90"][column]
            yield f"{name}: {ours} {column.replace('_', ' ')}, {theirs.get(column, 0)} by hand"
        for column in sorted(known - found):
            yield f"{name}: {column.replace('_', ' ')} are as good as by hand now: strike them from what is known"
        older = by_architecture["sm_80"]["registers"]
        if "registers" not in known and older > theirs["registers"] * SLACK + OLDER:
            yield f"{name}: {older} registers on sm_80, {theirs['registers']} by hand on sm_90"


def table(numbers):
    """Ours / by hand / ratio, a line a workload."""
    lines = [["f32, sm_90: ours / by hand"] + HEADS]
    for name, by_architecture in compared(numbers):
        ours = by_architecture["sm_90"]
        theirs, found = nearest(ours, BY_HAND[name])
        cells = [name]
        for column in COLUMNS:
            other = 0 if column == "spills" else theirs.get(column)
            ratio = f" = {ours[column] / other:.2f}" if other and ours[column] is not None else ""
            cells.append(f"{ours[column]} / {'–' if other is None else other}{ratio}{' !' if column in found else ''}")
        lines.append(cells)
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)
