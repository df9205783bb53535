"""Points in well-known binary, the usual ones of 21 bytes: order of bytes, type 1, x, y."""

import numpy as np

from tidewaiter.compiled import compiled


@compiled
def plain_points(data, offsets, x, y):
    """Fill x and y from little-endian points; False when a cell is something else, so that a full reader is needed.

    Args:
        data: uint8, the bytes of all cells.
        offsets: n + 1 positions in them; an empty cell gives NaN.
        x, y: float64[n] to fill.
    """
    word = np.empty(8, np.uint8)
    number = word.view(np.float64)
    for i in range(x.shape[0]):
        at = offsets[i]
        size = offsets[i + 1] - at
        x[i] = y[i] = np.nan
        if size == 0:
            continue
        if (
            size != 21
            or data[at] != 1
            or data[at + 1] != 1
            or data[at + 2] != 0
            or data[at + 3] != 0
            or data[at + 4] != 0
        ):
            return False
        word[:] = data[at + 5 : at + 13]
        x[i] = number[0]
        word[:] = data[at + 13 : at + 21]
        y[i] = number[0]
    return True
