"""The first numbers of `random(seed = 42)` by an implementation of its own: Philox4x32-10 and the hash FNV-1a.

Prints those of `param w : vector[3]` and of `net.0.weight` in `param net : mlp[2, 2, 1](tanh)`, for
Tests/EnergyDriverTests/RandomParameterTests.swift.
"""

import math

MASK = 0xFFFFFFFF


def philox(counter, key):
    a, b, c, d = counter
    k, l = key
    for _ in range(10):
        p, q = a * 0xD2511F53, c * 0xCD9E8D57
        a, b, c, d = (q >> 32) ^ b ^ k, q & MASK, (p >> 32) ^ d ^ l, p & MASK
        k, l = (k + 0x9E3779B9) & MASK, (l + 0xBB67AE85) & MASK
    return a, b, c, d


def stream(name):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def pairs(seed, name, count):
    """Numbers in (0, 1), two from a block: 53 bits each, in the middle of their interval."""
    s = stream(name)
    for block in range(count):
        a, b, c, d = philox((block & MASK, block >> 32, s & MASK, s >> 32), (seed & MASK, seed >> 32))
        yield tuple(((high << 32 | low) >> 11) / 2**53 + 2**-54 for low, high in ((a, b), (c, d)))


normals = []
for u, v in pairs(42, "w", 2):
    radius, angle = math.sqrt(-2 * math.log(u)), 2 * math.pi * v
    normals += [radius * math.cos(angle), radius * math.sin(angle)]
print(normals[:3])
print([1 / math.sqrt(2) * (2 * u - 1) for pair in pairs(42, "net.0.weight", 2) for u in pair])
