"""Spells: from when to when a holder was heard with a value. The one rule behind names, call signs, numbers and hulls.

Messages of a holder in the order of time fall into runs of one value. Runs of a value that comes back after another one,
within a set time, are one spell, and all spells in between are marked as interleaved: two senders share the holder. A value
heard less often than a set number of times is set aside as rare (a garbled message) and does not cut the others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Spells(NamedTuple):
    """One row for each spell, in the order of holder and start; all (n,) int64, the marks bool.

    Attributes:
        holder, value: as given.
        start, end: UTC microseconds of the first and the last message.
        messages: heard in it.
        interleaved: another value of this holder was heard in between.
        rare: heard too seldom to count.
    """

    holder: np.ndarray
    value: np.ndarray
    start: np.ndarray
    end: np.ndarray
    messages: np.ndarray
    interleaved: np.ndarray
    rare: np.ndarray


def spells(holder: np.ndarray, t: np.ndarray, value: np.ndarray, come_back: int, min_messages: int) -> Spells:
    """Return the spells of messages.

    Args:
        holder: (n,) int64, ascending.
        t: (n,) int64 UTC microseconds, ascending within a holder.
        value: (n,) int64, not negative.
        come_back: microseconds within which a value that returns is still the same spell.
        min_messages: values of a holder with fewer messages are rare.
    """
    if not len(t):
        none, flags = np.empty(0, np.int64), np.empty(0, bool)
        return Spells(none, none, none, none, none, flags, flags)
    runs = _runs(holder, t, value, t, np.ones(len(t), np.int64))
    pair = _numbered(runs.holder, runs.value)
    rare = np.bincount(pair, runs.messages)[pair] < min_messages
    parts = [_spells(Runs(*(column[~rare] for column in runs)), come_back)]
    seldom = _joined(Runs(*(column[rare] for column in runs)), pair[rare])
    parts.append(seldom._replace(rare=np.ones(len(seldom.holder), bool)))
    out = Spells(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    order = np.lexsort((out.value, out.rare, out.start, out.holder))
    return Spells(*(column[order] for column in out))


class Runs(NamedTuple):
    """Stretches of messages of one holder with one value, in the order of holder and time; all (n,) int64."""

    holder: np.ndarray
    start: np.ndarray
    value: np.ndarray
    end: np.ndarray
    messages: np.ndarray


def _runs(holder: np.ndarray, start: np.ndarray, value: np.ndarray, end: np.ndarray, messages: np.ndarray) -> Runs:
    """Join neighbours of one holder and value; there must be some."""
    new = np.ones(len(holder), bool)
    new[1:] = (holder[1:] != holder[:-1]) | (value[1:] != value[:-1])
    heads = np.flatnonzero(new)
    tails = np.append(heads[1:], len(holder)) - 1
    return Runs(holder[heads], start[heads], value[heads], end[tails], np.add.reduceat(messages, heads))


def _spells(runs: Runs, come_back: int) -> Spells:
    if not len(runs.holder):
        return _joined(runs, runs.holder)
    runs = _runs(*runs)  # what stood between them was rare
    pair = _numbered(runs.holder, runs.value)
    order = np.argsort(pair, kind="stable")
    here, after = order[:-1], order[1:]
    same = (pair[here] == pair[after]) & (runs.start[after] - runs.end[here] <= come_back)
    between = np.zeros(len(pair) + 1, np.int64)
    np.add.at(between, here[same], 1)
    np.add.at(between, after[same] + 1, -1)
    spell = np.empty(len(pair), np.int64)
    spell[order] = np.cumsum(np.append(1, ~same)) - 1
    joined = _joined(runs, spell)
    mixed = np.zeros(len(joined.holder), bool)
    np.logical_or.at(mixed, spell, np.cumsum(between)[:-1] > 0)
    return joined._replace(interleaved=mixed)


def _joined(runs: Runs, group: np.ndarray) -> Spells:
    """Join runs by group."""
    _, first, back = np.unique(group, return_index=True, return_inverse=True)
    end = np.full(len(first), np.iinfo(np.int64).min)
    np.maximum.at(end, back, runs.end)
    total = np.bincount(back, runs.messages, len(first)).astype(np.int64)
    no = np.zeros(len(first), bool)
    return Spells(runs.holder[first], runs.value[first], runs.start[first], end, total, no, no)


def _numbered(holder: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Numbers from 0 for the pairs of holder and value."""
    ship = np.cumsum(np.diff(holder, prepend=holder[0]) != 0)
    return np.unique(ship * (int(value.max()) + 1) + value, return_inverse=True)[1]
