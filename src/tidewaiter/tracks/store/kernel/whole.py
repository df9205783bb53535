"""Values as whole numbers of a unit, where that loses nothing."""

import numpy as np

from tidewaiter.compiled import compiled


@compiled
def is_whole(values, unit, ten):
    """Return whether each value is a whole number of 1 / `unit` to the last bit (NaN is), and fits 31 bits.

    Args:
        values: floats.
        unit: parts of a degree or knot.
        ten: a power of ten where the quotient was rounded to so many decimals; 0 = it was not.
    """
    for value in values:
        if not np.isnan(value):
            n = np.rint(value * unit)
            if _quotient(n, unit, ten) != value or abs(n) > 2_147_000_000 or (value == 0.0 and np.signbit(value)):
                return False
    return True


@compiled
def _quotient(n, unit, ten):
    return np.rint(n / unit * ten) / ten if ten > 0.0 else n / unit


@compiled
def to_whole(values, unit, absent):
    """Return int32 numbers of 1 / `unit`; NaN gives `absent`."""
    out = np.empty(values.shape[0], np.int32)
    for i in range(values.shape[0]):
        out[i] = absent if np.isnan(values[i]) else np.int32(np.rint(values[i] * unit))
    return out


@compiled
def from_whole(numbers, unit, ten, absent, out):
    """Fill float values from numbers of 1 / `unit`, rounded as `is_whole` says."""
    for i in range(numbers.shape[0]):
        out[i] = np.nan if numbers[i] == absent else _quotient(numbers[i], unit, ten)
