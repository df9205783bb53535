"""Positions in any number for the benchmarks of ship tracks: real tracks, repeated.

The base is every position of the real samples (Global Fishing Watch's regression messages, an hour of the North Sea, the
Suez canal in March 2021; origins in the README beside the data). Each sample is moved in time to begin on 2021-01-01; copy
number c has its own vessel keys and lies c times ten days later, so that no ship meets its own ghost. Volumes are
replicated, shapes are real.

    python benchmarks/tracks_data.py OUT.parquet [--copies 92] [--ordered] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "ais"
BEGIN_US = 1_609_459_200_000_000  # 2021-01-01
STEP_US = 10 * 86_400_000_000  # between copies; the longest sample lasts nine days
GROUP_ROWS = 1_000_000
FIRST_KEY, KEYS_A_COPY = 200_000_000, 1_000
MAKING = 1
"""Raised when the same arguments give other rows than before, so that files made earlier are made again."""
SCHEMA = pa.schema(
    [
        ("vessel_key", pa.int64()),
        ("t", pa.timestamp("us", "UTC")),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("sog_kn", pa.float32()),
        ("cog_deg", pa.float32()),
        ("heading_deg", pa.float32()),
    ]
)
SAMPLES = {
    "gfw_segment_regression.parquet": ("ssvid", "timestamp", "lat", "lon", "speed", "course", "heading"),
    "dma_20221101_hour.parquet": ("mmsi", "datetime", "lat", "lon", "SOG", None, "Heading"),
    "suez_2021_boat_positions.parquet": ("ID", "t", "latitude", "longitude", None, None, None),
}
"""File -> its columns in the order of SCHEMA."""


def replicated(data: Path, copies: int, out: Path, shuffle: bool) -> int:  # noqa: FBT001
    """Write `copies` copies of the real positions as one zstd Parquet file with the columns of SCHEMA.

    The same arguments give the same rows in the same order; a file that is there already and was made so is left alone.
    Memory is bounded by a row group of a million rows.

    Args:
        data: folder of the real samples.
        copies: how many; one has some 109,000 positions and 486 vessels.
        out: the file to write.
        shuffle: rows in no order at all (every row group holds a part of every track) instead of in the order of time.

    Returns:
        The number of rows.
    """
    made = json.dumps({"copies": copies, "shuffle": shuffle, "making": MAKING})
    if out.exists():
        was = pq.ParquetFile(out).metadata
        if (was.metadata or {}).get(b"made") == made.encode():
            return int(was.num_rows)
    base = real_positions(data)
    vessels = len(pc.unique(base["vessel_key"]))
    if vessels > KEYS_A_COPY:
        raise ValueError(f"{vessels} vessels need more than {KEYS_A_COPY} keys a copy")
    columns = [np.asarray(base[name].cast(pa.int64()) if name == "t" else base[name]) for name in SCHEMA.names]
    schema = SCHEMA.with_metadata({"made": made})
    temporary = out.with_name(out.name + ".part")
    with pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        for rows, copy in _shuffled(len(base), copies) if shuffle else _in_time(columns[1], copies):
            parts = [column[rows] for column in columns]
            parts[0] += copy * KEYS_A_COPY
            parts[1] += copy * STEP_US
            arrays = [
                pa.array(part, pa.int64()).cast(field.type)
                if field.name == "t"
                else pa.array(part, field.type, from_pandas=True)
                for part, field in zip(parts, schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=GROUP_ROWS)
    temporary.replace(out)
    return len(base) * copies


def real_positions(data: Path) -> pa.Table:
    """Return one copy: all real positions with the columns of SCHEMA, sample after sample.

    Codes that mean "not available" are null, messages without a position are left out, exact duplicates stay. Keys are
    FIRST_KEY and on, in the order of the samples and of their own keys.
    """
    tables, next_key = [], FIRST_KEY
    for file, columns in SAMPLES.items():
        raw = pq.read_table(data / file, columns=[c for c in columns if c])
        parts = [pa.nulls(len(raw), pa.float64()) if c is None else raw[c] for c in columns]
        keys = np.unique(np.asarray(parts[0].cast(pa.int64())), return_inverse=True)[1].astype(np.int64) + next_key
        next_key = int(keys.max()) + 1
        t = np.asarray(parts[1].cast(pa.timestamp("us", parts[1].type.tz)).cast(pa.int64()))
        lat, lon, sog, cog, heading = (np.asarray(part.cast(pa.float64())) for part in parts[2:])
        with np.errstate(invalid="ignore"):
            sog = np.where((sog >= 0) & (sog < 102.25), sog, np.nan)
            cog = np.where((cog >= 0) & (cog < 360), cog, np.nan)
            heading = np.where((heading >= 0) & (heading < 360), heading, np.nan)
            good = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
        arrays = [
            pa.array(keys[good]),
            pa.array((t - t.min() + BEGIN_US)[good], pa.int64()).cast(SCHEMA.field("t").type),
            pa.array(lat[good]),
            pa.array(lon[good]),
            *(pa.array(c[good].astype(np.float32), from_pandas=True) for c in (sog, cog, heading)),
        ]
        tables.append(pa.Table.from_arrays(arrays, schema=SCHEMA))
    return pa.concat_tables(tables)


def _in_time(t: np.ndarray, copies: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    order = np.argsort(t, kind="stable")
    together = max(1, GROUP_ROWS // len(t))
    for first in range(0, copies, together):
        some = np.arange(first, min(first + together, copies), dtype=np.int64)
        yield np.tile(order, len(some)), np.repeat(some, len(order))


def _shuffled(rows: int, copies: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield row groups: each takes another slice of a permutation of the base from every copy, and is then shuffled."""
    rng = np.random.default_rng(5)
    deal = rng.permutation(rows)
    groups = max(1, rows * copies // GROUP_ROWS)
    cuts = np.linspace(0, rows, groups + 1).astype(np.int64)
    for group in range(groups):
        taken, of_copy = [], []
        for copy in range(copies):
            part = (group + copy) % groups
            taken.append(deal[cuts[part] : cuts[part + 1]])
            of_copy.append(np.full(len(taken[-1]), copy, np.int64))
        mixed = rng.permutation(sum(map(len, taken)))
        yield np.concatenate(taken)[mixed], np.concatenate(of_copy)[mixed]


def main() -> None:
    """Write a file of positions."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--copies", type=int, default=92)
    parser.add_argument("--ordered", action="store_true", help="in the order of time; otherwise shuffled")
    parser.add_argument("--data", type=Path, default=DATA)
    options = parser.parse_args()
    rows = replicated(options.data, options.copies, options.out, not options.ordered)
    print(f"{options.out}: {rows:,} positions, {options.out.stat().st_size / rows:.1f} bytes each")


if __name__ == "__main__":
    main()
