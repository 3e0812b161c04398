"""Instructions on numbers of double precision: two registers, the lower word first."""

import math
import operator
import re

from sass import operands
from sass.operands import setter, truth, truth_setter
from sass.words import MASK, double, from_double, integer, rounded, signed

COMPARISONS = {"LT": operator.lt, "LE": operator.le, "GT": operator.gt, "GE": operator.ge, "EQ": operator.eq,
               "NE": operator.ne}


def long(text):
    """Reads a number of two words."""
    text = text.replace(".reuse", "")
    if text in operands.SPECIAL:
        return operands.constantly(operands.SPECIAL[text])
    if re.match(r"-?[\d.]+(e[-+]?\d+)?$", text):
        return operands.constantly(float(text))
    if text[0] in "-|":
        inner = long(text.lstrip("-").strip("|"))
        is_less, is_size = text[0] == "-", "|" in text
        return lambda state: (-1 if is_less else 1) * (abs(inner(state)) if is_size else inner(state))
    if match := operands.CONSTANT.match(text):
        bank, offset = int(match.group(1), 16), operands.address(match.group(2))
        return lambda state: double(state.constant(bank, offset(state)), state.constant(bank, offset(state) + 4))
    both = operands.following(text.removesuffix(".64"), 2)
    return lambda state: double(*both(state))


def arithmetic(compute):
    def make(modifiers, parts):
        write, terms = setter(parts[0], 2), [long(part) for part in parts[1:]]

        def run(state):
            values = [term(state) for term in terms]
            try:
                result = compute(*values)
            except OverflowError:
                result = math.inf
            write(state, *from_double(result))

        return run

    return make


def compare(modifiers, parts):
    name = modifiers[0]
    is_unordered = name.endswith("U")
    if name == "NAN" or name == "NUM":
        test, is_unordered = (lambda a, b: name == "NUM"), name == "NAN"
    elif name in ("MAX", "MIN"):
        test = operator.gt if name == "MAX" else operator.lt
    else:
        test = COMPARISONS[name.removesuffix("U")]
    joins = {"AND": operator.and_, "OR": operator.or_}
    join = joins[next(m for m in modifiers if m in joins)]
    first, second, a, b = truth_setter(parts[0]), truth_setter(parts[1]), long(parts[2]), long(parts[3])
    other = truth(parts[4])

    def run(state):
        x, y = a(state), b(state)
        result = is_unordered if x != x or y != y else test(x, y)
        second(state, join(not result, other(state)))
        first(state, join(result, other(state)))

    return run


def convert(modifiers, parts):
    """F2F: from one precision to the other; the target's name comes first."""
    if modifiers[0] == "F64":
        write, read = setter(parts[0], 2), operands.number(parts[1])
        return lambda state: write(state, *from_double(read(state)))
    write, read = setter(parts[0]), long(parts[1])
    return lambda state: write(state, rounded(read(state)))


def to_integer(modifiers, parts):
    count = 2 if any(m in ("S64", "U64") for m in modifiers) else 1
    write, read = setter(parts[0], 2), long(parts[1])
    step = math.trunc if "TRUNC" in modifiers else math.floor if "FLOOR" in modifiers else round

    def run(state):
        value = step(read(state)) if math.isfinite(read(state)) else 1 << 31
        write(state, *[value >> 32 * i & MASK for i in range(count)])

    return run


def from_integer(modifiers, parts):
    write = setter(parts[0], 2)
    if any(m in ("S64", "U64") for m in modifiers):
        wide = operands.wide(parts[1])
        return lambda state: write(state, *from_double(float(signed(wide(state), 64))))
    read = operands.word(parts[1])
    value = (lambda a: a) if "U32" in modifiers else signed
    return lambda state: write(state, *from_double(float(value(read(state)))))


def nearest_integer(modifiers, parts):
    write, read = setter(parts[0], 2), long(parts[1])
    step = {"FLOOR": math.floor, "CEIL": math.ceil, "TRUNC": math.trunc}
    chosen = next((step[m] for m in modifiers if m in step), round)
    return lambda state: write(
        state, *from_double(float(chosen(read(state))) if math.isfinite(read(state)) else read(state)))


TABLE = {
    "DADD": arithmetic(operator.add), "DMUL": arithmetic(operator.mul), "DFMA": arithmetic(lambda a, b, c: a * b + c),
    "DSETP": compare, "F2F": convert, "F2I": to_integer, "I2F": from_integer, "FRND": nearest_integer,
}
