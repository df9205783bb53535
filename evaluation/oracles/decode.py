"""NMEA logs decoded by ours and by pyais (the oracle), field by field.

pyais is given each line up to its checksum, puts together parts that come in order and decodes whatever it is given;
what it decodes counts when its checksum holds and its type is one of ours. Its codes for "not available" are read as
null, and what the standard does not use too. A message only one side has is counted, by the reason ours gave.
"""

from __future__ import annotations

import gzip
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from tidewaiter.tracks.nmea import decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOGS = ("nmea_amsa_terrestrial.txt.gz", "nmea_exactearth_satellite.txt.gz", "nmea_aislib_stream.txt.gz")
POSITION_TYPES = frozenset((1, 2, 3, 4, 9, 11, 18, 19, 21, 27))
STATIC_TYPES = frozenset((5, 19, 21, 24))
LENGTHS = {**dict.fromkeys((1, 2, 3, 4, 9, 11, 18), (168, 168)), 5: (422, 424), 19: (312, 312), 21: (272, 360)}
LENGTHS |= {24: (160, 168), 27: (96, 168)}
TYPE_AT = {5: 232, 19: 263, 24: 40}  # bit where the ship type begins
POSITION_FIELDS = ("vessel_key", "lat", "lon", "sog_kn", "cog_deg", "heading_deg", "nav_status", "rot_deg_min")
STATIC_FIELDS = (
    *("vessel_key", "part", "name", "callsign", "imo", "ship_type", "aid_type", "to_bow_m", "to_stern_m", "to_port_m"),
    *(
        "to_starboard_m",
        "mothership_mmsi",
        "draught_m",
        "eta_month",
        "eta_day",
        "eta_hour",
        "eta_minute",
        "destination",
    ),
)


def compare(data: Path) -> dict[str, object]:
    """Return for each log how many messages and fields are equal, and which are not.

    Args:
        data: folder of the logs.
    """
    return {name.removeprefix("nmea_").removesuffix(".txt.gz"): compare_log(data / name) for name in LOGS}


def compare_log(path: Path) -> dict[str, object]:
    """Return counts for one log: messages and fields that are equal, and examples of what is not."""
    ours = decode(path)
    theirs = list(oracle(gzip.decompress(path.read_bytes()).split(b"\n")))
    result: dict[str, object] = {"lines": ours.summary.lines, "rejected": ours.summary.rejected}
    for table, rows, fields, types in (
        ("positions", ours.positions, POSITION_FIELDS, POSITION_TYPES),
        ("statics", ours.statics, STATIC_FIELDS, STATIC_TYPES),
    ):
        mine = {row["line"]: row for row in rows.select(["line", "msg_type", *fields]).to_pylist()}
        other = {line: (kind, bits, row) for line, kind, bits, row in theirs if kind in types}
        both = mine.keys() & other.keys()
        different: Counter[str] = Counter()
        examples: list[object] = []
        for line in sorted(both):
            kind, _, expected = other[line]
            for field in ("msg_type", *fields):
                value = {**expected, "msg_type": kind}[field]
                if not same(mine[line][field], value):
                    different[field] += 1
                    examples.append((line, kind, field, mine[line][field], value))
        only = [(line, kind, bits) for line, (kind, bits, _) in other.items() if line not in mine]
        outside = sum(not LENGTHS[kind][0] <= bits <= LENGTHS[kind][1] for _, kind, bits in only)
        result[table] = {
            "equal": len(both) - len({example[0] for example in examples}),  # type: ignore[index]
            "different": dict(different),
            "examples": examples[:20],
            "only_ours": len(mine.keys() - other.keys()),
            "only_oracle": len(only),
            "only_oracle_wrong_length": outside,
        }
    return result


def oracle(lines: list[bytes]) -> Iterator[tuple[int, int, int, dict[str, Any]]]:
    """Yield line, type, bits and fields of each sound message that pyais decodes."""
    from pyais.exceptions import AISBaseException  # noqa: PLC0415 (only where pyais is installed)
    from pyais.stream import IterMessages  # noqa: PLC0415

    first: dict[int, int] = {}

    def sentences() -> Iterator[bytes]:
        for number, line in enumerate(lines, 1):
            text = line.strip()
            star = text.rfind(b"*")
            sentence = text[: star + 3] if star > 0 else text
            if sentence:
                _NUMBERS.append(number)
                yield sentence

    _NUMBERS.clear()
    for message in IterMessages(sentences()):
        line = _NUMBERS[-1]
        if message.frag_cnt > 1:  # parts stand on the lines up to here: find the first of them
            begin = message.raw.split(b"\n")[0]
            line = next(n for n in range(line, 0, -1) if lines[n - 1].strip().startswith(begin) and n not in first)
            first[line] = 1
        if not message.is_valid or message.ais_id not in POSITION_TYPES | STATIC_TYPES:
            continue
        try:
            yield line, message.ais_id, len(message.bv), fields(message.decode(), message.bv)
        except AISBaseException:
            continue


_NUMBERS: list[int] = []


def fields(message: Any, bits: Any) -> dict[str, Any]:
    """Return pyais's fields under our names, its codes for "not available" as None.

    Two fields are read with pyais from the bits: it folds reserved ship types into their class, and takes the four bits
    that fill a type 21 up for a character of its name.
    """
    kind = message.msg_type

    def get(name: str, *absent: object) -> Any:
        value = getattr(message, name, None)
        if value is None or value in absent or value != value:  # noqa: PLR0124 (NaN)
            return None
        return value

    bow, stern, port, starboard = (get(name) for name in ("to_bow", "to_stern", "to_port", "to_starboard"))
    long, wide = (bow or stern) not in (None, 0), (port or starboard) not in (None, 0)
    speed = get("speed", 63.0) if kind == 27 else get("speed", 1023 if kind == 9 else 102.3)
    course, heading, turn, status = get("course"), get("heading"), get("turn"), get("status")
    month, day, hour, minute = (get(name) if kind == 5 else None for name in ("month", "day", "hour", "minute"))
    name = get("shipname") or ""
    if kind == 21:
        name = (get("name") or "") + bits.get_str(272, (len(bits) - 272) // 6 * 6)
    ship_type = bits.get(TYPE_AT[kind], 8) if kind in TYPE_AT and get("ship_type") is not None else 0
    return {
        "vessel_key": message.mmsi,
        "lat": get("lat", 91.0),
        "lon": get("lon", 181.0),
        "sog_kn": speed,
        "cog_deg": course if course is not None and course < 360 else None,
        "heading_deg": heading if heading is not None and heading < 360 else None,
        "nav_status": None if status is None or int(status) == 15 else int(status),
        "rot_deg_min": None if turn in (None, 127, -127, -128) else turn,
        "part": get("partno"),
        "name": name or None,
        "callsign": get("callsign") or None,
        "imo": get("imo", 0),
        "ship_type": ship_type or None,
        "aid_type": None if not get("aid_type") else int(message.aid_type),
        "to_bow_m": bow if long else None,
        "to_stern_m": stern if long else None,
        "to_port_m": port if wide else None,
        "to_starboard_m": starboard if wide else None,
        "mothership_mmsi": get("mothership_mmsi", 0),
        "draught_m": get("draught", 0),
        "eta_month": month if month in range(1, 13) else None,
        "eta_day": day or None,
        "eta_hour": hour if hour in range(24) else None,
        "eta_minute": minute if minute in range(60) else None,
        "destination": get("destination") or None,
    }


def same(ours: object, theirs: object) -> bool:
    """Whether two values are equal; numbers of 32 bits as such, turns (which pyais rounds) to the whole degree."""
    if isinstance(ours, float) and isinstance(theirs, int | float):
        return ours == theirs or ours == float(np.float32(theirs)) or round(ours) == theirs
    return ours == theirs
