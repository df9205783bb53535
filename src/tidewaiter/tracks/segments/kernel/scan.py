"""Through the messages of each vessel in order of time: every one continues a segment, begins one, or is none.

Source: GlobalFishingWatch/gpsdio-segment : gpsdio_segment/segmenter.py and msg_processor.py @ e356238.
"""

from __future__ import annotations

import math

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.segments.kernel.arrays import LONG_RANGE, MATCH, NO_ID, OPEN, TRACK
from tidewaiter.tracks.segments.kernel.drift import set_course
from tidewaiter.tracks.segments.kernel.match import find_matches, hours_between
from tidewaiter.tracks.segments.kernel.seen import mark_name_repeats, mask_for, place_repeats

ID_STEP = 1_000  # microseconds between ids that would be the same
NO_COURSE_DEG = 359.95  # above it a course is "not available"
NO_SPEED_KN = 102.25  # and a speed


@compiled
def segment_all(messages, rule, noise_speeds, id_t):
    """Find the segment of every message.

    Args:
        messages: `arrays.Messages`.
        rule: `arrays.Rule`.
        noise_speeds: (m, 2) float64 knots, bounds between which a speed is noise.
        id_t: (rows,) int64, filled with the time in the id of each message's segment (microseconds), `NO_ID` for none.
    """
    longest = 1
    for v in range(messages.start.shape[0] - 1):
        longest = max(longest, messages.start[v + 1] - messages.start[v])
    track = np.empty(longest, TRACK)
    place_slots = np.full(mask_for(longest) + 1, -1, np.int32)
    with_names = messages.named.shape[0] > 0
    name_slots = np.full(mask_for(longest) + 1 if with_names else 1, -1, np.int32)
    segments = np.empty(rule.max_open, OPEN)
    matches = np.empty(rule.max_open, MATCH)
    id_t[:] = NO_ID
    for v in range(messages.start.shape[0] - 1):
        first, n = messages.start[v], messages.start[v + 1] - messages.start[v]
        _load(messages, first, n, track)
        if with_names:
            mark_name_repeats(messages, track, name_slots, first, n)
        _vessel(track, first, n, rule, noise_speeds, place_slots, segments, matches)
        for k in range(n):
            id_t[messages.order[first + k]] = track[k].id_t


@compiled
def _load(messages, first, n, track):
    order, t, kind, heading = messages.order, messages.t, messages.kind, messages.heading
    lat, lon, speed, course = messages.lat, messages.lon, messages.speed, messages.course
    for k in range(n):
        row = order[first + k]
        track[k].t, track[k].kind, track[k].heading = t[row], kind[row], heading[row]
        track[k].lat, track[k].lon = lat[row], lon[row]
        track[k].speed, track[k].course = speed[row], course[row]
        track[k].repeat = 0
        track[k].id_t = NO_ID


@compiled
def _vessel(track, first, n, rule, noise_speeds, place_slots, segments, matches):
    mask = mask_for(n)
    n_open = 0
    for k in range(n):
        if track[k].repeat:
            continue
        if not _usable(track, k, rule, noise_speeds):
            if rule.number_noise:
                track[k].id_t = _free_id(track[k].t, segments, n_open)
        elif not place_repeats(track, place_slots, first, k, mask):
            n_open = _place(track, k, segments, n_open, rule, matches)
    while n_open > 0:
        n_open = _close(0, track, segments, n_open, rule)


@compiled
def _usable(track, k, rule, noise_speeds):
    """Tell whether message k is a usable position."""
    if not (-90.0 <= track[k].lat <= 90.0 and -180.0 <= track[k].lon <= 180.0):
        return False
    speed, course = track[k].speed, track[k].course
    with_course = 0.0 <= course <= NO_COURSE_DEG
    if rule.still_without_motion:
        if not (-math.inf < speed <= NO_SPEED_KN and with_course):
            track[k].speed, track[k].course = 0.0, 0.0
            return True
    elif not (
        math.isfinite(speed) and (with_course or (NO_COURSE_DEG < course < math.inf and speed <= rule.very_slow_kn))
    ):
        return False
    noise = False
    for i in range(noise_speeds.shape[0]):
        noise |= noise_speeds[i, 0] < speed < noise_speeds[i, 1]
    return not noise


@compiled
def _place(track, k, segments, n_open, rule, matches):
    """Find the segment of position k; return how many are open then."""
    set_course(track, k)
    track[k].metric = 0.0
    track[k].earlier = -1
    s = 0
    while s < n_open:
        if hours_between(track, segments[s].last, k) > rule.max_gap_h:
            n_open = _close(s, track, segments, n_open, rule)
        else:
            s += 1
    n = find_matches(track, k, segments, n_open, rule, matches)
    if n > 0 and track[k].kind & LONG_RANGE:
        hours = matches[0].hours
        for i in range(1, n):
            hours = min(hours, matches[i].hours)
        if hours < rule.type_27_gap_h:  # too coarse to say where in a port a ship lies
            if rule.number_noise:
                track[k].id_t = _free_id(track[k].t, segments, n_open)
            return n_open
    if n == 1:
        _continue(track, k, segments, matches)
        return n_open
    for i in range(n):
        closed = matches[i].segment
        n_open = _close(closed, track, segments, n_open, rule)
        for j in range(i + 1, n):
            if matches[j].segment > closed:
                matches[j].segment -= 1
    return _begin(track, k, segments, n_open, rule)


@compiled
def _continue(track, k, segments, matches):
    s = matches[0].segment
    earlier = segments[s].last
    for _ in range(matches[0].back):
        track[earlier].next_dropped = segments[s].dropped
        segments[s].dropped = earlier
        earlier = track[earlier].earlier
    track[k].earlier = earlier
    track[k].metric = matches[0].metric
    track[k].id_t = segments[s].id_t
    segments[s].last = k
    segments[s].length += 1


@compiled
def _begin(track, k, segments, n_open, rule):
    while n_open >= rule.max_open:
        stalest = 0
        for s in range(1, n_open):
            if track[segments[s].last].t < track[segments[stalest].last].t:
                stalest = s
        n_open = _close(stalest, track, segments, n_open, rule)
    segments[n_open].id_t = _free_id(track[k].t, segments, n_open)
    segments[n_open].last = k
    segments[n_open].dropped = -1
    segments[n_open].length = 1
    track[k].id_t = segments[n_open].id_t
    return n_open + 1


@compiled
def _close(s, track, segments, n_open, rule):
    """Close segment s; what was dropped from it gets its id now, when others may be open than when it came."""
    dropped = segments[s].dropped
    for i in range(s, n_open - 1):
        segments[i].id_t, segments[i].length = segments[i + 1].id_t, segments[i + 1].length
        segments[i].last, segments[i].dropped = segments[i + 1].last, segments[i + 1].dropped
    while dropped >= 0:
        track[dropped].id_t = _free_id(track[dropped].t, segments, n_open - 1) if rule.number_noise else NO_ID
        dropped = track[dropped].next_dropped
    return n_open - 1


@compiled
def _free_id(t, segments, n_open):
    """Return the first time from t on, in steps of a millisecond, that no open segment has in its id."""
    taken = True
    while taken:
        taken = False
        for s in range(n_open):
            if segments[s].id_t == t:
                taken = True
                t += ID_STEP
                break
    return t
