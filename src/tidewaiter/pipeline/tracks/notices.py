"""What a reader of the report should know about the AIS of a case."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyarrow as pa

from tidewaiter.model.tables import NOTICES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tidewaiter.model import Case
    from tidewaiter.pipeline.tracks.files import Logs
    from tidewaiter.pipeline.tracks.hulls import Number
    from tidewaiter.pipeline.tracks.listening import Heard

FEW_VESSELS = 10
"""With fewer others, reception around a silence is mostly unknown."""


def remarks(
    case: Case, logs: Logs, heard: Heard | None, ships: Sequence[Number], told: Sequence[tuple[str, str]]
) -> pa.Table:
    """Return NOTICES.

    Args:
        case: what was asked.
        logs: what was read.
        heard: what was heard, None when no file holds positions.
        ships: the numbers of the ships of the case.
        told: (subject, words) so far.
    """
    found = [*told, *_of_files(logs), *_of_ships(case, heard, ships), *_of_places(case)]
    if heard is not None:
        found += [*_of_jumps(heard), *_of_reception(logs)]
    rows = [{"kind": "ais", "subject": subject, "message": words} for subject, words in dict.fromkeys(found)]
    return pa.Table.from_pylist(rows, NOTICES)


def _of_files(logs: Logs) -> Iterator[tuple[str, str]]:
    for name, summary in (logs.reading.of_file if logs.reading is not None else {}).items():
        for reason, rows in sorted(summary.rejected.items()):
            example = summary.examples.get(reason, "").rpartition(", ")[2]
            at = f" (the first: {example})" if example else ""
            yield name, f"{rows:,} {'row was' if rows == 1 else 'rows were'} set aside: {reason}{at}."
        if name in logs.speaking:
            continue
        if summary.rows and not summary.kept:
            yield name, "No row of the file holds a position that can be used."
        elif not summary.rows:
            yield name, "The file holds no rows; nothing was heard in it, which is not the same as silence."


def _of_ships(case: Case, heard: Heard | None, ships: Sequence[Number]) -> Iterator[tuple[str, str]]:
    known = {n.vessel_id for n in ships}
    rows = {} if heard is None else dict(zip(heard.hulls, heard.rows, strict=True))
    for vessel in case.vessels:
        if vessel.count > 1:
            continue
        if vessel.id not in known:
            why = "its IMO number was sent by nobody" if vessel.imo else "case.toml gives it no MMSI and no IMO number"
            yield vessel.id, f"{vessel.name} cannot be found in AIS: {why}."
        elif vessel.id not in rows or not len(rows[vessel.id].t):
            yield vessel.id, f"No position of {vessel.name} is in the AIS files; that says nothing about where it was."


def _of_places(case: Case) -> Iterator[tuple[str, str]]:
    without = [p for p in case.places if not p.polygon and p.lat is None and not p.part_of]
    if len(without) == len(case.places):
        yield (
            "places",
            "No place of the case has a position, so port visits cannot be told; add lat and lon, or a polygon.",
        )
        return
    ends = {end for leg in case.legs if leg.measured for end in (leg.origin, leg.destination)}
    for place in without:
        if place.id in ends and not any(
            p.part_of == place.id and (p.polygon or p.lat is not None) for p in case.places
        ):
            yield place.id, f"{place.name} has no position, so port visits there cannot be told from AIS."


def _of_jumps(heard: Heard) -> Iterator[tuple[str, str]]:
    for hull, rows, key in zip(heard.hulls, heard.rows, heard.keys, strict=True):
        kinds = Counter(j["kind"] for j in heard.jumps.to_pylist() if j["vessel_key"] == key)
        left_out = int((~rows.good).sum())
        if kinds["cloning"]:
            words = f"Two ships send under the number of {hull} at once; {left_out:,} positions of these times are left out."
            yield hull, words
        elif left_out:
            yield hull, f"{left_out:,} false positions of {hull} are left out: no ship can have been there."
        if kinds["displacement"]:
            yield (
                hull,
                f"The track of {hull} jumps to another place and stays there: before or after it, it is another ship's.",
            )


def _of_reception(logs: Logs) -> Iterator[tuple[str, str]]:
    vessels = logs.reading.summary.vessels if logs.reading is not None else 0
    if vessels <= FEW_VESSELS:
        yield (
            "reception",
            (
                f"The AIS files hold {vessels:,} vessels in all: too few to tell where anybody could be heard. "
                "Give those of the whole region, and silences can be weighed."
            ),
        )
