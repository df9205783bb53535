"""Where a sender is and how it moves: types 1–4, 9, 11, 18, 19, 21 and 27 (ITU-R M.1371-5, annex 8, tables 46–76).

What a message calls not available is written as not there; so are courses and headings of 360 and more, which the
standard does not use. Latitudes and longitudes beyond the globe are kept, for whoever cleans to count.
"""

from __future__ import annotations

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.nmea.kernel.arrays import (
    AT_LINE,
    FRAMED,
    FROM_MESSAGE,
    KIND,
    NONE,
    NONE8,
    POSITIONS,
    STATION,
    TIME,
    TIME_FROM,
)
from tidewaiter.tracks.nmea.kernel.bits import number, signed
from tidewaiter.tracks.nmea.kernel.parts import better
from tidewaiter.tracks.nmea.kernel.times import civil_us

NOTHING = np.float32(np.nan)
NO_LON, NO_LAT = 181 * 600_000, 91 * 600_000


@compiled
def degrees(value):
    """Return ten-thousandths of a minute as degrees, to the micro-degree: no two values fall together."""
    return ((10 * value + 3) // 6) / 1e6


@compiled
def base_time(words, row):
    """Return the UTC of a base station's report (types 4 and 11), or NONE."""
    return civil_us(
        number(words, row, 38, 14),
        number(words, row, 52, 4),
        number(words, row, 56, 5),
        number(words, row, 61, 5),
        number(words, row, 66, 6),
        number(words, row, 72, 6),
    )


@compiled
def write_positions(memory, framed, columns):
    """Write a row for each accepted message that has a place for a position."""
    at = memory.at
    words = framed.words
    facts = framed.facts
    vessel_key, times, lats, lons = columns.vessel_key, columns.t, columns.lat, columns.lon
    speeds, courses, headings = columns.sog_kn, columns.cog_deg, columns.heading_deg
    statuses, turns, kinds = columns.nav_status, columns.rot_deg_min, columns.msg_type
    stations, lines, times_from = columns.station, columns.line, columns.time_from
    to = at[POSITIONS]
    for row in range(at[FRAMED]):
        kind = facts[row, KIND]
        if kind == 0 or kind == 5 or kind == 24:  # noqa: PLR1714 (a set is slower code)
            continue
        t = facts[row, TIME]
        time_from = facts[row, TIME_FROM]
        status = 15
        speed = 1023  # tenths of a knot, as the course is tenths of a degree
        course = 3600
        heading = 511
        turn = -128
        if kind <= 3:
            status = number(words, row, 38, 4)
            turn = signed(words, row, 42, 8)
            speed = number(words, row, 50, 10)
            lon = signed(words, row, 61, 28)
            lat = signed(words, row, 89, 27)
            course = number(words, row, 116, 12)
            heading = number(words, row, 128, 9)
        elif kind == 18 or kind == 19:  # noqa: PLR1714
            speed = number(words, row, 46, 10)
            lon = signed(words, row, 57, 28)
            lat = signed(words, row, 85, 27)
            course = number(words, row, 112, 12)
            heading = number(words, row, 124, 9)
        elif kind == 4 or kind == 11:  # noqa: PLR1714
            lon = signed(words, row, 79, 28)
            lat = signed(words, row, 107, 27)
            if better(FROM_MESSAGE, time_from, at):
                own = base_time(words, row)
                if own != NONE:
                    t = own
                    time_from = FROM_MESSAGE
        elif kind == 9:
            speed = number(words, row, 50, 10)
            speed = 1023 if speed == 1023 else 10 * speed  # aircraft give whole knots
            lon = signed(words, row, 61, 28)
            lat = signed(words, row, 89, 27)
            course = number(words, row, 116, 12)
        elif kind == 21:
            lon = signed(words, row, 164, 28)
            lat = signed(words, row, 192, 27)
        else:  # 27: tenths of a minute, whole knots and degrees
            status = number(words, row, 40, 4)
            lon = signed(words, row, 44, 18) * 1000
            lat = signed(words, row, 62, 17) * 1000
            speed = number(words, row, 79, 6)
            speed = 1023 if speed == 63 else 10 * speed
            course = number(words, row, 85, 9) * 10
        vessel_key[to] = number(words, row, 8, 30)
        times[to] = t
        lats[to] = np.nan if lat == NO_LAT else degrees(lat)
        lons[to] = np.nan if lon == NO_LON else degrees(lon)
        speeds[to] = NOTHING if speed == 1023 else np.float32(speed / 10.0)
        courses[to] = np.float32(course / 10.0) if course < 3600 else NOTHING
        headings[to] = np.float32(heading) if heading < 360 else NOTHING
        statuses[to] = NONE8 if status == 15 else status
        if turn == -128 or turn == 127 or turn == -127:  # noqa: PLR1714 (±127: faster than 5° in 30 s, no sensor)
            turns[to] = NOTHING
        else:
            rate = turn / 4.733
            turns[to] = np.float32(rate * abs(rate))
        kinds[to] = kind
        stations[to] = facts[row, STATION]
        lines[to] = facts[row, AT_LINE]
        times_from[to] = time_from
        to += 1
    at[POSITIONS] = to
