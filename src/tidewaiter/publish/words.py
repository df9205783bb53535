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
    "strained": "at the edge of the tally",
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

ENTRIES = {  # how a claim entered the answer, by its kind or else by its role
    "point": "taken in as a reading of the number",
    "floor": "taken in as a floor: the number is expected to lie above it",
    "ceiling": "taken in as a ceiling: the number is expected to lie below it",
    "count": "taken in as a count of what its team saw, which is a part of what there was",
    "factor": "taken in once for its source, as its content of one load unit",
    "capacity": "taken in once for its source, as what a load unit can hold: a ceiling, not a delivery",
    "reading": "taken in",
    "copy": "a repeat that adds nothing",
    "check": "compared only, without moving the answer",
    "refused": "not taken in",
}

COMPONENTS = {  # what the spread of a total is made of
    "voyages": "number of voyages",
    "load": "load of a voyage",
    "routes": "other routes",
    "share": "part of the load that is of the kind",
    "content": "content of a load unit",
    "defect": "part that cannot be used",
}

FLOWS = {
    "production": "production",
    "consumption": "consumption",
    "return": "what comes back",
    "people": "people",
    "other": "other",
}

FLAGS = {  # the flags of tally/claims.py
    "derived-from-unknown": "names a source that is not in the case",
    "derived-in-circle": "its chain of sources leads back to itself",
    "several-origins": "rests on several counts",
    "repeated": "the same speaker says the number again",
    "same-number-later": "the same number, later, from another speaker",
    "capacity": "a conditional, not an estimate",
    "condition-dropped": "the condition of the first statement was dropped",
    "alternatives": "alternatives of one statement, never to be added",
    "or-became-and": "two alternatives became a sum",
    "unit-changed": "the same number, now of another thing",
    "cumulative-became-annual": "a running total became a rate",
    "start-added": "a start was added that the source does not name",
    "base-period-changed": "the start of the series moved",
    "shrinking-series": "a running total that went down",
    "contradicts": "cannot hold together with",
    "denied-by": "denied by",
    "finding": "a finding on it by",
    "window-not-stated": "period not fully stated; compared from the start of the case or up to the date it was stated",
    "window-exceeds-case": "its period reaches outside the window of this case",
    "window-outside-case": "its period has nothing in common with the window of this case",
    "route-wider": "speaks of more routes than this case measures",
    "other-route": "speaks of a route this case does not measure",
    "exceeds-voyages": "needs more voyages than its own period can have seen",
    "exceeds-all-voyages": "needs more voyages than the whole window can have seen",
    "likely-exceeds-all": "probably needs more voyages than the whole window has seen",
}


def flag_words(flag: str) -> str:
    """Return a flag in words; unknown flags are shown as they are, without dashes."""
    return FLAGS.get(flag, flag.replace("-", " "))


EVENTS = {  # kinds of events in AIS
    "port_visit": "in port",
    "gap": "silent",
    "encounter": "met",
    "dark_meeting": "could have met, both silent",
    "implausible": "false position",
    "circle": "runs in circles",
    "identity_change": "other identity",
    "draught_change": "other draught",
}
RECEPTION = {
    "heard": "others were heard as before",
    "weak": "few others were heard",
    "lost": "all fell silent: it says nothing about this ship",
    "nobody": "nobody is ever heard there: it says nothing",
}
VISITS = {  # confidence of GFW's port visits
    "4": "came, stayed or fell silent, and left",
    "3": "stayed or fell silent; one end was not heard",
    "2": "stayed or fell silent; neither end was heard",
    "1": "passed, without a stop or a silence",
}
JUMPS = {
    "outlier": "one wrong position",
    "excursion": "wrong for a while",
    "displacement": "before or after it, another ship",
    "cloning": "two ships under one number",
    "zero": "no position",
    "unsettled": "not settled",
}
