"""What instructions of sm_80 and sm_90 do to one thread, as far as the kernels have them: an instruction that isn't in
the table makes the count unknown, it is never passed over."""

from sass import doubles, integers, operands, singles
from sass.choices import select
from sass.operands import number, setter, split, truth, truth_setter, word
from sass.words import MASK


def guard(text):
    """Whether a thread does an instruction."""
    return truth(text) if text else lambda state: True


def action(opcode, text):
    """What an instruction does to a state; it returns where to go on, where that isn't the next place."""
    name, *modifiers = opcode.split(".")
    if name in IGNORED:
        return lambda state: None
    if name in doubles.TABLE and (name.startswith("D") or "F64" in modifiers):
        return doubles.TABLE[name](modifiers, split(text))
    return TABLE[name[1:] if name.startswith("U") and name[1:] in TABLE else name](modifiers, split(text))


# MARK: Control

IGNORED = {"BSSY", "BSYNC", "BAR", "NOP", "WARPSYNC", "BREAK", "MEMBAR", "ERRBAR", "DEPBAR", "LDGDEPBAR", "LDGSTS",
           "YIELD", "BMOV", "CCTL", "NANOSLEEP"}


def jump(modifiers, parts):
    if "DIV" in modifiers:
        return lambda state: None
    target = int(parts[-1], 16)
    conditions = [truth(part) for part in parts[:-1]]
    return lambda state: target if all(condition(state) for condition in conditions) else None


def back(modifiers, parts):
    read = word(parts[0].split()[0])
    return lambda state: read(state)


# MARK: Moves

def move(modifiers, parts):
    plain = operands.raw(parts[1].replace(".reuse", ""))
    write, read = setter(parts[0]), word(parts[1])
    return lambda state: write(state, plain(state)) if plain else write(state, read(state))


def constant(modifiers, parts):
    count = 2 if "64" in modifiers else 1
    write, (bank, offset) = setter(parts[0], 2), operands.CONSTANT.match(parts[1]).groups()
    bank, offset = int(bank, 16), operands.address(offset)
    return lambda state: write(state, *[state.constant(bank, offset(state) + 4 * i) for i in range(count)])


def special(modifiers, parts):
    write = setter(parts[0], 2)
    if parts[1] == "SRZ":
        return lambda state: write(state, *[0] * (1 if "32" in modifiers else 2))
    return lambda state: write(state, state.special.get(parts[1], 0))


def to_predicates(modifiers, parts):
    read, mask = word(parts[1]), int(parts[2], 16)

    def run(state):
        value = read(state)
        for index in range(7):
            if mask >> index & 1:
                state.predicates[index] = bool(value >> index & 1)

    return run


def from_predicates(modifiers, parts):
    write, other, mask = setter(parts[0]), word(parts[2]), int(parts[3], 16)

    def run(state):
        bits = sum(value << index for index, value in enumerate(state.predicates[:7]))
        write(state, other(state) & ~mask & MASK | bits & mask)

    return run


def shuffle(modifiers, parts):
    """What another thread holds is taken to be what this one does."""
    found, write, read = truth_setter(parts[0]), setter(parts[1]), operands.raw(parts[2].replace(".reuse", ""))

    def run(state):
        write(state, read(state))
        found(state, True)

    return run


def vote(modifiers, parts):
    """All threads hold what this one does."""
    rest = parts if operands.is_predicate(parts[0]) else parts[1:]
    write, read = truth_setter(rest[0]), truth(rest[-1])
    ballot = None if rest is parts else setter(parts[0])

    def run(state):
        value = read(state)
        write(state, value)
        if ballot:
            ballot(state, MASK if value else 0)

    return run


def memory(space, is_load):
    def make(modifiers, parts):
        count = {"64": 2, "128": 4}.get(next((m for m in modifiers if m in ("64", "128")), ""), 1)
        if any(m in ("U8", "S8", "U16", "S16", "U") for m in modifiers):
            raise ValueError("less than a word")
        where = parts[1] if is_load else parts[0]
        at = operands.address(where[where.rindex("[") + 1:-1])
        if is_load:
            write = setter(parts[0], 4)
            return lambda state: write(state, *[state.load(space, at(state) + 4 * i) for i in range(count)])
        read = operands.following(parts[1].replace(".reuse", ""), count)

        def run(state):
            start, words = at(state), state.memory[space]
            for index, value in enumerate(read(state)):
                words[start + 4 * index] = value

        return run

    return make


TABLE = {
    **integers.TABLE, **singles.TABLE, "SEL": select(word), "FSEL": select(number),
    "BRA": jump, "CALL": jump, "RET": back, "EXIT": lambda modifiers, parts: lambda state: -1,
    "MOV": move, "R2UR": move, "LDC": constant, "ULDC": constant, "S2R": special, "S2UR": special, "CS2R": special,
    "R2P": to_predicates, "P2R": from_predicates, "SHFL": shuffle, "VOTE": vote, "VOTEU": vote,
    "LDS": memory("shared", True), "STS": memory("shared", False), "LDG": memory("global", True),
    "STG": memory("global", False), "LDL": memory("local", True), "STL": memory("local", False),
}
