"""Through the messages of each vessel in order of time: every one continues a segment, begins one, or is none.

Source: GlobalFishingWatch/gpsdio-segment : gpsdio_segment/segmenter.py and msg_processor.py @ e356238.
"""

from __future__ import annotations

import math

from tidewaiter.compiled import compiled
from tidewaiter.tracks.segments.kernel.arrays import (
    COURSE,
    LAT,
    LON,
    LONG_RANGE,
    METRIC,
    NO_ID,
    SPEED,
    new_matches,
    new_open,
    new_track,
)
from tidewaiter.tracks.segments.kernel.drift import set_course
from tidewaiter.tracks.segments.kernel.match import find_matches, hours_between
from tidewaiter.tracks.segments.kernel.seen import name_repeats, place_repeats

ID_STEP = 1_000  # microseconds between ids that would be the same
NO_COURSE_DEG = 359.95  # above it a course is "not available"
NO_SPEED_KN = 102.25  # and a speed
NOT_A_POSITION, POSITION = 0, 1


@compiled
def segment_all(messages, rule, id_t):
    """Find the segment of every message.

    Args:
        messages: `arrays.Messages`.
        rule: `arrays.Rule`.
        id_t: (rows,) int64, filled with the time in the id of each message's segment (microseconds), `NO_ID` for none.
    """
    longest = 0
    for v in range(messages.start.shape[0] - 1):
        longest = max(longest, messages.start[v + 1] - messages.start[v])
    id_t[:] = NO_ID
    track = new_track(max(longest, 1), messages.named.shape[0] > 0)
    segments = new_open(rule.max_open)
    matches = new_matches(rule.max_open)
    for v in range(messages.start.shape[0] - 1):
        _vessel(messages, messages.start[v], messages.start[v + 1], rule, track, segments, matches, id_t)


@compiled
def _vessel(messages, first, end, rule, track, segments, matches, id_t):
    mask = 1
    while mask < 2 * (end - first):
        mask *= 2
    mask -= 1
    segments.n[0] = 0
    for k in range(end - first):
        row = messages.order[first + k]
        track.row[k] = row
        if messages.named.shape[0] > 0 and messages.named[row] and name_repeats(messages, track, first, k, mask):
            continue
        if not _read(messages, row, rule, track, k):
            if rule.number_noise:
                id_t[row] = _free_id(track.t[k], segments)
            continue
        if place_repeats(track, first, k, mask):
            continue
        _place(track, k, segments, rule, matches, id_t)
    while segments.n[0] > 0:
        _close(0, track, segments, rule, id_t)


@compiled
def _read(messages, row, rule, track, k):
    """Copy a message into the track; return False if it is no usable position."""
    lat, lon, speed, course = messages.lat[row], messages.lon[row], messages.speed[row], messages.course[row]
    track.t[k] = messages.t[row]
    track.kind[k] = messages.kind[row]
    track.heading[k] = messages.heading[row]
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        return False
    if rule.still_without_motion:
        if not speed <= NO_SPEED_KN or not 0.0 <= course <= NO_COURSE_DEG:
            speed, course = 0.0, 0.0
    elif not (math.isfinite(speed) and math.isfinite(course)):
        return False
    if not (0.0 <= course <= NO_COURSE_DEG or (course > NO_COURSE_DEG and speed <= rule.very_slow_kn)):
        return False
    for i in range(rule.noise_speeds_kn.shape[0]):
        if rule.noise_speeds_kn[i, 0] < speed < rule.noise_speeds_kn[i, 1]:
            return False
    track.place[k, LAT], track.place[k, LON] = lat, lon
    track.place[k, SPEED], track.place[k, COURSE] = speed, course
    return True


@compiled
def _place(track, k, segments, rule, matches, id_t):
    """Find the segment of position k."""
    set_course(track.place, k)
    track.place[k, METRIC] = 0.0
    track.earlier[k] = -1
    s = 0
    while s < segments.n[0]:
        if hours_between(track, segments.last[s], k) > rule.max_gap_h:
            _close(s, track, segments, rule, id_t)
        else:
            s += 1
    n = find_matches(track, k, segments, rule, matches)
    if n > 0 and track.kind[k] & LONG_RANGE:
        hours = matches.hours[0]
        for i in range(1, n):
            hours = min(hours, matches.hours[i])
        if hours < rule.type_27_gap_h:  # too coarse to say where in a port a ship lies
            if rule.number_noise:
                id_t[track.row[k]] = _free_id(track.t[k], segments)
            return
    if n == 1:
        _continue(track, k, segments, matches, id_t)
        return
    for i in range(n):
        closed = matches.segment[i]
        _close(closed, track, segments, rule, id_t)
        for j in range(i + 1, n):
            if matches.segment[j] > closed:
                matches.segment[j] -= 1
    _begin(track, k, segments, rule, id_t)


@compiled
def _continue(track, k, segments, matches, id_t):
    s = matches.segment[0]
    earlier = segments.last[s]
    for _ in range(matches.back[0]):
        track.next_dropped[earlier] = segments.dropped[s]
        segments.dropped[s] = earlier
        earlier = track.earlier[earlier]
    track.earlier[k] = earlier
    track.place[k, METRIC] = matches.metric[0]
    segments.last[s] = k
    segments.length[s] += 1
    id_t[track.row[k]] = segments.id_t[s]


@compiled
def _begin(track, k, segments, rule, id_t):
    while segments.n[0] >= rule.max_open:
        stalest = 0
        for s in range(1, segments.n[0]):
            if track.t[segments.last[s]] < track.t[segments.last[stalest]]:
                stalest = s
        _close(stalest, track, segments, rule, id_t)
    s = segments.n[0]
    segments.id_t[s] = _free_id(track.t[k], segments)
    segments.last[s] = k
    segments.dropped[s] = -1
    segments.length[s] = 1
    segments.n[0] = s + 1
    id_t[track.row[k]] = segments.id_t[s]


@compiled
def _close(s, track, segments, rule, id_t):
    """Close segment s; what was dropped from it gets its id now, when others may be open than when it came."""
    dropped = segments.dropped[s]
    segments.n[0] -= 1
    for i in range(s, segments.n[0]):
        segments.id_t[i] = segments.id_t[i + 1]
        segments.last[i] = segments.last[i + 1]
        segments.dropped[i] = segments.dropped[i + 1]
        segments.length[i] = segments.length[i + 1]
    while dropped >= 0:
        id_t[track.row[dropped]] = _free_id(track.t[dropped], segments) if rule.number_noise else NO_ID
        dropped = track.next_dropped[dropped]


@compiled
def _free_id(t, segments):
    """Return the first time from t on, in steps of a millisecond, that no open segment has in its id."""
    taken = True
    while taken:
        taken = False
        for s in range(segments.n[0]):
            if segments.id_t[s] == t:
                taken = True
                t += ID_STEP
                break
    return t
