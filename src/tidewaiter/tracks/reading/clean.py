"""What counts as a position, and what was set aside: every rejected row and every value made null, counted by reason."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

REASONS = (
    "no vessel",
    "placeholder vessel",
    "no time",
    "time out of range",
    "no position",
    "position not available",
    "position impossible",
    "null island",
)
"""Why the sieve drops a row, in the order of `kernel.sieve.sift`."""
ABSENCES = (
    "speed not available",
    "speed impossible",
    "course not available",
    "course impossible",
    "heading not available",
    "heading impossible",
)
"""Which values the sieve makes null, in the order of `kernel.sieve.sift`."""
TORN, DUPLICATE, CLOCK_JUMP = "wrong number of cells", "duplicate", "clock jump"


class Clean(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Thresholds of cleaning. Codes of AIS for "not available" (ITU-R M.1371) become null whatever is set here."""

    placeholders: Annotated[
        tuple[int, ...],
        Meta(description="numbers that identify no ship: transponders never set up, and made-up ones"),
    ] = (0, 1_193_046, 111_111_111, 123_456_789, 999_999_999)
    earliest_year: Annotated[int, Meta(description="times before this year are impossible", ge=1970, le=2200)] = 1990
    latest_year: Annotated[int, Meta(description="times after this year are impossible", ge=1970, le=2200)] = 2100
    drop_impossible: Annotated[bool, Meta(description="drop positions outside ±90, ±180, such as 91, 181")] = True
    drop_null_island: Annotated[bool, Meta(description="drop positions at exactly 0, 0")] = True
    drop_duplicates: Annotated[
        bool, Meta(description="keep one of the rows equal in vessel, time, position, speed, course and heading")
    ] = True
    clock_jump_h: Annotated[
        float,
        Meta(
            description="hours; a fix this far in time from the one before and the one after it in the file, which agree, is dropped; 0 = never",
            ge=0,
        ),
    ] = 24.0
    clock_max_disorder: Annotated[
        float,
        Meta(description="share of rows out of order above which a file's order says nothing about clocks", ge=0, le=1),
    ] = 0.01


class Summary(msgspec.Struct):
    """What was read, and what became of it. Rows in = rows kept + all of `rejected`."""

    shape: str = ""
    files: list[str] = msgspec.field(default_factory=list)
    rows: int = 0
    kept: int = 0
    vessels: int = 0
    until_us: int = 0  # end of the UTC day of the last kept position, microseconds; known once all rows are read
    out_of_order: int = 0  # kept rows earlier than the row of their vessel before them; they were put in order
    rejected: dict[str, int] = msgspec.field(default_factory=dict)
    nulled: dict[str, int] = msgspec.field(default_factory=dict)
    examples: dict[str, str] = msgspec.field(default_factory=dict)  # reason -> where the first such row stands
    notes: list[str] = msgspec.field(default_factory=list)  # what was chosen or noticed, in words

    def reject(self, reason: str, rows: int, example: str = "") -> None:
        """Count rows that were set aside."""
        if rows:
            self.rejected[reason] = self.rejected.get(reason, 0) + rows
            if example:
                self.examples.setdefault(reason, example)

    def null(self, reason: str, values: int) -> None:
        """Count values that became null."""
        if values:
            self.nulled[reason] = self.nulled.get(reason, 0) + values
