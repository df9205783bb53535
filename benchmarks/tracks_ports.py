"""Port events: rows per CPU-second of ours and of Global Fishing Watch's own code on the same positions.

    python benchmarks/tracks_ports.py [--quick] [--json FILE] [--data FOLDER] [--reference FOLDER]

The positions are the real ones, repeated (tracks_data.py), in the order of vessel and time; the places are the 55,953
anchorages of the reference. Ours is timed whole, from Arrow columns to the table of events, with an index that is made
before (its time is given apart), under both presets, in one piece and in batches of 64k rows; then at berth: positions
that swing about the busiest anchorages, each with hundreds of others within reach.

The reference is a pipeline of Apache Beam, no package: with `--reference` a checkout of anchorages_pipeline @ 099169e4 is
run with Beam left out, as plain functions over lists that are grouped, sorted and rid of doubles beforehand; it needs
s2sphere. Otherwise the ratio is left out. CPU seconds are of the process, best of three for ours.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from tracks_data import DATA, KEYS_A_COPY, STEP_US, real_positions

from tidewaiter.tracks.ports import (
    PlaceIndex,
    PortStream,
    anchorages,
    index_places,
    port_events,
    port_thresholds,
    port_visits,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TRIES = 3
BATCH_ROWS = 65_536


def best_s(work: Callable[[], Any], tries: int = TRIES) -> tuple[float, Any]:
    """Return the least CPU seconds that `work` took, and its result."""
    least, result = float("inf"), None
    for _ in range(tries):
        begun = time.process_time()
        result = work()
        least = min(least, time.process_time() - begun)
    return least, result


def ordered(data: Path, copies: int) -> pa.Table:
    """Return the real positions `copies` times, in the order of vessel and time."""
    base = real_positions(data).sort_by([("vessel_key", "ascending"), ("t", "ascending")])
    base = base.select(["vessel_key", "t", "lat", "lon", "sog_kn"])
    t = base["t"].cast(pa.int64())
    parts = [
        base.set_column(0, "vessel_key", pc.add(base["vessel_key"], n * KEYS_A_COPY)).set_column(
            1, "t", pc.add(t, n * STEP_US).cast(base.schema.field("t").type)
        )
        for n in range(copies)
    ]
    return pa.concat_tables(parts).combine_chunks()


def at_berth(index: PlaceIndex, rows: int) -> pa.Table:
    """Return positions of 1,000 vessels that swing and creep about the places with the most others within reach."""
    rng = np.random.default_rng(1)
    grid, shapes = index.grid, index.places.shapes
    busiest = np.argsort(np.diff(grid.start))[-200:]
    vessel = np.sort(rng.integers(0, 1000, rows))
    place = grid.item[grid.start[:-1][rng.choice(busiest, 1000)]][vessel]
    return pa.table(
        {
            "vessel_key": vessel,
            "t": np.arange(rows) * 60_000_000,
            "lat": shapes.lat[place] + rng.normal(0, 0.01, rows),
            "lon": shapes.lon[place] + rng.normal(0, 0.01, rows),
            "sog_kn": rng.choice([0.0, 0.1, 0.2, 0.3], rows).astype(np.float32),
        }
    )


def in_batches(table: pa.Table, index: PlaceIndex, preset: str) -> int:
    """Number of events when positions come in batches."""
    stream = PortStream(index, port_thresholds(preset))
    return sum(stream.feed(batch).num_rows for batch in table.to_batches(BATCH_ROWS)) + stream.close().num_rows


def measured(data: Path, copies: int) -> dict[str, Any]:
    """Measure ours."""
    every = ordered(data, copies)
    table = every.filter(pc.is_valid(every["sog_kn"])).combine_chunks()  # what the reference can use
    limits = port_thresholds("gfw")
    places = anchorages(data / "oracles" / "anchorages.parquet")
    index_places(places, limits.entry_km, limits.exit_km)  # compiles
    index_s, index = best_s(lambda: index_places(places, limits.entry_km, limits.exit_km))
    found: dict[str, Any] = {
        "ports_rows": every.num_rows,
        "ports_rows_with_speed": table.num_rows,
        "ports_index_s": round(index_s, 3),
    }
    small = table.slice(0, 300_000)
    for preset, rows in (("gfw", table), ("tidewaiter", every)):
        thresholds = port_thresholds(preset)
        port_events(small, index, thresholds)
        in_batches(small, index, preset)
        used, events = best_s(lambda: port_events(rows, index, thresholds))  # noqa: B023 - called at once
        found[f"ports_{preset}_rows_per_cpu_s"] = round(rows.num_rows / used)
        found[f"ports_{preset}_events"] = events.num_rows
        used, _ = best_s(lambda: in_batches(rows, index, preset))  # noqa: B023
        found[f"ports_{preset}_batches_rows_per_cpu_s"] = round(rows.num_rows / used)
        port_visits(events.slice(0, 1000), thresholds)
        used, visits = best_s(lambda: port_visits(events, thresholds))  # noqa: B023
        found[f"ports_{preset}_visits"] = visits.num_rows
        found[f"ports_{preset}_visits_events_per_cpu_s"] = round(events.num_rows / used)
    crowded = at_berth(index, table.num_rows // 4)
    used, events = best_s(lambda: port_events(crowded, index, limits))
    found["ports_at_berth_rows_per_cpu_s"] = round(crowded.num_rows / used)
    found["ports_at_berth_events"] = events.num_rows
    return found


class _Record(NamedTuple):
    identifier: str
    timestamp: datetime
    location: Any
    speed: float


def reference(data: Path, folder: Path) -> dict[str, Any]:
    """Measure the reference on one copy of the positions, and count whether it finds the same events."""
    sys.path.insert(0, str(folder))
    _without_beam()
    from pipe_anchorages.common import LatLon  # noqa: PLC0415
    from pipe_anchorages.transforms.create_in_out_events import CreateInOutEvents  # noqa: PLC0415
    from pipe_anchorages.transforms.create_tagged_anchorages import CreateTaggedAnchorages  # noqa: PLC0415
    from pipe_anchorages.transforms.smart_thin_records import SmartThinRecords  # noqa: PLC0415

    limits = port_thresholds("gfw")
    places = anchorages(data / "oracles" / "anchorages.parquet")
    tagged = CreateTaggedAnchorages()
    listing: dict[str, list[Any]] = {}
    for name, lat, lon in zip(places.ids, places.shapes.lat.tolist(), places.shapes.lon.tolist(), strict=True):
        anchorage = {"anchor_lat": lat, "anchor_lon": lon, "anchor_id": name, "label": ""}
        for cell, item in tagged.tag_anchorage_with_s2ids(tagged.dict_to_psuedo_anchorage(anchorage)):
            listing.setdefault(cell, []).append(item)

    table = ordered(data, 1)
    columns = [table[name].to_pylist() for name in ("vessel_key", "lat", "lon", "sog_kn")]
    moments = [
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=t) for t in table["t"].cast(pa.int64()).to_pylist()
    ]
    records = [
        _Record(str(vessel), t, LatLon(lat, lon), speed)
        for vessel, lat, lon, speed, t in zip(*columns, moments, strict=True)
        if speed is not None and speed <= limits.fastest_kn
    ]
    records.sort(key=lambda r: (r.identifier, r.timestamp, r.speed, r.location))
    single = [next(group) for _, group in groupby(records, key=lambda r: (r.identifier, r.timestamp))]
    days = [(key, list(group)) for key, group in groupby(single, key=lambda r: (r.identifier, r.timestamp.date()))]
    end = max(moments).replace(hour=0, minute=0, second=0, microsecond=0)
    thresholds = (limits.entry_km, limits.exit_km, limits.stop_begin_kn, limits.stop_end_kn, limits.gap_min)
    thinner = SmartThinRecords(listing, *thresholds, end.date(), end.date())
    machine = CreateInOutEvents(*thresholds, end)

    def work() -> list[Any]:
        kept = []
        for day in days:
            kept += thinner.thin(day, listing)
        told: list[Any] = []
        for vessel, rows in groupby(kept, key=lambda r: r.identifier):
            own = [row._replace(identifier=(vessel, vessel, vessel)) for row in rows]
            told += machine._create_in_out_events(own)  # noqa: SLF001
        return told

    used, told = best_s(work, 1)
    events = port_events(table, places, limits)
    ours = zip(
        *(events[name].to_pylist() for name in ("vessel_id", "timestamp", "event_type", "anchorage_id")), strict=True
    )
    theirs = {(int(e.vessel_id), e.timestamp, e.event_type, e.anchorage_id) for e in told}
    return {
        "ports_reference_rows": len(records),
        "ports_reference_rows_per_cpu_s": round(len(records) / used),
        "ports_reference_events": len(told),
        "ports_events_different": len(theirs ^ set(ours)),
    }


def _without_beam() -> None:
    """Let modules of the reference be imported without Apache Beam: its classes become empty ones."""
    beam = ModuleType("apache_beam")
    beam.__getattr__ = lambda _: type("Nothing", (), {})  # type: ignore[method-assign]
    sys.modules.setdefault("apache_beam", beam)


def commit_of(folder: Path) -> str:
    """Commit of a checkout as git tells it, so that the figures name what was run."""
    asked = ["git", "-C", str(folder), "rev-parse", "--show-toplevel", "HEAD"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    top, _, commit = done.stdout.strip().partition("\n")
    return commit if done.returncode == 0 and Path(top) == folder.resolve() else "not a checkout: unknown"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--quick", action="store_true", help="two million rows instead of ten")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--reference", type=Path, help="a checkout of GlobalFishingWatch/anchorages_pipeline")
    options = parser.parse_args()
    found = measured(options.data, 20 if options.quick else 92)
    if options.reference is None or not find_spec("s2sphere"):
        print("the reference is left out: give --reference FOLDER, with s2sphere installed")
    else:
        found |= reference(options.data, options.reference)
        found["ports_times_reference"] = round(
            found["ports_gfw_rows_per_cpu_s"] / found["ports_reference_rows_per_cpu_s"], 1
        )
        found["versions"] = {"anchorages_pipeline": commit_of(options.reference), "s2sphere": version("s2sphere")}
    found.setdefault("versions", {}).update({name: version(name) for name in ("numba", "numpy", "pyarrow")})
    for name, value in found.items():
        print(f"{name:45} {value:,}" if isinstance(value, int | float) else f"{name:45} {value}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
