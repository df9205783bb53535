"""The shuttle search as a table for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from rich.table import Table

HEADS = {
    "alternation": "alter-\nnation",
    "dark_visits": "dark\nvisits",
    "own_spots": "own\nspots",
    "heading": "head-\ning",
    "turn_round": "turn-\nround",
    "region_rate": "region\nrate",
    "own_rate": "own\nrate",
    "elsewhere": "else-\nwhere",
}


def shuttle_table(vessels: pa.Table, parts: Sequence[str], line: str) -> Table:
    """Return ranked vessels as a table: the score, its parts, legs, turn-round, and what the search says.

    Parts that are 0 for all of them are named below. A score of 3 is twenty times as likely as for the rest of the fleet.

    Args:
        vessels: of the columns of `tracks.shuttles.SHUTTLES`; the rows to show.
        parts: names of the parts.
        line: what to call the line between the two ends.
    """
    from rich import box  # noqa: PLC0415 - keep the start light
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    rows = vessels.to_pylist()
    shown = [part for part in parts if any(round(row[part], 1) for row in rows)]
    named = any(row["name"] for row in rows)
    table = Table(
        title=Text(line, style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        collapse_padding=True,
        caption=Text("\n".join(_below(rows, [p for p in parts if p not in shown]))),
        caption_justify="left",
    )
    table.add_column("")
    table.add_column("vessel", no_wrap=True)
    if named:
        table.add_column("name", no_wrap=True, max_width=16)
    table.add_column("score", justify="right", style="bold", no_wrap=True)
    for part in shown:
        table.add_column(HEADS.get(part, part), justify="right", no_wrap=True)
    for head in ("legs\nseen", "dark", "turn\nh"):
        table.add_column(head, justify="right", no_wrap=True, style="cyan")
    table.add_column("", min_width=11)
    for place, row in enumerate(rows, start=1):
        turn = "" if row["median_turn_h"] is None else f"{row['median_turn_h']:.0f}"
        table.add_row(
            str(place),
            str(row["vessel_key"]),
            *([Text(row["name"] or "")] if named else ()),
            f"{row['score']:.1f}",
            *(_signed(row[part]) for part in shown),
            str(row["legs_seen"]),
            str(row["legs_dark"]),
            turn,
            Text(row["verdict"].partition(":")[0].partition(";")[0].partition(",")[0]),
        )
    return table


def _below(rows: Sequence[Mapping[str, float]], silent: Sequence[str]) -> list[str]:
    if not rows:
        return ["no vessel has a leg that could be one of a shuttle"]
    low, high = rows[0]["turn_low_h"], rows[0]["turn_high_h"]
    told = [
        "score = sum of the parts, each the natural logarithm of how many times as likely for a shuttle as for the",
        f"rest of the fleet; 3 is twenty times. A turn-round can take {low:.0f} to {high:.0f} h. It proves no cargo.",
    ]
    return told + ([f"these say nothing here: {', '.join(silent)}"] if silent else [])


def _signed(value: float) -> str:
    text = f"{value:+.1f}"
    return "·" if text in {"+0.0", "-0.0"} else text
