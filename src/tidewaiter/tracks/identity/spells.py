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
    pair = _numbered(holder, value)
    rare = np.bincount(pair)[pair] < min_messages
    often = ~rare
    parts = [_of_runs(holder[often], t[often], value[often], pair[often], come_back)]
    one_each = np.ones(int(rare.sum()), np.int64)
    seldom = _joined(holder[rare], t[rare], value[rare], pair[rare], one_each, t[rare])
    parts.append(seldom._replace(rare=np.ones(len(seldom.holder), bool)))
    out = Spells(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    order = np.lexsort((out.value, out.rare, out.start, out.holder))
    return Spells(*(column[order] for column in out))


def _of_runs(holder: np.ndarray, t: np.ndarray, value: np.ndarray, pair: np.ndarray, come_back: int) -> Spells:
    if not len(t):
        return _joined(holder, t, value, pair, pair, t)
    heads = np.flatnonzero(np.diff(pair, prepend=-1))
    tails = np.append(heads[1:], len(t)) - 1
    run = pair[heads]
    order = np.argsort(run, kind="stable")
    here, after = order[:-1], order[1:]
    same = (run[here] == run[after]) & (t[heads[after]] - t[tails[here]] <= come_back)
    between = np.zeros(len(run) + 1, np.int64)
    np.add.at(between, here[same], 1)
    np.add.at(between, after[same] + 1, -1)
    spell = np.empty(len(run), np.int64)
    spell[order] = np.cumsum(np.append(1, ~same)) - 1
    joined = _joined(holder[heads], t[heads], value[heads], spell, tails - heads + 1, t[tails])
    mixed = np.zeros(len(joined.holder), bool)
    np.logical_or.at(mixed, spell, np.cumsum(between)[:-1] > 0)
    return joined._replace(interleaved=mixed)


def _joined(
    holder: np.ndarray, start: np.ndarray, value: np.ndarray, group: np.ndarray, messages: np.ndarray, end: np.ndarray
) -> Spells:
    """Join rows that are given in the order of time by group."""
    _, first, back = np.unique(group, return_index=True, return_inverse=True)
    last = np.full(len(first), np.iinfo(np.int64).min)
    np.maximum.at(last, back, end)
    total = np.bincount(back, messages, len(first)).astype(np.int64)
    no = np.zeros(len(first), bool)
    return Spells(holder[first], value[first], start[first], last, total, no, no)


def _numbered(holder: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Numbers from 0 for the pairs of holder and value."""
    ship = np.cumsum(np.diff(holder, prepend=holder[0]) != 0)
    return np.unique(ship * (int(value.max()) + 1) + value, return_inverse=True)[1]
