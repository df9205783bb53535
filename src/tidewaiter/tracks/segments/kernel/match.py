"""Which open segment a message continues.

Source: GlobalFishingWatch/gpsdio-segment : gpsdio_segment/matcher.py.
"""

from __future__ import annotations

import math

from tidewaiter.compiled import compiled
from tidewaiter.tracks.segments.kernel.arrays import CLASSES, METRIC
from tidewaiter.tracks.segments.kernel.drift import drift

MICROS = 1e6
SECONDS_PER_HOUR = 3600
SLACK = 1.0 + 1e-12  # a bound may be beaten by rounding


@compiled
def hours_between(track, a, b):
    """Return the hours from message a to message b."""
    return (track.t[b] - track.t[a]) / MICROS / SECONDS_PER_HOUR


@compiled
def find_matches(track, k, segments, rule, matches):
    """Return how many segments message k may continue: none, one, or several that cannot be told apart.

    Fills `matches`; of several the best stands first.
    """
    n = 0
    for s in range(segments.n[0]):
        metric, hours, back = _match(track, k, segments.last[s], rule)
        if metric > 0:
            matches.segment[n] = s
            matches.metric[n] = metric
            matches.hours[n] = hours
            matches.back[n] = back
            n += 1
    if n > 1:
        for i in range(n):
            length = segments.length[i if rule.nth_length else matches.segment[i]] / rule.short_segment
            matches.score[i] = matches.metric[i] * length / math.sqrt(1 + length * length)
        _best_first(matches, n)
        best, kept = matches.score[0], 1
        while kept < n and matches.score[kept] * rule.ambiguity_factor >= best:
            kept += 1
        n = kept
    return n


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
        if SLACK * weight / max(hours, rule.buffer_h) / discount > most:
            metric = _metric(track, earlier, k, hours, rule)
            if weight != 1.0:
                metric *= weight
            score = metric / discount
            if score > most:
                best, best_hours, best_back, best_score = metric, hours, back, score
        kept = track.place[earlier, METRIC]
        earlier = track.earlier[earlier]
        if earlier < 0:
            break
    return best, best_hours, best_back


@compiled
def _same_class(track, k, last, lookback):
    """Tell whether any of the last messages may come from the same class of transponder."""
    mine = track.kind[k] & CLASSES
    earlier = last
    for _ in range(lookback):
        if track.kind[earlier] & mine:
            return True
        earlier = track.earlier[earlier]
        if earlier < 0:
            break
    return False


@compiled
def _metric(track, a, b, hours, rule):
    effective = hours / (1 + (hours / rule.penalty_h) ** rule.exponent)
    off = drift(track.place, a, b, effective, rule.shape_factor)
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
        segment, metric, score = matches.segment[i], matches.metric[i], matches.score[i]
        hours, back = matches.hours[i], matches.back[i]
        j = i
        while j > 0 and matches.score[j - 1] < score:
            matches.segment[j], matches.metric[j] = matches.segment[j - 1], matches.metric[j - 1]
            matches.score[j], matches.hours[j] = matches.score[j - 1], matches.hours[j - 1]
            matches.back[j] = matches.back[j - 1]
            j -= 1
        matches.segment[j], matches.metric[j], matches.score[j] = segment, metric, score
        matches.hours[j], matches.back[j] = hours, back
