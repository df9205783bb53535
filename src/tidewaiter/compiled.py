"""How kernels are compiled: cached on disk, without the interpreter's lock.

Numba keys its cache on the file of a function, not on what the function calls: after editing a module of a kernel, delete
the `__pycache__` beside it (`make clean` does).
"""

from __future__ import annotations

from numba import njit

TINY = 1e-300  # keeps logarithms finite


def compiled(function):
    """Compile a function of arrays and numbers."""
    return njit(cache=True, nogil=True, error_model="numpy")(function)
