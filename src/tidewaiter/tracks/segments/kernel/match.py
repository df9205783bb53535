"""Which open segment a message continues.

Source: GlobalFishingWatch/gpsdio-segment : gpsdio_segment/matcher.py.
"""

from __future__ import annotations

import math

from tidewaiter.compiled import compiled
from tidewaiter.tracks.segments.kernel.arrays import CLASSES
from tidewaiter.tracks.segments.kernel.drift import drift

MICROS = 1e6
SECONDS_PER_HOUR = 3600
SLACK = 1.0 + 1e-12  # a bound may be beaten by rounding


@compiled
def hours_between(track, a, b):
    """Return the hours from message a to message b."""
    return (track[b].t - track[a].t) / MICROS / SECONDS_PER_HOUR


@compiled
def find_matches(track, k, segments, n_open, rule, matches):
    """Return how many segments message k may continue: none, one, or several that cannot be told apart.

    Args:
        track: the vessel's messages, of type `arrays.TRACK`.
        k: number of the message.
        segments: of type `arrays.OPEN`.
        n_open: how many of them there are.
        rule: `arrays.Rule`.
        matches: of type `arrays.MATCH`, filled; of several the best stands first.
    """
    n = 0
    for s in range(n_open):
        metric, hours, back = _match(track, k, segments[s].last, rule)
        if metric > 0:
            matches[n].segment, matches[n].metric, matches[n].hours, matches[n].back = s, metric, hours, back
            n += 1
    if n < 2:
        return n
    for i in range(n):
        length = segments[i if rule.nth_length else matches[i].segment].length / rule.short_segment
        matches[i].score = matches[i].metric * length / math.sqrt(1 + length * length)
    _best_first(matches, n)
    likely = 1
    while likely < n and matches[likely].score * rule.ambiguity_factor >= matches[0].score:
        likely += 1
    return likely


@compiled
def _match(track, k, last, rule):
    """Return how well message k continues a segment: metric (0 = not at all), hours, messages to drop.

    It may follow an earlier message than the last, if it fits so much better there that what came between is noise.
    """
    weight = 1.0 if _same_class(track, k, last, rule.lookback) else rule.other_class_weight
    best, best_hours, best_back, best_score = 0.0, 0.0, 0, 0.0
    kept = 0.0  # how well the message that would be dropped fits where it is
    earlier = last
    for back in range(rule.lookback):
        hours = hours_between(track, earlier, k)
        if hours > rule.max_gap_h:
            break
        discount = max(1.0, back * rule.lookback_factor)
        most = max(kept, best_score)
        if SLACK * weight / max(hours, rule.buffer_h) / discount > most:  # it could be better at no distance at all
            metric = weight * _metric(track, earlier, k, hours, rule)
            score = metric / discount
            if score > most:
                best, best_hours, best_back, best_score = metric, hours, back, score
        kept = track[earlier].metric
        earlier = track[earlier].earlier
        if earlier < 0:
            break
    return best, best_hours, best_back


@compiled
def _same_class(track, k, last, lookback):
    """Tell whether any of the last messages may come from the same class of transponder."""
    mine = track[k].kind & CLASSES
    earlier = last
    for _ in range(lookback):
        if track[earlier].kind & mine:
            return True
        earlier = track[earlier].earlier
        if earlier < 0:
            break
    return False


@compiled
def _metric(track, a, b, hours, rule):
    effective = hours / (1 + (hours / rule.penalty_h) ** rule.exponent)
    off = drift(track, a, b, effective, rule.shape_factor)
    padded = math.hypot(hours, rule.buffer_h)
    allowed = padded * rule.max_speed_kn
    if not off <= allowed:
        return 0.0
    steep = rule.steepness * off / allowed
    return math.exp(-(steep * steep)) / padded


@compiled
def _best_first(matches, n):
    """Sort matches by falling score; equal ones keep their order."""
    for i in range(1, n):
        j = i
        while j > 0 and matches[j - 1].score < matches[j].score:
            _swap(matches, j - 1, j)
            j -= 1


@compiled
def _swap(matches, i, j):
    a, b = matches[i], matches[j]  # records, so views: each value is moved by itself
    a.metric, b.metric = b.metric, a.metric
    a.score, b.score = b.score, a.score
    a.hours, b.hours = b.hours, a.hours
    a.segment, b.segment = b.segment, a.segment
    a.back, b.back = b.back, a.back
