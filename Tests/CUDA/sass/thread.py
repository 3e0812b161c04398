"""One thread of a kernel, run from its machine code: which instructions it comes by.

Nothing is timed and no other thread runs. Barriers are passed; memory that this thread hasn't written, and what other
threads would send, hold numbers that look like samples, so that branches which depend on them go where they mostly go:
slow paths for huge or special numbers aren't taken.
"""

import collections
import re

from sass import opcodes
from sass.words import MASK, from_real, real

# More than any kernel of the workloads: a loop that never ends isn't understood.
MOST_STEPS = 4_000_000
# Where the arguments of a kernel begin in the first bank of constants.
ARGUMENTS = {"sm_80": 0x160, "sm_90": 0x210}


class Unknown(Exception):
    """An instruction that isn't known, or a place that isn't in the listing."""


class State:
    """Registers, predicates and memory of a thread."""

    def __init__(self, special, constants):
        self.registers, self.uniform = [0] * 256, [0] * 64
        self.predicates, self.uniform_predicates = [False] * 7 + [True], [False] * 7 + [True]
        self.special, self.constants = special, constants
        self.memory = {"shared": {}, "global": {}, "local": {}}
        # What was read from shared memory, in order.
        self.read = []

    def constant(self, bank, offset):
        """A word of the kernel's arguments, or of what the compiler put beside them."""
        found = self.constants.get((bank, offset))
        return from_real(1 + sample(offset) / 8) if found is None else found

    def load(self, space, address):
        found = self.memory[space].get(address)
        value = from_real(sample(address)) if found is None else found
        if space == "shared":
            self.read.append(real(value))
        return value


def sample(address):
    """A number between -2 and 2 that an address decides."""
    mixed = (address // 4 * 0x9E3779B1 + 0x7F4A7C15) & MASK
    mixed = (mixed ^ mixed >> 15) * 0x85EBCA6B & MASK
    return (mixed >> 8) / 2**22 - 2


class Code:
    """A kernel's instructions, ready to run."""

    def __init__(self, instructions):
        self.instructions = instructions
        self.places = {instruction.address: index for index, instruction in enumerate(instructions)}
        self.actions = [None] * len(instructions)

    def action(self, index):
        """What an instruction does; made when it is first come by, so that others may be unknown."""
        if self.actions[index] is None:
            one = self.instructions[index]
            try:
                self.actions[index] = opcodes.guard(one.guard), opcodes.action(one.opcode, one.operands)
            except (KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
                raise Unknown(f"{one.opcode} {one.operands}: {error!r}") from error
        return self.actions[index]

    def run(self, special, constants):
        """How often a thread comes by each instruction, and what it leaves. An action returns None, or where to go on: an
        address, or -1 for the end."""
        state, index, visits = State(special, constants), 0, [0] * len(self.instructions)
        for _ in range(MOST_STEPS):
            if index >= len(visits):
                raise Unknown("the end of the listing")
            guard, action = self.action(index)
            visits[index] += 1
            index += 1
            target = action(state) if guard(state) else None
            if target is None:
                continue
            if target < 0:
                return visits, state
            if target not in self.places:
                raise Unknown(f"a jump to {target:#x}")
            index = self.places[target]
        raise Unknown(f"more than {MOST_STEPS} instructions")


def arguments(signature):
    """The offset and the text of each of a kernel's arguments before the first struct."""
    offset = 0
    for text in signature.split(","):
        size = 8 if "*" in text or "long long" in text else 4 if re.search(r"\b(int|float)\b", text) else None
        if size is None:
            return
        offset = (offset + size - 1) // size * size
        yield offset, text.strip()
        offset += size


def constants(signature, architecture, threads, rows):
    """The first bank of constants: a grid of one block, pointers, and the number of rows."""
    bank = {(0, 4 * i): value for i, value in enumerate((threads, 1, 1, 1, 1, 1))}
    # The end of the stack.
    bank[0, 0x28] = 1 << 20
    for number, (offset, text) in enumerate(arguments(signature)):
        at = ARGUMENTS[architecture] + offset
        value = (number + 1) << 32 if "*" in text else rows
        bank[0, at] = value & MASK
        if "*" in text or "long long" in text:
            bank[0, at + 4] = value >> 32
    return bank


def a_sample(instructions, signature, architecture, threads, samples):
    """What a sample costs on the main path: instructions, and loads and stores of global memory by their width.

    A block's threads issue it for a full tile; of a first, a middle and a last thread the one with the most instructions
    stands for all. Where a block goes on to other tiles, what it does once for all of them counts for none."""
    code = Code(instructions)

    def most(tiles):
        bank = constants(signature, architecture, threads, tiles * samples)
        runs = [code.run({"SR_TID.X": tid, "SR_CTAID.X": 0, "SR_LANEID": tid % 32}, bank)[0]
                for tid in sorted({0, threads // 2 - 1, threads - 1})]
        return max(runs, key=sum)

    one, three = most(1), most(3)
    a_tile = one if one == three else [(b - a) / 2 for a, b in zip(one, three)]
    found = collections.Counter()
    for instruction, visits in zip(instructions, a_tile):
        found["main_path"] += visits
        if match := re.match(r"(LDG|STG)\.E(\.128)?", instruction.opcode):
            kind = "loads" if match.group(1) == "LDG" else "stores"
            found[f"{'wide' if match.group(2) else 'narrow'}_{kind}"] += visits
    return {key: round(found[key] * threads / samples) for key in
            ("main_path", "wide_loads", "narrow_loads", "wide_stores", "narrow_stores")}


def stored(instructions, signature, architecture, threads, width):
    """The row that a thread of a block reads from shared memory, and the number that it stores for it: of kernels of single
    precision whose third argument is a number a row."""
    tid = 5
    bank = constants(signature, architecture, threads, threads)
    _, state = Code(instructions).run({"SR_TID.X": tid, "SR_CTAID.X": 0}, bank)
    return state.read[:width], real(state.memory["global"][(3 << 32) + 4 * tid])
