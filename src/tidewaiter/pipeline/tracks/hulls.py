"""Which MMSI was which ship of the case, and when: as case.toml says, and as ships themselves say with their IMO number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tidewaiter.model import Dated, Interval
from tidewaiter.tracks.identity import hull_intervals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from tidewaiter.model import Case, Vessel

FOREVER = 2**62
HOUR_US = 3_600_000_000
_NEAR = HOUR_US  # positions this long before the first message with an IMO number, or after the last, belong to it


class Number(msgspec.Struct, frozen=True):
    """An MMSI that a ship of the case bore in ``[start, end)``, UTC microseconds."""

    key: int
    vessel_id: str
    start: int = -FOREVER
    end: int = FOREVER


def numbers(case: Case, statics: pa.Table | None, rule: Any) -> tuple[list[Number], list[tuple[str, str]]]:
    """Return the numbers of the ships of a case, and (vessel id, words) for people.

    Args:
        case: its vessels with their dated numbers.
        statics: what ships say of themselves, or None.
        rule: thresholds `tracks.identity.Identity`.
    """
    found = [number for vessel in case.vessels if vessel.count == 1 for number in _declared(vessel)]
    notes: list[tuple[str, str]] = []
    if statics is not None and "imo" in statics.column_names:
        for row in hull_intervals(statics, rule).to_pylist():
            vessel = next((v for v in case.vessels if v.count == 1 and _bears(v, row)), None)
            if vessel is not None:
                found += _told(vessel, row, found, notes)
    return found, notes


def with_numbers(case: Case, found: Sequence[Number]) -> Case:
    """Return the case with the numbers that it did not declare."""
    vessels = []
    for vessel in case.vessels:
        known = {(n.key, n.start, n.end) for n in _declared(vessel)}
        more = [n for n in found if n.vessel_id == vessel.id and (n.key, n.start, n.end) not in known]
        dated = [Dated(str(n.key), Interval(_moment(n.start), _moment(n.end)), "its IMO number in AIS") for n in more]
        vessels.append(msgspec.structs.replace(vessel, mmsi=(*vessel.mmsi, *dated)) if dated else vessel)
    return msgspec.structs.replace(case, vessels=tuple(vessels))


def whose(found: Sequence[Number], hulls: Sequence[str], key: NDArray[Any], t: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each row the place of its ship in `hulls`, -1 for none, int64[n]."""
    out = np.full(len(key), -1, np.int64)
    for number in found:
        out[(key == number.key) & (t >= number.start) & (t < number.end)] = hulls.index(number.vessel_id)
    return out


def _declared(vessel: Vessel) -> Iterator[Number]:
    for mmsi in vessel.mmsi:
        if mmsi.value.isdigit():
            start, end = mmsi.during.start, mmsi.during.end
            yield Number(
                int(mmsi.value),
                vessel.id,
                -FOREVER if start is None else micros(start),
                FOREVER if end is None else micros(end),
            )


def _bears(vessel: Vessel, row: dict[str, Any]) -> bool:
    """Tell whether an IMO number in AIS is one that the vessel bore then."""
    for imo in vessel.imo:
        after = imo.during.start is None or row["end"] >= imo.during.start
        before = imo.during.end is None or row["start"] < imo.during.end
        if imo.value.isdigit() and int(imo.value) == row["imo"] and after and before:
            return True
    return False


def _told(
    vessel: Vessel, row: dict[str, Any], found: Sequence[Number], notes: list[tuple[str, str]]
) -> Iterator[Number]:
    start, end = micros(row["start"]), micros(row["end"]) + 1
    same = [n for n in found if n.key == row["vessel_key"] and n.start < end and start < n.end]
    if any(n.vessel_id == vessel.id for n in same):
        return
    said = f"MMSI {row['vessel_key']} sent the IMO number of {vessel.name} from {row['start']:%Y-%m-%d} to {row['end']:%Y-%m-%d}"
    if same:
        notes.append((vessel.id, f"{said}, but case.toml says that it was {same[0].vessel_id}; it stays so."))
    elif row["rare"] or row["interleaved"]:
        why = "in a few messages only" if row["rare"] else "while another number sent it, too"
        notes.append((vessel.id, f"{said}, {why}: its positions are not taken for hers."))
    else:
        notes.append((vessel.id, f"{said}; its positions of that time count as hers."))
        yield Number(row["vessel_key"], vessel.id, start - _NEAR, end + _NEAR)


def micros(moment: datetime) -> int:
    """Return UTC microseconds since 1970."""
    return round(moment.timestamp() * 1e6)


def _moment(t: int) -> datetime | None:
    return None if abs(t) >= FOREVER else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=t)
