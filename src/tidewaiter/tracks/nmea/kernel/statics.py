"""Who a sender says it is: types 5, 19, 21 and 24 (ITU-R M.1371-5, annex 8, tables 52, 67, 71 and 76 on).

What a message calls not available is written as not there: IMO number 0, type 0, draught 0, empty text, an ETA of month
0, day 0, hour 24, minute 60; a length or width whose two parts are both 0. Text is as sent, without the padding (@) at
its end and the spaces around it.
"""

from __future__ import annotations

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.nmea.kernel.arrays import (
    AT_LINE,
    BITS,
    FRAMED,
    KIND,
    NONE,
    NONE8,
    NONE16,
    STATICS,
    STATION,
    TIME,
    TIME_FROM,
)
from tidewaiter.tracks.nmea.kernel.bits import number, put_text, trim

NOTHING = np.float32(np.nan)


@compiled
def write_statics(memory, framed, columns):
    """Write a row for each accepted message that names or describes its sender."""
    at = memory.at
    words = framed.words
    facts = framed.facts
    vessel_key, times, stations, lines = columns.vessel_key, columns.t, columns.station, columns.line
    kinds, parts, times_from = columns.msg_type, columns.part, columns.time_from
    name_ends, name_data = columns.name.ends, columns.name.data
    call_ends, call_data = columns.callsign.ends, columns.callsign.data
    goal_ends, goal_data = columns.destination.ends, columns.destination.data
    imos, ship_types, aid_types = columns.imo, columns.ship_type, columns.aid_type
    bows, sterns, ports, starboards = columns.to_bow_m, columns.to_stern_m, columns.to_port_m, columns.to_starboard_m
    motherships, draughts = columns.mothership, columns.draught_m
    months, days, hours, minutes = columns.eta_month, columns.eta_day, columns.eta_hour, columns.eta_minute
    to = at[STATICS]
    for row in range(at[FRAMED]):
        kind = facts[row, KIND]
        if kind != 5 and kind != 19 and kind != 21 and kind != 24:  # noqa: PLR1714 (a set is slower code)
            continue
        mmsi = number(words, row, 8, 30)
        name_end, call_end, goal_end = name_ends[to], call_ends[to], goal_ends[to]
        part = NONE8
        imo = ship_type = aid_type = draught = month = day = 0
        hour = 24
        minute = 60
        mothership = NONE
        measures = -1  # bit where the dimensions begin
        if kind == 5:
            imo = number(words, row, 40, 30)
            call_end = trim(call_data, call_end, put_text(words, row, 70, 7, call_data, call_end))
            name_end = trim(name_data, name_end, put_text(words, row, 112, 20, name_data, name_end))
            ship_type = number(words, row, 232, 8)
            measures = 240
            month = number(words, row, 274, 4)
            day = number(words, row, 278, 5)
            hour = number(words, row, 283, 5)
            minute = number(words, row, 288, 6)
            draught = number(words, row, 294, 8)
            goal_end = trim(goal_data, goal_end, put_text(words, row, 302, 20, goal_data, goal_end))
        elif kind == 19:
            name_end = trim(name_data, name_end, put_text(words, row, 143, 20, name_data, name_end))
            ship_type = number(words, row, 263, 8)
            measures = 271
        elif kind == 21:
            aid_type = number(words, row, 38, 5)
            end = put_text(words, row, 43, 20, name_data, name_end)
            end = put_text(words, row, 272, min((facts[row, BITS] - 272) // 6, 14), name_data, end)
            name_end = trim(name_data, name_end, end)
            measures = 219
        else:
            part = number(words, row, 38, 2)
            if part == 0:
                name_end = trim(name_data, name_end, put_text(words, row, 40, 20, name_data, name_end))
            else:
                ship_type = number(words, row, 40, 8)
                call_end = trim(call_data, call_end, put_text(words, row, 90, 7, call_data, call_end))
                if mmsi // 10_000_000 == 98:  # a craft of another ship names that one in place of its size
                    mothership = number(words, row, 132, 30)
                else:
                    measures = 132
        bow = stern = port = starboard = 0
        if measures >= 0:
            bow = number(words, row, measures, 9)
            stern = number(words, row, measures + 9, 9)
            port = number(words, row, measures + 18, 6)
            starboard = number(words, row, measures + 24, 6)
        vessel_key[to] = mmsi
        times[to] = facts[row, TIME]
        times_from[to] = facts[row, TIME_FROM]
        stations[to] = facts[row, STATION]
        lines[to] = facts[row, AT_LINE]
        kinds[to] = kind
        parts[to] = part
        imos[to] = imo or NONE
        ship_types[to] = ship_type or NONE16
        aid_types[to] = aid_type or NONE8
        bows[to] = bow if bow + stern else NONE16
        sterns[to] = stern if bow + stern else NONE16
        ports[to] = port if port + starboard else NONE8
        starboards[to] = starboard if port + starboard else NONE8
        motherships[to] = mothership or NONE
        draughts[to] = np.float32(draught / 10.0) if draught else NOTHING
        months[to] = month if 1 <= month <= 12 else NONE8
        days[to] = day or NONE8
        hours[to] = hour if hour < 24 else NONE8
        minutes[to] = minute if minute < 60 else NONE8
        to += 1
        name_ends[to], call_ends[to], goal_ends[to] = name_end, call_end, goal_end
    at[STATICS] = to
