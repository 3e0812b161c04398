"""Instructions on integers of 32 bits, and on pairs of them."""

import re

from sass import operands
from sass.choices import compare, least
from sass.operands import setter, truth, truth_setter, word
from sass.words import MASK, signed


def outputs(parts):
    """The first register's writer, writers of the predicates behind it, and the other operands."""
    rest, predicates = parts[1:], []
    while rest and operands.is_predicate(rest[0]):
        predicates.append(truth_setter(rest.pop(0)))
    return parts[0], predicates, rest


def add(modifiers, parts):
    target, carries, rest = outputs(parts)
    write = setter(target)
    ins = [truth(part) for part in rest if operands.is_predicate(part)]
    terms = [part for part in rest if not operands.is_predicate(part)]
    # The complement and one more, so that less nothing has a carry.
    minus = [bool(re.match(r"-(U?R|c)", term)) for term in terms] if "X" not in modifiers else [False] * len(terms)
    readers = [word("~" + term[1:]) if less else word(term) for term, less in zip(terms, minus)]
    ones = sum(minus)

    def run(state):
        total = ones
        for reader in readers:
            total += reader(state)
        for condition in ins:
            total += condition(state)
        write(state, total & MASK)
        for level, carry in enumerate(carries):
            carry(state, total >> 32 > level)

    return run


def multiply_add(modifiers, parts):
    target, carries, rest = outputs(parts)
    ins = [truth(part) for part in rest if operands.is_predicate(part)]
    factors = [part for part in rest if not operands.is_predicate(part)]
    is_unsigned = "U32" in modifiers
    a, b = word(factors[0]), word(factors[1])
    if "WIDE" in modifiers or "HI" in modifiers:
        c, is_wide = operands.wide(factors[2]) if "WIDE" in modifiers else word(factors[2]), "WIDE" in modifiers
        write = setter(target, 2 if is_wide else 1)

        def run_wide(state):
            x, y = a(state), b(state)
            product = x * y if is_unsigned else signed(x) * signed(y)
            if not is_wide:
                return write(state, ((product >> 32) + c(state)) & MASK)
            total = (product & (1 << 64) - 1) + c(state) + sum(condition(state) for condition in ins)
            write(state, total & MASK, total >> 32 & MASK)
            for carry in carries:
                carry(state, total >> 64 > 0)

        return run_wide
    write, c = setter(target), word(factors[2])
    if "MOV" in modifiers or "U32" in modifiers and factors[:2] == ["RZ", "RZ"]:
        plain = operands.raw(factors[2].replace(".reuse", ""))
        return lambda state: write(state, plain(state)) if plain else write(state, c(state))

    def run(state):
        total = (a(state) * b(state) & MASK) + c(state) + sum(condition(state) for condition in ins)
        write(state, total & MASK)
        for carry in carries:
            carry(state, total >> 32 > 0)

    return run


def scaled_add(modifiers, parts):
    """LEA: a shifted sum; HI takes the upper word of what is shifted."""
    target, carries, rest = outputs(parts)
    ins = [truth(part) for part in rest if operands.is_predicate(part)]
    terms = [part for part in rest if not operands.is_predicate(part)]
    write, a, b, shift = setter(target), word(terms[0]), word(terms[1]), int(terms[-1], 16)
    high = word(terms[2]) if len(terms) == 4 else None

    def run(state):
        low = a(state)
        if "HI" in modifiers:
            upper = high(state) if high else (MASK if low >> 31 else 0) if "SX32" in modifiers else 0
            shifted = ((upper << 32 | low) << shift) >> 32 & MASK
        else:
            shifted = low << shift & MASK
        total = shifted + b(state) + sum(condition(state) for condition in ins)
        write(state, total & MASK)
        for carry in carries:
            carry(state, total >> 32 > 0)

    return run


def shift(modifiers, parts):
    write, low, count, high = setter(parts[0]), word(parts[1]), word(parts[2]), word(parts[3])
    is_signed, takes_high = any(m in modifiers for m in ("S32", "S64")), "HI" in modifiers
    limit = 64 if any(m in modifiers for m in ("U64", "S64")) else 32

    def run(state):
        by = count(state)
        by = by & limit - 1 if "W" in modifiers else min(by, limit)
        both = high(state) << 32 | low(state)
        if "L" in modifiers:
            both <<= by
        else:
            both = (signed(both, 64) if is_signed else both) >> by
        write(state, (both >> 32 if takes_high else both) & MASK)

    return run


def logic(modifiers, parts):
    """LOP3: a function of three bits by its table."""
    inverse = truth_setter(parts[0]) if operands.is_predicate(parts[0]) else None
    rest = parts[1:] if inverse else parts
    write, (a, b, c), table = setter(rest[0]), [word(part) for part in rest[1:4]], int(rest[4], 16)

    def run(state):
        x, y, z = a(state), b(state), c(state)
        result = 0
        for index in range(8):
            if table >> index & 1:
                result |= (x if index & 4 else ~x) & (y if index & 2 else ~y) & (z if index & 1 else ~z)
        write(state, result & MASK)
        if inverse:
            inverse(state, result & MASK != 0)

    return run


def logic_of_predicates(modifiers, parts):
    first, second = truth_setter(parts[0]), truth_setter(parts[1])
    inputs = [truth(part) for part in parts[2:5]]
    tables = int(parts[5], 16), int(parts[6], 16)

    def run(state):
        index = sum(condition(state) << place for place, condition in zip((2, 1, 0), inputs))
        first(state, bool(tables[0] >> index & 1))
        second(state, bool(tables[1] >> index & 1))

    return run


def compare_integers(modifiers, parts):
    return compare(word, modifiers, parts, (lambda a: a) if "U32" in modifiers else signed)


def least_integer(modifiers, parts):
    return least(word, modifiers, parts, (lambda a: a) if "U32" in modifiers else signed)


def permute(modifiers, parts):
    write, a, selector, b = setter(parts[0]), word(parts[1]), word(parts[2]), word(parts[3])

    def run(state):
        both, chosen = b(state) << 32 | a(state), selector(state)
        write(state, sum((both >> 8 * (chosen >> 4 * i & 7) & 0xFF) << 8 * i for i in range(4)))

    return run


def function(compute):
    """An integer of an integer."""
    def make(modifiers, parts):
        write, a = setter(parts[0]), word(parts[-1])
        return lambda state: write(state, compute(a(state)))

    return make


TABLE = {
    "IADD3": add, "VIADD": add, "IADD": add, "IMAD": multiply_add, "LEA": scaled_add, "SHF": shift, "LOP3": logic,
    "PLOP3": logic_of_predicates, "ISETP": compare_integers, "IMNMX": least_integer, "VIMNMX": least_integer,
    "VIADDMNMX": least_integer, "PRMT": permute, "IABS": function(lambda a: abs(signed(a))),
    "POPC": function(lambda a: a.bit_count()), "FLO": function(lambda a: a.bit_length() - 1 & MASK),
}
