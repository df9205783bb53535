"""When a vessel is in port, stopped or silent there, and what makes a visit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from tidewaiter.errors import InputError
from tidewaiter.tracks.presets import preset

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND = "port_visit"


class PortThresholds(msgspec.Struct, frozen=True):
    """Thresholds of port events, port visits and voyages; values stand in the presets."""

    entry_km: Annotated[float, msgspec.Meta(description="in port at this distance of a place or nearer, km")]
    exit_km: Annotated[float, msgspec.Meta(description="out of port at this distance of every place or further, km")]
    stop_begin_kn: Annotated[float, msgspec.Meta(description="a stop in port begins at this speed or below, knots")]
    stop_end_kn: Annotated[float, msgspec.Meta(description="a stop ends at this speed or above, knots")]
    speed_slack_kn: Annotated[
        float, msgspec.Meta(description="a stored speed this near to a threshold counts as equal to it, knots")
    ]
    fastest_kn: Annotated[float, msgspec.Meta(description="positions with a higher speed are not used, knots")]
    needs_speed: Annotated[bool, msgspec.Meta(description="positions of unknown speed are not used")]
    gap_min: Annotated[float, msgspec.Meta(description="at least so long a silence in port is a gap, minutes")]
    moved_km: Annotated[
        float,
        msgspec.Meta(description="a vessel silent in port and heard in port further away than this left and came, km"),
    ]
    daily_thinning: Annotated[
        bool,
        msgspec.Meta(description="only the positions that a segment keeps of each UTC day count, as in the reference"),
    ]
    apart_nm: Annotated[
        float,
        msgspec.Meta(description="events of two segments further apart than this belong to two visits, nautical miles"),
    ]
    most_events: Annotated[
        int, msgspec.Meta(description="a visit with more events lists the first and the last half of so many")
    ]

    @property
    def gap(self) -> int:
        """`gap_min` in microseconds."""
        return round(self.gap_min * 60_000_000)


def port_thresholds(name: str = "tidewaiter", own: Mapping[str, Any] | None = None) -> PortThresholds:
    """Return the thresholds of a preset, some of them replaced by the user's own.

    Raises:
        InputError: as `presets.preset`, and for values that cannot be meant.
    """
    found = preset(name, KIND, PortThresholds, own)
    for field in found.__struct_fields__:
        value = getattr(found, field)
        if not math.isfinite(value) or value < 0:
            raise InputError(f"thresholds of {KIND}: {field} = {value} is no length, speed, time or number")
    if not 0 < found.entry_km <= found.exit_km <= MOST_KM:
        hint = f"a vessel enters nearer to a place than it leaves: 0 < entry_km <= exit_km <= {MOST_KM:g}"
        raise InputError(f"thresholds of {KIND}: {found.entry_km} and {found.exit_km} km do not fit", hint=hint)
    if found.stop_begin_kn > found.stop_end_kn:
        hint = "a stop ends at a higher speed than it begins: stop_begin_kn <= stop_end_kn"
        raise InputError(f"thresholds of {KIND}: a stop would end before it begins", hint=hint)
    if not 0 < found.gap <= MOST_GAP:
        raise InputError(f"thresholds of {KIND}: gap_min = {found.gap_min}", hint="above 0 and below a century")
    if found.daily_thinning and found.gap >= DAY:
        hint = "with daily_thinning a gap is shorter than a day: gap_min < 1440"
        raise InputError(f"thresholds of {KIND}: gap_min = {found.gap_min}", hint=hint)
    return found


MOST_KM = 1000.0
DAY = 86_400_000_000
MOST_GAP = 36_525 * DAY
