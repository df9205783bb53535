"""What counts as an encounter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

if TYPE_CHECKING:
    from tidewaiter.tracks.encounters.kernel import Grid, Rule

MINUTE_US = 60_000_000


class Encounters(msgspec.Struct, frozen=True):
    """What counts as an encounter, and how the tracks are compared."""

    max_km: Annotated[float, msgspec.Meta(gt=0, le=100, description="two vessels are near within this distance, in km")]
    raw_min: Annotated[float, msgspec.Meta(ge=0, le=1e6, description="shortest run of near instants, in minutes")]
    merged_min: Annotated[float, msgspec.Meta(ge=0, le=1e6, description="shortest encounter after joining, in minutes")]
    join_h: Annotated[
        float,
        msgspec.Meta(ge=0, le=1e6, description="runs of a pair nearer than this in time are one encounter, in hours"),
    ]
    grid_min: Annotated[
        float, msgspec.Meta(ge=0.1, le=1440, description="tracks are compared every so many minutes, counted from 1970")
    ]
    longest_gap_h: Annotated[
        float,
        msgspec.Meta(
            ge=0,
            le=240,
            description="tracks are not interpolated over a silence this long, in hours, and dead-reckoned for no longer",
        ),
    ]
    very_slow_kn: Annotated[
        float, msgspec.Meta(ge=0, le=10, description="a vessel this slow needs no course to be dead-reckoned")
    ]
    most_neighbours: Annotated[
        int, msgspec.Meta(ge=1, le=10_000, description="only so many nearest vessels are compared")
    ]
    needs_motion: Annotated[bool, msgspec.Meta(description="messages without speed or course are left out altogether")]
    by_day: Annotated[bool, msgspec.Meta(description="midnight UTC cuts tracks and runs")]
    keeps_known: Annotated[bool, msgspec.Meta(description="a message exactly on the grid counts even beside a silence")]
    course_twice: Annotated[
        bool,
        msgspec.Meta(
            description="dead reckoning turns the course to radians twice, so that it always runs about north (a fault)"
        ),
    ]
    holes_join: Annotated[
        bool,
        msgspec.Meta(description="a run goes on over a silence of the first vessel, but not of the second (a fault)"),
    ]
    counts_twice: Annotated[
        bool, msgspec.Meta(description="messages are counted once for each direction of the pair (a fault)")
    ]
    same_vessel: Annotated[bool, msgspec.Meta(description="two segments of one vessel can meet")]

    def grid(self) -> Grid:
        """Return what the kernel needs to put tracks on the grid."""
        from tidewaiter.tracks.encounters.kernel import Grid  # noqa: PLC0415 - Numba only when it is needed

        return Grid(
            self.step_us(), round(self.longest_gap_h * 60 * MINUTE_US), float(self.very_slow_kn), self.needs_motion,
            self.by_day, self.course_twice, self.keeps_known,
        )  # fmt: skip

    def run(self) -> Rule:
        """Return what the kernel needs to find runs."""
        from tidewaiter.tracks.encounters.kernel import Rule  # noqa: PLC0415

        return Rule(self.step_us(), round(self.raw_min * MINUTE_US), self.holes_join, self.by_day)

    def step_us(self) -> int:
        """Return the step of the grid in microseconds."""
        return round(self.grid_min * MINUTE_US)
