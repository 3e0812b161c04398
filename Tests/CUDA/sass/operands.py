"""Operands of machine code: what reads and writes them."""

import math
import re

from sass.words import MASK, from_real, integer, real

REGISTER = re.compile(r"(U?)R(\d+|Z)$")
PREDICATE = re.compile(r"(!?)(U?)P([0-6T])$")
CONSTANT = re.compile(r"cx?\[(\w+)\]\[(.*)\]$")
SPECIAL = {"+INF": math.inf, "-INF": -math.inf, "INF": math.inf, "+QNAN": math.nan, "-QNAN": math.nan}


def split(text):
    """At commas outside brackets."""
    parts, depth, current = [], 0, ""
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        if letter == "," and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += letter
    return parts + [current.strip()] if current.strip() else parts


def is_predicate(text):
    return PREDICATE.match(text) is not None


def place(text):
    """Whether a register is one of the warp's, and its number."""
    match = REGISTER.match(text.split(".")[0])
    if not match:
        raise ValueError(f"{text} is no register")
    is_uniform = bool(match.group(1))
    return is_uniform, int(match.group(2)) if match.group(2) != "Z" else 63 if is_uniform else 255


def raw(text):
    """The word that a register, a constant or a literal holds, without signs before it."""
    if REGISTER.match(text):
        is_uniform, number = place(text)
        if number == (63 if is_uniform else 255):
            return lambda state: 0
        return (lambda state: state.uniform[number]) if is_uniform else (lambda state: state.registers[number])
    if match := CONSTANT.match(text):
        bank = int(match.group(1), 16) if match.group(1).startswith("0x") else 0
        offset = address(match.group(2))
        return lambda state: state.constant(bank, offset(state))
    if text in SPECIAL:
        return constantly(from_real(SPECIAL[text]))
    if text.startswith("0x"):
        return constantly(int(text, 16) & MASK)
    return None


def constantly(value):
    return lambda state: value


def word(text):
    """Reads an integer; a sign is that of two's complement."""
    text = text.replace(".reuse", "")
    if plain := raw(text):
        return lambda state: integer(plain(state))
    if re.match(r"-?\d+$", text):
        return constantly(int(text) & MASK)
    if re.match(r"-?\d*\.\d+(e[-+]?\d+)?$|-?\d+e[-+]?\d+$", text):
        return constantly(from_real(float(text)))
    if text.startswith("-0x"):
        return constantly(-int(text[1:], 16) & MASK)
    if text[0] in "-~|":
        inner = word(text.strip("-~|"))
        if text[0] == "~":
            return lambda state: ~inner(state) & MASK
        if text[0] == "|":
            return lambda state: abs(inner(state) - (inner(state) >> 31 << 32)) & MASK
        return lambda state: -inner(state) & MASK
    raise ValueError(f"{text} isn't known")


def number(text):
    """Reads a number of single precision."""
    text = text.replace(".reuse", "")
    if text in SPECIAL:
        return constantly(SPECIAL[text])
    if re.match(r"-?[\d.]+(e[-+]?\d+)?$", text):
        return constantly(float(text))
    if plain := raw(text):
        return lambda state: real(plain(state))
    inner = number(text.lstrip("-").strip("|"))
    if "|" in text:
        return (lambda state: -abs(inner(state))) if text[0] == "-" else (lambda state: abs(inner(state)))
    if text[0] == "-":
        return lambda state: -inner(state)
    raise ValueError(f"{text} isn't known")


def truth(text):
    """Reads a predicate."""
    match = PREDICATE.match(text)
    is_not, is_uniform, name = match.groups()
    index = 7 if name == "T" else int(name)
    if is_uniform:
        return lambda state: state.uniform_predicates[index] != bool(is_not)
    return lambda state: state.predicates[index] != bool(is_not)


def setter(text, count=1):
    """Writes a value, or as many of them as registers follow one another."""
    is_uniform, number = place(text)
    if number == (63 if is_uniform else 255):
        return lambda state, *values: None

    def write(state, *values):
        file = state.uniform if is_uniform else state.registers
        for index, value in enumerate(values):
            file[number + index] = value

    def write_one(state, value):
        (state.uniform if is_uniform else state.registers)[number] = value

    return write_one if count == 1 else write


def truth_setter(text):
    match = PREDICATE.match(text)
    if match.group(3) == "T":
        return lambda state, value: None
    index = int(match.group(3))
    if match.group(2):
        return lambda state, value: state.uniform_predicates.__setitem__(index, value)
    return lambda state, value: state.predicates.__setitem__(index, value)


def following(text, count):
    """Reads a register and those behind it."""
    is_uniform, first = place(text.lstrip("-"))
    if first == (63 if is_uniform else 255):
        return lambda state: [0] * count
    return lambda state: (state.uniform if is_uniform else state.registers)[first:first + count]


def wide(text):
    """Reads an integer of 64 bits: a register and the next one, or words that are sign-extended."""
    if REGISTER.match(text.replace(".reuse", "")):
        both = following(text.replace(".reuse", ""), 2)

        def read(state):
            low, high = both(state)
            return integer(low) | integer(high) << 32

        return read
    if match := CONSTANT.match(text):
        bank, offset = int(match.group(1), 16), address(match.group(2))
        return lambda state: integer(state.constant(bank, offset(state))) | integer(
            state.constant(bank, offset(state) + 4)) << 32
    return word(text)


def address(text):
    """The sum of registers and literals, as between the brackets of an access."""
    terms = re.findall(r"-?[\w.]+", text)
    literal, readers = 0, []
    for term in terms:
        name = term.split(".")[0]
        if re.match(r"-?0x", name):
            literal += int(name, 16)
        elif re.match(r"U?R\w+$", name):
            readers.append(wide(name) if term.endswith(".64") else word(name))
            if ".X" in term:
                scale = int(re.search(r"\.X(\d+)", term).group(1))
                reader = readers.pop()
                readers.append(lambda state, reader=reader, scale=scale: reader(state) * scale)
        else:
            raise ValueError(f"{text} is no address")
    if len(readers) == 1:
        reader = readers[0]
        return lambda state: reader(state) + literal
    return lambda state: sum(reader(state) for reader in readers) + literal
