"""Registers hold words of 32 bits, as integers or, where an instruction made one, as the number they spell."""

import math
import struct

MASK = 0xFFFFFFFF
_word, _single, _double = struct.Struct("<I"), struct.Struct("<f"), struct.Struct("<d")


def rounded(value):
    """The nearest number in single precision."""
    try:
        return _single.unpack(_single.pack(value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def rounded_down(value):
    near = rounded(value)
    if near <= value or math.isinf(near):
        return near
    bits = from_real(near)
    return to_real(bits - 1 if near > 0 else bits + 1 if near < 0 else 0x80000001)


def from_real(value):
    """The word that spells a number of single precision."""
    return _word.unpack(_single.pack(value))[0]


def to_real(word):
    return _single.unpack(_word.pack(word))[0]


def integer(value):
    return value if type(value) is int else from_real(value)


def real(value):
    return value if type(value) is float else to_real(value)


def signed(word, bits=32):
    return word - (1 << bits) if word >> (bits - 1) else word


def double(low, high):
    return _double.unpack(_word.pack(integer(low)) + _word.pack(integer(high)))[0]


def from_double(value):
    data = _double.pack(value)
    return _word.unpack(data[:4])[0], _word.unpack(data[4:])[0]


def halves(high, low):
    """The word of two numbers of half precision."""
    return struct.unpack("<I", struct.pack("<ee", low, high))[0]
