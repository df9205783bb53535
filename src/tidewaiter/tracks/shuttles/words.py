"""What the search found, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tidewaiter.tracks.shuttles.thresholds import Shuttling

_RECEPTION = {
    "heard": "others there were heard",
    "weak": "few others there were heard",
    "lost": "nobody was heard there meanwhile",
    "nobody": "nobody is ever heard there",
    None: "whether anybody could be heard there is not known",
}
_COURSE = (", on the way there", ", on the way there at one end of it", ", but not on the way there")


def verdict(score: float, seen: int, dark: int, unheard: int, rule: Shuttling) -> str:
    """Say what a score means, and whether it rests on enough.

    Args:
        score: of the vessel.
        seen: its legs from one end to the other.
        dark: back to the same end with a silence that could have held a visit at the other.
        unheard: likewise, but nobody is heard there.
        rule: `few_legs` and `clear` are used.
    """
    legs = seen + dark
    if legs < rule.few_legs:
        told = f"cannot tell: {_many(legs, 'leg')} only"
    elif abs(score) < rule.clear:
        told = "cannot tell: the rest of the fleet does so, too"
    else:
        told = "consistent with shuttling" if score > 0 else "unlike a shuttle"
        if score > 0 and not seen:
            told += ", never seen at both ends"
    if unheard:
        told += f"; {_many(unheard, 'silence')} where nobody is heard {'proves' if unheard == 1 else 'prove'} nothing"
    return told


def leg_words(
    kind: str,
    places: tuple[str, str],
    moments: tuple[int, int],
    calls: int,
    silence: tuple[int, int, str | None, float, tuple[int, int, int]] | None,
    other_end: str,
) -> str:
    """Tell one leg.

    Args:
        kind: of the leg.
        places: that it leaves and comes to.
        moments: when, UTC microseconds.
        calls: at other places in between.
        silence: its start and end, what reception was, the hours left for a stay, and how many of its ends show a course,
            of these how many lie on the way to the other end, and how many where many fall silent; None = there is none.
        other_end: name of the end that it could have been at.
    """
    (here, there), (left, back) = places, moments
    hours = f"{(back - left) / 3.6e9:.1f} h"
    begin = f"left {here} {_day(left)}, at {there} {_day(back)}, {hours}"
    if kind == "elsewhere":
        return f"{begin}, with {_many(calls, 'call')} elsewhere"
    if kind == "home":
        return f"{begin}; no silence leaves room for {other_end}"
    if silence is None:
        return begin
    start, end, reception, room, (known, toward, shared) = silence
    course = "" if not known else _COURSE[0 if toward == known else 1 if toward else 2]
    course += ", where many ships fall silent" if shared else ""
    return (
        f"{begin}; silent {(end - start) / 3.6e9:.1f} h from {_day(start)}: "
        f"room for {room:.1f} h at {other_end}{course}; {_RECEPTION[reception]}"
    )


def _day(t: int) -> str:
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=t):%Y-%m-%d %H:%M}"


def _many(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
