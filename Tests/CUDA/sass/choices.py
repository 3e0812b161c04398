"""Comparisons and choices, of integers and of numbers alike."""

import operator

from sass import operands
from sass.operands import setter, truth, truth_setter
from sass.words import MASK

COMPARISONS = {"LT": operator.lt, "LE": operator.le, "GT": operator.gt, "GE": operator.ge, "EQ": operator.eq,
               "NE": operator.ne, "NUM": lambda a, b: a == a and b == b, "NAN": lambda a, b: a != a or b != b}
JOINS = {"AND": operator.and_, "OR": operator.or_, "XOR": operator.xor}


def compare(read, modifiers, parts, convert):
    """ISETP and FSETP: two predicates from a comparison and another predicate."""
    name, join = modifiers[0], JOINS[next(m for m in modifiers if m in JOINS)]
    is_unordered = name.endswith("U") and name != "NUM"
    test = COMPARISONS[name.removesuffix("U") if is_unordered else name]
    first, second, a, b = truth_setter(parts[0]), truth_setter(parts[1]), read(parts[2]), read(parts[3])
    other, lower = truth(parts[4]), truth(parts[5]) if len(parts) > 5 else None

    def run(state):
        x, y = convert(a(state)), convert(b(state))
        if x != x or y != y:
            result = is_unordered or name == "NAN"
        elif lower and x == y:
            result = lower(state)
        else:
            result = test(x, y)
        second(state, join(not result, other(state)))
        first(state, join(result, other(state)))

    return run


def least(read, modifiers, parts, convert):
    """The smaller where the predicate holds, else the greater."""
    write, terms, is_least = setter(parts[0]), [read(part) for part in parts[1:-1]], truth(parts[-1])

    def run(state):
        values = [term(state) for term in terms]
        if len(values) == 3:
            values = [values[0] + values[1] & MASK, values[2]]
        if any(value != value for value in values):
            return write(state, next(value for value in values if value == value or value is values[-1]))
        write(state, (min if is_least(state) else max)(values, key=convert))

    return run


def select(read):
    def make(modifiers, parts):
        # As they are: words of numbers in double precision are no numbers of their own.
        a, b = (operands.raw(part.replace(".reuse", "")) or read(part) for part in parts[1:3])
        write, condition = setter(parts[0]), truth(parts[3])
        return lambda state: write(state, a(state) if condition(state) else b(state))

    return make
