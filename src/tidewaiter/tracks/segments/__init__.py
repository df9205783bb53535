"""Segments: the messages of one MMSI sorted into the hulls that share or spoof it.

Each position is compared with the open segments of its vessel: by how many miles it is off from where each of them leads,
there and back, against what a ship may sail in the time. It continues the one it fits best, or begins a new one; where it
fits several about as well, these are closed and a new one begins, for nobody can tell which goes on. A position that fits an
earlier message of a segment much better than the last one shows that what came between is noise.

The method and the preset `gfw` are those of GlobalFishingWatch/gpsdio-segment @ e356238. An id is
``<vessel>-<time of the first message>``; under `gfw` statics, noise and dropped messages get an id of their own (as the
reference gives them one-message segments), and repeats of a message get none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa

    from tidewaiter.tracks.segments.files import Segmented


class Segments(msgspec.Struct, frozen=True):
    """What holds a segment together."""

    max_gap_h: Annotated[float, msgspec.Meta(gt=0, description="a longer silence, in hours, closes a segment")]
    penalty_h: Annotated[
        float, msgspec.Meta(gt=0, description="about here, in hours, a ship no longer holds course and speed")
    ]
    hours_exponent: Annotated[
        float,
        msgspec.Meta(ge=0, le=1, description="how the time sailed straight grows with the time passed beyond that"),
    ]
    buffer_h: Annotated[
        float, msgspec.Meta(gt=0, description="hours added, as a hypotenuse, to the time between messages")
    ]
    max_speed_kn: Annotated[
        float, msgspec.Meta(gt=0, description="a message further off than this speed allows fits not")
    ]
    penalty_speed_kn: Annotated[
        float, msgspec.Meta(gt=0, description="further off than this speed allows, a message fits badly")
    ]
    shape_factor: Annotated[
        float,
        msgspec.Meta(
            gt=0, description="how much worse it is to have stayed, or to lie beside the course, than to be ahead"
        ),
    ]
    lookback: Annotated[int, msgspec.Meta(ge=1, le=100, description="messages at the end of a segment one may follow")]
    lookback_factor: Annotated[
        float, msgspec.Meta(gt=0, description="how much better, times messages passed over, an earlier one must fit")
    ]
    ambiguity_factor: Annotated[
        float,
        msgspec.Meta(ge=1, description="a segment that fits worse than the best, but not by this factor, is as likely"),
    ]
    short_segment: Annotated[
        float, msgspec.Meta(gt=0, description="a segment with fewer messages fits worse where there are several")
    ]
    other_class_weight: Annotated[
        float,
        msgspec.Meta(ge=0, le=1, description="how well a message fits where its class of transponder was not heard"),
    ]
    type_27_gap_h: Annotated[
        float,
        msgspec.Meta(
            ge=0, description="a long-range broadcast (type 27) less than these hours after another message is noise"
        ),
    ]
    max_open_segments: Annotated[
        int, msgspec.Meta(ge=1, le=10_000, description="one more closes the segment that was silent longest")
    ]
    very_slow_kn: Annotated[
        float, msgspec.Meta(ge=0, description="up to this speed a position without course (360) is usable")
    ]
    noise_speeds_kn: Annotated[
        tuple[tuple[float, float], ...],
        msgspec.Meta(description="speeds strictly between each of these pairs are noise, and so is their position"),
    ]
    nth_length: Annotated[
        bool,
        msgspec.Meta(
            description="weigh the n-th segment that fits by the length of the n-th open one, as the reference does"
        ),
    ]
    still_without_motion: Annotated[
        bool, msgspec.Meta(description="a position without speed or course takes part as if it lay still")
    ]
    number_noise: Annotated[
        bool, msgspec.Meta(description="statics, noise and dropped messages get an id of their own instead of none")
    ]


def segment(table: pa.Table, thresholds: Segments) -> pa.Array:
    """Return the segment of each row.

    Args:
        table: messages in any order; rows of equal time count in the order they stand. Columns: the vessel as ``ssvid``,
            ``vessel_key`` or ``mmsi``; ``timestamp`` or ``t`` (timestamp, or int64 UTC microseconds); ``lat`` and ``lon``
            (degrees); where there are any ``speed`` or ``sog_kn``, ``course`` or ``cog_deg``, ``heading`` or
            ``heading_deg``; ``type`` (``AIS.18``, ``VMS``) or ``msg_type`` (18), without which no transponder differs
            from another; ``msgid``, which when given twice for a vessel marks a repeat. Null in ``sog_kn`` and
            ``cog_deg`` stands for "not available", as in our tables of positions.
        thresholds: such as ``preset("gfw", "segment", Segments)``.

    Returns:
        Strings (large strings beyond 2 GiB), row by row; null for repeats, rows without vessel or time, and, as the
        thresholds say, what is no position.

    Raises:
        InputError: a column is missing or of another type.
    """
    from tidewaiter.tracks.segments.rows import segment_rows  # noqa: PLC0415 - Numba only when it is needed

    return segment_rows(table, thresholds).names()


def segment_file(
    path: Path, out: Path, thresholds: Segments, progress: Callable[[int, int], None] | None = None
) -> Segmented:
    """Write a Parquet file again with the column ``segment_id``; all other columns and the order of rows are kept.

    The columns named in `segment` are in memory at once, the others batch by batch. The new file takes its name when it is
    whole, and may replace the old one.

    Args:
        path: Parquet with the columns of `segment`. A column ``segment_id`` that is there already is replaced.
        out: where to write.
        thresholds: as `segment`.
        progress: called with the rows written so far and the rows in all.

    Returns:
        How many rows and segments there are.

    Raises:
        InputError: the file is not Parquet, is damaged, a column is missing or of another type, or the new one cannot be
            written.
    """
    from tidewaiter.tracks.segments.files import write_segmented  # noqa: PLC0415

    return write_segmented(path, out, thresholds, progress)
