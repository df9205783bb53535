"""The grid of places: which of them a position can have within reach, and the nearest of these."""

from __future__ import annotations

import math

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.ports.kernel.sphere import EARTH_KM, haversine_km, place_km

SIDE = 16  # cells along a block
FAR, BETWEEN, NEAR, INVALID = 0, 1, 2, 3
ROUNDING = 1e-13  # of a straight line through the globe, whose radius is 1
SLACK_KM = 1e-6  # far beyond the rounding of a cell's borders, far below what a position can tell


@compiled
def cells_within(shapes, scale, rows, columns, reach_km):
    """Count the cells that `pairs` looks at, and the pieces of distance that this costs."""
    cells = np.int64(0)
    cost = np.int64(0)
    for p in range(shapes.lat.shape[0]):
        south, north, _, width = _stretch(shapes, p, scale, rows, columns, reach_km)
        here = np.int64(north - south + 1) * width
        cells += here
        cost += here * (1 + shapes.edge[p + 1] - shapes.edge[p])
    return cells, cost


@compiled
def _stretch(shapes, p, scale, rows, columns, reach_km):
    """Rows (first, last) and columns (first, number) of the cells around a place that can be within reach."""
    angle = (reach_km + shapes.radius_km[p] + SLACK_KM) / EARTH_KM
    south = shapes.south[p] - math.degrees(angle)
    north = shapes.north[p] + math.degrees(angle)
    steepest = math.cos(math.radians(max(abs(shapes.south[p]), abs(shapes.north[p]))))
    first_row = max(math.floor((south + 90.0) * scale) - 1, 0)
    last_row = min(math.floor((north + 90.0) * scale) + 1, rows - 1)
    if south <= -90.0 or north >= 90.0 or math.sin(angle) >= steepest:
        return first_row, last_row, 0, columns  # a pole is within reach: every longitude is
    aside = math.degrees(math.asin(math.sin(angle) / steepest))
    first = math.floor((shapes.west[p] - aside + 180.0) * scale) - 1
    width = math.floor((shapes.east[p] + aside + 180.0) * scale) + 2 - first
    return first_row, last_row, first, min(width, columns)


@compiled
def pairs(shapes, scale, rows, columns, entry_km, exit_km, block, cell, place, sure):
    """List (cell, place) where the place is within `exit_km` of some position of the cell.

    A cell lies in the circle around its middle through its corners: a place further from the middle than that circle
    and `exit_km` together is out of reach of the whole cell.

    Args:
        block: (blocks of the globe,) filled with -1; gets the number of each block that is kept.
        cell, place: work space of the size that `cells_within` counts.
        sure: (kept cells at most,) zeros; set where a place is near the whole cell.

    Returns:
        Number of pairs and of kept blocks.
    """
    n = 0
    kept = 0
    across = (columns + SIDE - 1) // SIDE
    for p in range(shapes.lat.shape[0]):
        first_row, last_row, first, width = _stretch(shapes, p, scale, rows, columns, exit_km)
        for row in range(first_row, last_row + 1):
            south = row / scale - 90.0
            middle = south + 0.5 / scale
            low = math.cos(math.radians(south))
            high = math.cos(math.radians(south + 1.0 / scale))
            half = max(
                haversine_km(middle, 0.0, south, 0.5 / scale, low),
                haversine_km(middle, 0.0, south + 1.0 / scale, 0.5 / scale, high),
            )
            for c in range(first, first + width):
                column = c % columns
                away = place_km(shapes, p, middle, (column + 0.5) / scale - 180.0)
                if away - half > exit_km + SLACK_KM:
                    continue
                b = (row // SIDE) * across + column // SIDE
                if block[b] < 0:
                    block[b] = kept
                    kept += 1
                k = block[b] * SIDE * SIDE + (row % SIDE) * SIDE + column % SIDE
                if away + half <= entry_km - SLACK_KM:
                    sure[k] = 1
                cell[n] = k
                place[n] = p
                n += 1
    return n, kept


@compiled
def by_cell(cell, place, kept_cells):
    """Sort pairs by cell, places ascending within each: (kept cells + 1,) slices and the places."""
    start = np.zeros(kept_cells + 1, np.int32)
    for k in cell:
        start[k + 1] += 1
    for k in range(kept_cells):
        start[k + 1] += start[k]
    item = np.empty(cell.shape[0], np.int32)
    at = start[:-1].copy()
    for i in range(cell.shape[0]):
        item[at[cell[i]]] = place[i]
        at[cell[i]] += 1
    return start, item


@compiled
def _cell_of(grid, lat, lon):
    """Kept cell of a valid position, -1 where nothing is within reach."""
    row = min(int((lat + 90.0) * grid.scale), grid.rows - 1)
    column = int((lon + 180.0) * grid.scale)
    if column >= grid.columns:
        column = 0  # 180 degrees east is 180 degrees west
    b = grid.block[(row // SIDE) * ((grid.columns + SIDE - 1) // SIDE) + column // SIDE]
    if b < 0:
        return -1
    return b * SIDE * SIDE + (row % SIDE) * SIDE + column % SIDE


@compiled
def _chord(km):
    """Straight line through a sphere of radius 1 between positions so far apart."""
    return 2 * math.sin(min(km / (2 * EARTH_KM), 0.5 * math.pi))


@compiled
def _square(chord):
    return max(chord, 0.0) * max(chord, 0.0)


@compiled
def _chord_2(shapes, p, x, y, z):
    """Square of the straight line to a point; NaN for a circle or outline."""
    return (shapes.x[p] - x) ** 2 + (shapes.y[p] - y) ** 2 + (shapes.z[p] - z) ** 2


@compiled
def _vector(lat, lon):
    phi, theta = math.radians(lat), math.radians(lon)
    return math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi)


@compiled
def zones(grid, shapes, lat, lon, speed, fastest, needs_speed):
    """Zone of each position: FAR, BETWEEN exit and entry distance, NEAR, or INVALID (out of range or not a number).

    Straight lines decide, and the distance itself where a line is within its rounding of a threshold.

    Args:
        lat, lon: (n,) degrees.
        speed: (n,) knots, NaN = not known.
        fastest: speeds above are invalid.
        needs_speed: whether an unknown speed makes a position invalid.
    """
    n = lat.shape[0]
    zone = np.empty(n, np.uint8)
    entry, leave = _chord(grid.entry_km), _chord(grid.exit_km)
    near, not_near = _square(entry - ROUNDING), _square(entry + ROUNDING)
    not_far, far = _square(leave - ROUNDING), _square(leave + ROUNDING)
    for i in range(n):
        y, x, v = lat[i], lon[i], speed[i]
        if not (-90.0 <= y <= 90.0 and -180.0 <= x <= 180.0):
            zone[i] = INVALID
            continue
        if not 0.0 <= v <= fastest and (needs_speed or not math.isnan(v)):
            zone[i] = INVALID
            continue
        k = _cell_of(grid, y, x)
        if k < 0 or grid.sure[k]:
            zone[i] = FAR if k < 0 else NEAR
            continue
        found = FAR
        a, b, c = _vector(y, x)
        for at in range(grid.start[k], grid.start[k + 1]):
            p = np.int64(grid.item[at])
            line = _chord_2(shapes, p, a, b, c)
            if line > far:
                continue
            if line < near:
                found = NEAR
                break
            if not_near < line < not_far:
                found = BETWEEN
                continue
            away = place_km(shapes, p, y, x)
            if away <= grid.entry_km:
                found = NEAR
                break
            if away < grid.exit_km:
                found = BETWEEN
        zone[i] = found
    return zone


@compiled
def nearest(grid, shapes, lat, lon):
    """Nearest place within `grid.exit_km` of each position and its distance in km; -1 and NaN where there is none.

    Of equally distant places the first counts.
    """
    n = lat.shape[0]
    place = np.full(n, -1, np.int64)
    km = np.full(n, np.nan)
    for i in range(n):
        if not (-90.0 <= lat[i] <= 90.0 and -180.0 <= lon[i] <= 180.0):
            continue
        k = _cell_of(grid, lat[i], lon[i])
        if k < 0:
            continue
        least = np.inf
        further = _square(_chord(grid.exit_km) + ROUNDING)
        a, b, c = _vector(lat[i], lon[i])
        for at in range(grid.start[k], grid.start[k + 1]):
            p = np.int64(grid.item[at])
            if _chord_2(shapes, p, a, b, c) > further:
                continue
            away = place_km(shapes, p, lat[i], lon[i])
            if away < least and away <= grid.exit_km:
                least = away
                place[i] = p
                km[i] = away
                further = _square(_chord(least) + ROUNDING)
    return place, km
