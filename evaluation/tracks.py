"""How exactly tracks are turned into events: ours beside the outputs of the field's reference code, row by row.

    python evaluation/tracks.py [--data FOLDER] [--quick] [--json FILE]

--data is a folder of AIS samples with `oracles` inside it (the README beside them says how they were made). NMEA logs are
compared with pyais and stops with trackintel where these are installed. --quick leaves out both, and the simulated fleets of
the shuttle search are few.

Writes the tables into docs/tracks.md, unless --quick.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from oracles import decode, encounters, gaps, loitering, ports, segments, shuttles, stops, store

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "tracks.md"
DATA = ROOT.parent / "shared" / "data" / "ais"
BEGIN, END = "<!-- oracles -->", "<!-- /oracles -->"
REFERENCES = {
    "segments": "GFW gpsdio-segment @ e356238",
    "ports": "GFW anchorages_pipeline @ 099169e",
    "gaps": "GFW pipe-gaps @ 9d9426e",
    "loitering": "GFW pipe-loitering @ 6d2c5e8",
    "encounters": "GFW pipe-encounters @ df93ee4, its faults included",
    "store": "rows of the oracles' input",
    "stops": "trackintel, all positions",
    "decode": "pyais",
}
CAUSES = {
    "course": "course turned to radians twice",
    "holes": "holes in the first vessel's rows",
    "empty_day": "a vessel that stops the reference",
    "together": "both faults mended together",
}


def main() -> int:
    """Compare, print, and write the docs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the samples")
    parser.add_argument("--quick", action="store_true", help="a couple of minutes; writes no docs")
    parser.add_argument("--json", type=Path, help="write the metrics to this file")
    args = parser.parse_args()
    if not (args.data / "oracles").is_dir():
        print(f"no samples at {args.data}; give --data", file=sys.stderr)
        return 1
    found: dict[str, dict[str, Any]] = {}
    for name, room in (("segments", segments), ("ports", ports), ("gaps", gaps), ("loitering", loitering),
                       ("encounters", encounters), ("store", store)):  # fmt: skip
        result = room.compare(args.data)
        found[name] = {"messages": result} if name == "segments" else result
    if not args.quick:
        if find_spec("trackintel"):
            found["stops"] = stops.compare(args.data)
        if find_spec("pyais"):
            found["decode"] = decode.compare(args.data)
    ranked = shuttles.compare(seeds=2 if args.quick else shuttles.SEEDS)
    text = page(found, ranked)
    print(text)
    if args.json:
        versions = {"python": platform.python_version(), "tidewaiter": version("tidewaiter")}
        args.json.write_text(json.dumps(flat(found) | flat({"shuttles": ranked}) | {"versions": versions}, indent=1))
    if not args.quick and PAGE.exists():
        whole = PAGE.read_text("utf-8")
        head, rest = whole.split(BEGIN)
        PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", "utf-8")
    return 0


def page(found: dict[str, dict[str, Any]], ranked: dict[str, Any]) -> str:
    """Write what is equal and what is not as tables."""
    lines = ["| table | reference | its rows | equal | different |", "|---|---|---|---|---|"]
    for name, tables in found.items():
        for table, counts in tables.items():
            row = told(counts)
            if row is not None:
                lines.append(
                    f"| {table} | {REFERENCES[name]} | {row[0]:,} | {row[1]:,} | {row[2]:,}{refused(counts)} |"
                )
    mended = found["encounters"]
    lines += ["", "Encounters with the reference's faults mended, and why rows differ:", "",
              "| table | its rows | ours | equal | gone and new, by cause |", "|---|---|---|---|---|"]  # fmt: skip
    for table, counts in mended.items():
        if isinstance(counts, dict) and "mended" in counts:
            lines.append(mended_row(table, counts["rows"], counts["mended"]))
    return "\n".join([*lines, "", *shuttle_table(ranked)])


def shuttle_table(ranked: dict[str, Any]) -> list[str]:
    """Write how the shuttle search does on simulated fleets, the last row on fleets without a shuttle."""
    fleets, vessels, true = (ranked[name] for name in ("fleets", "vessels", "shuttles"))
    lines = [
        f"The shuttle search on {fleets} simulated fleets of {vessels} vessels for each row, of which {true} shuttle:",
        "",
        "| voyages on which they are dark | shuttles among as many first | mean rank (best) | said to be shuttles | others so said, a fleet |",
        "|---|---|---|---|---|",
    ]
    for key, row in ranked.items():
        if key.startswith("dark_"):
            lines.append(
                f"| {float(key.removeprefix('dark_')):.0%} | {row['precision']:.1%} | {row['mean_rank']:.2f} "
                f"({row['best_mean_rank']:.2f}) | {row['named']:.0%} | {row['wrongly_named_per_fleet']:.2f} |"
            )
    return [*lines, f"| no shuttle in the fleet | – | – | – | {ranked['none']['wrongly_named_per_fleet']:.2f} |"]


def told(counts: Any) -> tuple[int, int, int] | None:
    """Return rows of the reference, equal ones and different ones, whatever a comparison calls them."""
    if not isinstance(counts, dict):
        return None
    if "positions" in counts and isinstance(counts["positions"], dict):
        parts = [told(counts[part]) for part in ("positions", "statics")]
        return tuple(sum(p[i] for p in parts if p) for i in range(3))  # type: ignore[return-value]
    counts = counts.get("faithful", counts)
    equal = next((counts[k] for k in ("equal_rows", "equal", "same") if k in counts), None)
    if equal is None:
        return None
    different = next((counts[k] for k in ("different_rows", "different") if k in counts), None)
    if isinstance(different, dict):  # by field
        different = sum(different.values()) + counts["only_ours"] + counts["only_oracle"]
    elif different is None:
        different = sum(counts.get(k, 0) for k in ("only_ours", "only_oracle", "only_reference", "only_pyais"))
    rows = next((counts[k] for k in ("reference_rows", "messages", "rows", "theirs") if k in counts), equal + different)
    return int(rows), int(equal), int(different)


def refused(counts: Any) -> str:
    """Say how many messages only pyais takes because it does not mind their length."""
    parts = [counts[part] for part in ("positions", "statics") if isinstance(counts.get(part), dict)]
    wrong = sum(part.get("only_oracle_wrong_length", 0) for part in parts)
    return f", {wrong:,} of a wrong length" if wrong else ""


def mended_row(table: str, oracle_rows: int, counts: dict[str, Any]) -> str:
    """Write one table of encounters without the faults."""
    causes = "; ".join(
        f"{side} by {CAUSES.get(cause, cause)}: {n:,}"
        for side, cause, n in ((*key.split(": "), n) for key, n in counts["causes"].items())
    )
    return f"| {table} | {oracle_rows:,} | {counts['rows']:,} | {counts['equal']:,} | {causes or 'none'} |"


def flat(tree: dict[str, Any], before: str = "") -> dict[str, float]:
    """Return all numbers of a tree by their path."""
    out: dict[str, float] = {}
    for key, value in tree.items():
        name = f"{before}_{key}" if before else str(key)
        if isinstance(value, dict):
            out |= flat(value, name)
        elif isinstance(value, bool | int | float):
            out[name] = value
    return out


if __name__ == "__main__":
    sys.exit(main())
