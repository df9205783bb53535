"""The score, and the parts that it is the sum of.

Each part is the natural logarithm of how many times as likely a piece of a vessel's history is for a ship that shuttles
between both ends as for one that does as the rest of the fleet does. A part is 0 where the history says nothing.

========================  =============================================================================================
``alternation``           next calls seen at the other end. Of a shuttle's next calls most are at the other end, seen or
                          not (`on_line`); what share it shows is not known, so any is as likely.
``dark_visits``           next calls at the same end after a silence that leaves room for the other; what these add. Weak
                          reception counts `weak_weight`.
``home``                  next calls at the same end without such a silence; what these add, mostly against.
``elsewhere``             calls at other places; what these add, mostly against.
``heading``               of the ends of these silences, how many lie on the way to the other end. For a shuttle most.
``own_spots``             how many lie elsewhere than where many ships fall silent, which is a hole in the reception rather
                          than a purpose. For a shuttle most.
``region_rate``           whether the vessel falls silent `silent_factor` times as often as others in the region. A share of
                          dark shuttles does (`hiding`).
``own_rate``              whether it falls silent, when it does, so many times as often as it usually does; likewise.
``turn_round``            how long it was away: for a shuttle as long as the way takes, and much the same each time
                          (`turn_spread`); others are away for any time, as regularly or less.
``draught``               in how many round trips the draught changed. What share a shuttle tells is not known.
========================  =============================================================================================

What the rest of the fleet does is measured from the fleet (`fleet`): a share of legs by a beta law over vessels, a time by a
normal law of its logarithm, within and between vessels, a rate by the share of vessels that stand out. So a vessel that
repeats itself counts once as one with that habit, and again only as far as vessels differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import betaln, logsumexp

from tidewaiter.tracks.shuttles.fleet import Habit, habit, spread
from tidewaiter.tracks.shuttles.history import OTHER, latest
from tidewaiter.tracks.shuttles.legs import DARK, HOME, SEEN
from tidewaiter.tracks.shuttles.rooms import common_spots
from tidewaiter.tracks.shuttles.tables import PARTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.tracks.shuttles.history import Floats, History, Ints
    from tidewaiter.tracks.shuttles.legs import Legs
    from tidewaiter.tracks.shuttles.thresholds import Shuttling

_NODES = np.linspace(-3.0, 3.0, 41)  # of a normal law, in standard deviations
_INSIDE = np.abs(_NODES) <= 2.0  # a range is four standard deviations wide, and what lies beyond is ruled out
_REGULAR = np.array([0.25, 0.5, 1.0])  # shuttles differ in how regular they are: times the largest spread
_ANY = np.array([0.25, 0.5, 1.0, 2.0, 4.0])  # others are as regular, or less so
_BROAD = 1.0  # standard deviation of logarithms that nothing is known of: a factor of 2.7


class Counted(NamedTuple):
    """Calls after the first of each vessel that was at an end of the line, as they count; (vessels,) each."""

    seen: Floats  # at the other end
    dark: Floats  # at the same end, with a silence that leaves room for the other
    home: Floats  # at the same end
    elsewhere: Floats  # at other places


def count(history: History, legs: Legs) -> Counted:
    """Count the calls of each vessel; those at the ends by the weight of their legs."""
    vessels, stays = len(history.keys), history.stays
    seen, dark, home = (_sum(legs.vessel, legs.weight * (legs.kind == kind), vessels) for kind in (SEEN, DARK, HOME))
    came = np.bincount(stays.vessel, stays.kind != OTHER, vessels) > 0
    return Counted(seen, dark, home, _sum(stays.vessel, stays.kind == OTHER, vessels) * came)


def _sum(vessel: Ints, values: NDArray[Any], vessels: int) -> Floats:
    return np.bincount(vessel, values, vessels).astype(np.float64)


def score_parts(history: History, legs: Legs, rule: Shuttling, turn_h: tuple[float, float]) -> Floats:
    """Return the parts of the scores of all vessels, (vessels, parts), in the order of `PARTS`.

    The rest of the fleet is first everybody else, then everybody else but those who look like shuttles themselves.

    Args:
        history: of the fleet.
        legs: of `legs.find_legs`.
        rule: what a shuttle is.
        turn_h: shortest and longest turn-round.
    """
    rest = np.ones(len(history.keys), bool)
    for _ in range(2):
        parts = _parts(history, legs, rule, turn_h, rest)
        rest = parts.sum(axis=1) <= rule.clear
    return parts


def _parts(
    history: History, legs: Legs, rule: Shuttling, turn_h: tuple[float, float], rest: NDArray[np.bool_]
) -> Floats:
    vessels = len(history.keys)
    mostly = Habit(*(np.full(vessels, x * rule.on_line_legs) for x in (rule.on_line, 1 - rule.on_line)))
    made = dict(
        zip(("alternation", "dark_visits", "home", "elsewhere"), _calls(history, legs, mostly, rest, rule), strict=True)
    )
    made |= {
        "heading": _heading(legs, mostly, rest, rule),
        "own_spots": _own_spots(history, legs, mostly, rest, rule),
        "turn_round": _turn_round(legs, vessels, rule, turn_h, rest),
        "region_rate": _rate(history, legs, history.silences.region, rest, rule),
        "own_rate": _rate(history, legs, history.silences.own, rest, rule),
        "draught": _draught(history, legs, rest, rule),
    }
    return np.column_stack([made[part] for part in PARTS])


def _calls(
    history: History, legs: Legs, mostly: Habit, rest: NDArray[np.bool_], rule: Shuttling
) -> tuple[Floats, Floats, Floats, Floats]:
    """What each kind of next calls adds to the likelihood ratio of all of them."""
    vessels = len(history.keys)
    seen, dark, home, elsewhere = count(history, legs)
    every = seen + dark + home + elsewhere
    fleet = habit(seen, every, rest, rule.fleet_weight), habit(dark, every - seen, rest, rule.fleet_weight)
    any_share = Habit(*np.full((2, vessels), 0.5))
    total, added = np.zeros(vessels), []
    s, d, others = np.zeros((3, vessels))
    for kind, n in (("seen", seen), ("dark", dark), ("other", home), ("other", elsewhere)):
        s, d, others = s + n * (kind == "seen"), d + n * (kind == "dark"), others + n * (kind == "other")
        shuttle = _beta(s + d, s + d + others, mostly) + _beta(s, s + d, any_share)
        anybody = _beta(s, s + d + others, fleet[0]) + _beta(d, d + others, fleet[1])
        added.append(shuttle - anybody - total)
        total = shuttle - anybody
    return added[0], added[1], added[2], added[3]


def _beta(some: Floats, of: Floats, law: Habit) -> Floats:
    """Logarithm of the likelihood of so many in a row, under a beta law of the share."""
    return np.asarray(betaln(some + law.a, of - some + law.b) - betaln(law.a, law.b))


def _heading(legs: Legs, mostly: Habit, rest: NDArray[np.bool_], rule: Shuttling) -> Floats:
    """Ends of silences on the way to the other end, of those that show a course; each silence counts as one."""
    some, of = _courses(legs, legs.toward, len(rest)), _courses(legs, legs.course, len(rest))
    return _beta(some, of, mostly) - _beta(some, of, habit(some, of, rest, rule.fleet_weight))


def _own_spots(history: History, legs: Legs, mostly: Habit, rest: NDArray[np.bool_], rule: Shuttling) -> Floats:
    """Ends of silences in spots of their own; those of the fleet are all that were found at sea, with or without room."""
    stays, quiet, vessels = history.stays, history.silences, len(rest)
    came = _sum(stays.vessel, stays.kind != OTHER, vessels) > 0
    at = latest(stays, quiet.vessel, quiet.start)
    at_sea = came[quiet.vessel] & (quiet.heard != 2) & (quiet.heard != 3)
    if len(stays.end):
        at_sea &= (at < 0) | (quiet.start > stays.end[at])
    own = sum((~shared).astype(np.float64) for shared in common_spots(history, rule))
    some, of = _sum(quiet.vessel, 0.5 * own * at_sea, vessels), _sum(quiet.vessel, at_sea, vessels)
    fleet = habit(some, of, rest, rule.fleet_weight)
    some, of = _courses(legs, legs.course - legs.shared, vessels), _courses(legs, legs.course, vessels)
    return _beta(some, of, mostly) - _beta(some, of, fleet)


def _courses(legs: Legs, such: Ints, vessels: int) -> Floats:
    """Count ends of silences of dark legs, each silence as one."""
    return _sum(legs.vessel, legs.weight * (legs.kind == DARK) / np.maximum(legs.course, 1) * such, vessels)


def _turn_round(
    legs: Legs, vessels: int, rule: Shuttling, turn_h: tuple[float, float], rest: NDArray[np.bool_]
) -> Floats:
    """How long the ship was away: a shuttle as long as the way takes and much the same each time, others any time."""
    low, high = np.log(turn_h)
    middle, wide = (low + high) / 2, (high - low) / 4
    hours = np.where(np.isfinite(legs.turn_h), legs.turn_h, legs.hours)
    away = np.flatnonzero((np.isfinite(legs.turn_h) | legs.absent) & (hours > 0))
    fleet = spread(legs.vessel[away], np.log(hours[away]), rest, rule.fleet_weight, (middle, _BROAD, _BROAD))
    trips = np.flatnonzero(np.isfinite(legs.turn_h) & (legs.turn_h > 0))
    who, weight, x = legs.vessel[trips], legs.weight[trips], np.log(legs.turn_h[trips])
    apart = np.hypot(fleet.between, _BROAD)
    odd = np.log(rule.odd_share) + _normal(x, fleet.mean[who], np.hypot(fleet.within, apart)[who])

    def likelihood(means: Floats, spreads: Floats, nodes: NDArray[np.bool_]) -> Floats:
        each = []
        for deviation in spreads:
            usual = np.log1p(-rule.odd_share) + _normal(x[:, None], means, deviation)
            each.append(_over_nodes(who, weight, np.logaddexp(usual, odd[:, None]), vessels, nodes))
        return np.asarray(logsumexp(each, axis=0) - np.log(len(spreads)))

    shuttle = likelihood(middle + wide * _NODES[_INSIDE], rule.turn_spread * _REGULAR, _INSIDE)
    means = (fleet.mean[:, None] + apart[:, None] * _NODES)[who]
    return shuttle - likelihood(means, rule.turn_spread * _ANY, np.ones(len(_NODES), np.bool_))


def _over_nodes(who: Ints, weight: Floats, each: Floats, vessels: int, nodes: NDArray[np.bool_]) -> Floats:
    """Logarithm of the likelihood of all values of a vessel, over what its mean may be: at these of the nodes."""
    total = np.zeros((vessels, int(nodes.sum())))
    np.add.at(total, who, each * weight[:, None])
    prior = -0.5 * _NODES[nodes] ** 2
    return np.asarray(logsumexp(total + prior, axis=1) - logsumexp(prior))


def _normal(x: Floats, mean: Floats, deviation: Floats | float) -> Floats:
    return np.asarray(-0.5 * ((x - mean) / deviation) ** 2 - np.log(deviation) - 0.5 * np.log(2 * np.pi))


def _rate(history: History, legs: Legs, times: Floats, rest: NDArray[np.bool_], rule: Shuttling) -> Floats:
    """Whether silences stand out; those of the fleet are all that were found, those of a vessel its dark legs."""
    quiet, vessels = history.silences, len(history.keys)
    usual = _mean_log(quiet.vessel, times, np.where(quiet.heard < 2, 1.0, 0.0), vessels)  # heard, weak
    dark = np.flatnonzero(legs.kind == DARK)
    measured = quiet.heard[legs.silence[dark]] < 2
    own = _mean_log(legs.vessel[dark], times[legs.silence[dark]], legs.weight[dark] * measured, vessels)
    tells = rest & np.isfinite(usual)
    most = np.log(rule.silent_factor)
    stand_out = tells & (np.nan_to_num(usual) >= most)
    share = (stand_out.sum() - stand_out + 0.5 * rule.fleet_weight) / (tells.sum() - tells + rule.fleet_weight)
    part = np.where(own >= most, np.log(rule.hiding / share), np.log((1 - rule.hiding) / (1 - share)))
    worth = np.bincount(legs.vessel[dark], legs.weight[dark], vessels) / np.maximum(
        np.bincount(legs.vessel[dark], minlength=vessels), 1
    )
    return np.asarray(np.where(np.isfinite(own), part * worth, 0.0))


def _mean_log(vessel: Ints, times: Floats, weight: Floats, vessels: int) -> Floats:
    """Mean logarithm of a rate by vessel, NaN where there is none."""
    known = (times > 0) & np.isfinite(times) & (weight > 0)
    who, w = vessel[known], weight[known]
    total = np.bincount(who, w, vessels)
    summed = np.bincount(who, w * np.log(times[known]), vessels)
    return np.asarray(np.divide(summed, total, out=np.full(vessels, np.nan), where=total > 0))


def _draught(history: History, legs: Legs, rest: NDArray[np.bool_], rule: Shuttling) -> Floats:
    vessels = len(history.keys)
    if history.draughts is None:
        return np.zeros(vessels)
    known = np.zeros(vessels, bool)
    known[history.draughts.vessel] = True
    trip = np.isfinite(legs.turn_h) & known[legs.vessel]
    away = (trip | legs.absent) & known[legs.vessel]
    of, some = (_sum(legs.vessel, legs.weight * rows, vessels) for rows in (away, away & legs.draught))
    fleet = habit(some, of, rest, rule.fleet_weight)
    of, some = (_sum(legs.vessel, legs.weight * rows, vessels) for rows in (trip, trip & legs.draught))
    return _beta(some, of, Habit(*np.full((2, vessels), 0.5))) - _beta(some, of, fleet)
