"""What a shuttle is taken to be."""

from __future__ import annotations

from typing import Annotated

import msgspec


class Shuttling(msgspec.Struct, frozen=True):
    """How ships that shuttle are thought to behave, and how soon the search says so."""

    min_confidence: Annotated[
        int, msgspec.Meta(ge=1, le=4, description="port visits with less confidence are passages and no calls")
    ]
    slow_kn: Annotated[float, msgspec.Meta(gt=0, le=100, description="slowest voyage between the two ends, in knots")]
    fast_kn: Annotated[float, msgspec.Meta(gt=0, le=100, description="fastest voyage between the two ends, in knots")]
    detour: Annotated[
        float, msgspec.Meta(ge=1, le=10, description="the way by sea is at most so many times the straight one")
    ]
    least_stay_h: Annotated[
        float,
        msgspec.Meta(ge=0, le=1e5, description="shortest stay at an end, in hours; a silence must leave room for it"),
    ]
    longest_stay_h: Annotated[float, msgspec.Meta(gt=0, le=1e5, description="longest stay at an end, in hours")]
    turn_spread: Annotated[
        float,
        msgspec.Meta(
            gt=0,
            le=5,
            description="turn-round times of one shuttle differ by at most this, as standard deviation of their logarithm",
        ),
    ]
    odd_share: Annotated[
        float, msgspec.Meta(gt=0, lt=1, description="share of a shuttle's round trips that last as long as anybody's")
    ]
    on_line: Annotated[
        float,
        msgspec.Meta(
            gt=0,
            lt=1,
            description="share of a shuttle's next calls that are at the other end, seen or not; and of silences that begin or end on the way there, and not where many do",
        ),
    ]
    on_line_legs: Annotated[
        float, msgspec.Meta(gt=0, le=1e4, description="that share is as well known as from so many calls")
    ]
    toward: Annotated[
        float,
        msgspec.Meta(
            gt=-1,
            lt=1,
            description="a ship was on the way to the other end when it came nearer to it by this share of its way from the one",
        ),
    ]
    toward_km: Annotated[
        float,
        msgspec.Meta(ge=0, le=1e4, description="nearer to the place that it left, its course says nothing, in km"),
    ]
    spot_deg: Annotated[
        float, msgspec.Meta(ge=0.01, le=10, description="size of the spots where ships fall silent, in degrees")
    ]
    spot_share: Annotated[
        float,
        msgspec.Meta(
            gt=0,
            le=1,
            description="a spot is common when this share of the ships that call at the ends fall silent there, or are heard again",
        ),
    ]
    silent_factor: Annotated[
        float,
        msgspec.Meta(gt=1, le=1000, description="silences stand out when they are so many times as frequent as usual"),
    ]
    hiding: Annotated[float, msgspec.Meta(gt=0, lt=1, description="share of dark shuttles whose silences stand out")]
    weak_weight: Annotated[
        float,
        msgspec.Meta(ge=0, le=1, description="what a silence counts where reception is weak, or was not measured"),
    ]
    fleet_weight: Annotated[
        float,
        msgspec.Meta(
            gt=0,
            le=1e4,
            description="rates of the fleet are drawn to even odds as by so many more vessels; matters for few",
        ),
    ]
    few_legs: Annotated[int, msgspec.Meta(ge=1, description="with fewer legs between the ends nobody can tell")]
    clear: Annotated[
        float,
        msgspec.Meta(
            gt=0,
            description="from this score on, up or down, the search says what it thinks; 3 is twenty times as likely",
        ),
    ]
