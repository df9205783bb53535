"""The words of the report for codes in the tables."""

from __future__ import annotations

BOUNDS = {
    "about": "about",
    "at_least": "at least",
    "over": "more than",
    "up_to": "up to",
    "below": "below",
}

VERDICTS = {
    "consistent": "consistent with the tally",
    "above": "above what the tally can reach",
    "below": "below the tally",
    "not comparable": "not comparable",
}

LINKS = {
    "stated": "says so itself",
    "arithmetic": "follows by arithmetic",
    "inferred": "inferred link",
    "probable": "probable: the same number later",
}

FLAGS = {
    "condition-dropped": "the condition of the first statement was dropped",
    "or-became-and": "two alternatives became a sum",
    "alternatives": "alternatives of one statement, never to be added",
    "base-period-changed": "the start of the series moved",
    "cumulative-became-annual": "a running total became a yearly figure",
    "same-number-later": "the same number, later, from another speaker",
    "capacity": "a conditional, not an estimate",
    "shrinking-series": "a running total that went down",
    "exceeds-all-voyages": "needs more voyages than were made in the whole window",
    "window-exceeds-case": "its period reaches outside the window of this case",
    "window-not-stated": "no period stated; compared from the start of the window",
    "derived-from-unknown": "names a source that is not in the case",
    "contradicts": "contradicts",
    "denied-by": "denied by",
}


def flag_words(flag: str) -> str:
    """Return a flag in words; unknown flags are shown as they are, without dashes."""
    return FLAGS.get(flag, flag.replace("-", " "))
