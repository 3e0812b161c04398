"""The formulas of the standard library once more, each from its publication: what the references are computed from."""

import std_composition
import std_densities
import std_landscapes
import std_models
