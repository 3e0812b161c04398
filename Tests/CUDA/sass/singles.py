"""Instructions on numbers of single precision."""

import math
import operator

from sass.choices import compare, least
from sass.operands import number, setter, truth_setter, word
from sass.words import MASK, double, from_double, halves, rounded, rounded_down, signed


def finish(modifiers):
    """Rounds a result as an instruction says."""
    if "SAT" in modifiers:
        return lambda value: rounded(min(max(value, 0.0), 1.0)) if value == value else 0.0
    return rounded_down if "RM" in modifiers else rounded


def arithmetic(compute, count):
    def make(modifiers, parts):
        write, done = setter(parts[0]), finish(modifiers)
        terms = [number(part) for part in parts[1:1 + count]]
        if count == 2:
            a, b = terms
            return lambda state: write(state, done(compute(a(state), b(state))))
        a, b, c = terms
        return lambda state: write(state, done(compute(a(state), b(state), c(state))))

    return make


def slow(compute):
    """A function that has no value where the argument is special."""
    def wrapped(value):
        try:
            return compute(value)
        except ZeroDivisionError:
            return math.copysign(math.inf, value)
        except (ValueError, OverflowError):
            return math.inf if value > 0 else math.nan

    return wrapped


UNITS = {
    "RCP": slow(lambda a: 1 / a), "RSQ": slow(lambda a: 1 / math.sqrt(a)), "SQRT": slow(math.sqrt),
    "EX2": slow(lambda a: 2.0**a), "LG2": slow(lambda a: math.log2(a) if a else -math.inf), "SIN": slow(math.sin),
    "COS": slow(math.cos), "TANH": slow(math.tanh),
}


def unit(modifiers, parts):
    """MUFU; of double precision it sees the upper word."""
    write, read, compute = setter(parts[0]), number(parts[1]), UNITS.get(modifiers[0])
    if compute:
        return lambda state: write(state, rounded(compute(read(state))))
    compute, upper = UNITS[modifiers[0].removesuffix("64H")], word(parts[1])
    return lambda state: write(state, from_double(compute(double(0, upper(state))))[1])


def to_integer(modifiers, parts):
    write, read = setter(parts[0]), number(parts[1])
    step = math.trunc if "TRUNC" in modifiers else math.floor if "FLOOR" in modifiers else round
    return lambda state: write(state, step(read(state)) & MASK if math.isfinite(read(state)) else 1 << 31)


def from_integer(modifiers, parts):
    write, read = setter(parts[0]), word(parts[1])
    convert = (lambda a: a) if "U32" in modifiers else signed
    return lambda state: write(state, rounded(float(convert(read(state)))))


def nearest_integer(modifiers, parts):
    write, read = setter(parts[0]), number(parts[1])
    step = {"FLOOR": math.floor, "CEIL": math.ceil, "TRUNC": math.trunc}.get((modifiers or [""])[0], round)
    return lambda state: write(state, float(step(read(state))) if math.isfinite(read(state)) else read(state))


def division_check(modifiers, parts):
    """FCHK: whether a division needs the slow path."""
    write, a, b = truth_setter(parts[0]), number(parts[1]), number(parts[2])

    def is_plain(value):
        return value == value and 2.0**-120 < abs(value) < 2.0**120

    return lambda state: write(state, not (is_plain(b(state)) and (a(state) == 0 or is_plain(a(state)))))


def half_move(modifiers, parts):
    """HFMA2: used to make a constant of two halves."""
    if parts[1:3] != ["-RZ", "RZ"]:
        raise ValueError("arithmetic in half precision")
    value = halves(float(parts[3]), float(parts[4]))
    write = setter(parts[0])
    return lambda state: write(state, value)


def compare_numbers(modifiers, parts):
    return compare(number, modifiers, parts, lambda a: a)


def least_number(modifiers, parts):
    return least(number, modifiers, parts, lambda a: a)


TABLE = {
    "FADD": arithmetic(operator.add, 2), "FMUL": arithmetic(operator.mul, 2),
    "FFMA": arithmetic(lambda a, b, c: a * b + c, 3), "FMNMX": least_number, "FSETP": compare_numbers, "MUFU": unit,
    "FRND": nearest_integer, "F2I": to_integer, "I2F": from_integer, "I2FP": from_integer, "FCHK": division_check,
    "HFMA2": half_move,
}
