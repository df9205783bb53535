"""Segment ids of the preset `gfw` against those of Global Fishing Watch's segmenter, message by message.

The ids stand in the column ``expected`` of the sample, made by GlobalFishingWatch/gpsdio-segment @ e356238.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tidewaiter.tracks.presets import preset
from tidewaiter.tracks.segments import Segments, segment

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE = "gfw_segment_regression.parquet"


def compare(data: Path) -> dict[str, object]:
    """Count messages whose id equals the reference's, one that was left out equalling one that was left out.

    Args:
        data: folder of the real samples.

    Returns:
        Messages, equal and different ones, vessels, vessels equal throughout, distinct ids, messages in no segment, and
        the first message that differs.
    """
    table = pq.read_table(data / SAMPLE)
    ours = segment(table, preset("gfw", "segment", Segments))
    theirs = table["expected"].combine_chunks().cast(pa.string())
    equal = pc.or_(
        pc.fill_null(pc.equal(ours, theirs), fill_value=False), pc.and_(pc.is_null(ours), pc.is_null(theirs))
    )
    different = table.append_column("segment_id", ours).filter(pc.invert(equal))
    vessels = len(pc.unique(table["ssvid"]))
    return {
        "messages": len(table),
        "equal": pc.sum(equal).as_py() or 0,
        "different": len(different),
        "vessels": vessels,
        "vessels_equal": vessels - len(pc.unique(different["ssvid"])),
        "ids": len(pc.unique(ours.drop_null())),
        "in_no_segment": ours.null_count,
        "first_different": different.slice(0, 1)
        .select(["ssvid", "timestamp", "type", "expected", "segment_id"])
        .to_pylist(),
    }
