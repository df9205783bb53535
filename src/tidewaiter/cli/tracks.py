"""`tidewaiter tracks`: ship tracks to positions, segments, events, and vessels that shuttle."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

    from tidewaiter.tracks.events import Rules
    from tidewaiter.tracks.events.fleet import Searched
    from tidewaiter.tracks.ports import Places

_PATH = click.Path(path_type=Path)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("tracks")
def tracks() -> None:
    """Turn AIS into positions, segments and events; on files, without a case. Each verb takes --json."""


@tracks.command("decode")
@click.argument("logs", nargs=-1, required=True, type=_FILE, metavar="LOG...")
@click.option("-o", "--output", required=True, type=_FILE, help="Positions, Parquet.")
@click.option("--statics", type=_FILE, help="Names, numbers, draughts and destinations, Parquet.")
@click.option("--source", help="What the column `source` says where a line names no station.")
@click.option("--json", "as_json", is_flag=True, help="Print what was read as JSON.")
def decode(logs: tuple[Path, ...], *, output: Path, statics: Path | None, source: str | None, as_json: bool) -> None:
    """Decode NMEA LOGs (plain or gz) to columns; checksums and lengths are verified, rejected lines counted by reason."""
    import msgspec  # noqa: PLC0415 - keep the start light

    from tidewaiter.tracks.nmea import decode_to  # noqa: PLC0415

    with _bar("decode", sum(log.stat().st_size for log in logs if log.exists())) as step:
        summary = decode_to(logs, output, statics, progress=lambda done, _all: step(done), source=source)
    if as_json:
        click.echo(msgspec.json.encode(summary))
        return
    _table(
        ("", "lines"),
        [("lines", f"{summary.lines:,}"), ("messages", f"{summary.messages:,}"), *_counts(summary.rejected)],
    )
    for word in summary.damage:
        click.echo(f"damaged: {word}", err=True)
    click.echo(f"{summary.positions:,} positions: {output}", err=True)


@tracks.command("segment")
@click.argument("file", required=False, type=_FILE)
@click.option("-o", "--output", type=_FILE, help="FILE with the column `segment_id`, Parquet.")
@click.option("--preset", "preset_name", default="tidewaiter", show_default=True, help="Whose definition.")
@click.option("--set", "own", multiple=True, metavar="NAME=VALUE", help="A threshold of your own.")
@click.option("--explain", is_flag=True, help="Say what each threshold means, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def segment(
    file: Path | None, *, output: Path | None, preset_name: str, own: tuple[str, ...], explain: bool, as_json: bool
) -> None:
    """Tell apart the hulls that send under one number: FILE (Parquet) gets a `segment_id` for each row."""
    import msgspec  # noqa: PLC0415

    from tidewaiter.tracks.presets import explain as explained  # noqa: PLC0415
    from tidewaiter.tracks.presets import preset  # noqa: PLC0415
    from tidewaiter.tracks.segments import Segments, segment_file  # noqa: PLC0415

    if explain:
        _explain([explained(preset_name, "segment", Segments)], as_json=as_json)
        return
    if file is None or output is None:
        raise click.UsageError("give a FILE of messages, and -o with the name of the new one")
    thresholds = preset(preset_name, "segment", Segments, _values(own))
    with _bar("segment", None) as step:
        found = segment_file(file, output, thresholds, lambda done, _all: step(done))
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    click.echo(
        f"{found.rows:,} rows of {found.vessels:,} numbers: {found.segments:,} segments, "
        f"{found.without:,} rows in none: {output}",
        err=True,
    )


@tracks.command("events")
@click.argument("files", nargs=-1, type=_FILE, metavar="FILE...")
@click.option("-o", "--output", type=_FILE, help="Events as .parquet, .csv, .geojson, .geoparquet or .jsonl.")
@click.option("--kind", "kinds", multiple=True, help="Only these kinds; all that the input allows by default.")
@click.option("--preset", "preset_name", default="tidewaiter", show_default=True, help="Whose definitions.")
@click.option("--set", "own", multiple=True, metavar="TABLE.NAME=VALUE", help="A threshold of your own.")
@click.option("--explain", is_flag=True, help="Say what each threshold means and whose it is, and stop.")
@click.option("--places", "places_files", multiple=True, type=_FILE, help="Anchorages or a World Port Index.")
@click.option("--case", type=_PATH, help="Take the places of this case, too.")
@click.option("--statics", type=_FILE, help="What ships say of themselves, as `decode --statics` writes it.")
@click.option("--shape", help="Shape of FILE: a name, or a TOML file that declares one; by the header if not given.")
@click.option("--until", metavar="DATE", help="End of the data, ISO; by default the end of the last day.")
@click.option("--tables", type=_PATH, help="Folder for the table of each kind, with all its columns.")
@click.option("--store", type=_PATH, help="Folder to keep positions in order for later runs.")
@click.option("--memory", type=float, metavar="GB", help="Memory that ordering may take.")
@click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True)
@click.option(
    "--engine", type=click.Choice(["local", "spark"]), default="local", help="Where it runs.", show_default=True
)
@click.option("--chart", type=_FILE, help="Chart of events per day, .svg or .png.")
@click.option("--json", "as_json", is_flag=True, help="Print what was read and found as JSON.")
def events(
    files: tuple[Path, ...],
    *,
    output: Path | None,
    kinds: tuple[str, ...],
    preset_name: str,
    own: tuple[str, ...],
    explain: bool,
    places_files: tuple[Path, ...],
    case: Path | None,
    statics: Path | None,
    shape: str | None,
    until: str | None,
    tables: Path | None,
    store: Path | None,
    memory: float | None,
    threads: int,
    engine: str,
    chart: Path | None,
    as_json: bool,
) -> None:
    """Find port visits, gaps, meetings, stops, loitering, jumps, circles and changes in FILEs of positions."""
    from tidewaiter.tracks import events as room  # noqa: PLC0415

    if explain:
        _explain(room.explained(preset_name), as_json=as_json)
        return
    if not files:
        raise click.UsageError("give at least one FILE of positions")
    _refuse_outputs((*files, *places_files, statics), output, chart)
    search = _engine(engine, store, memory, threads)
    rules = room.rules(preset_name, _by_table(own))
    places = _places(places_files, case)
    said = _statics(statics)
    asked = room.named_kinds(kinds)
    if not kinds:  # all that the input allows
        have = {""} | ({"places"} if places is not None else set()) | ({"statics"} if said is not None else set())
        asked = tuple(kind for kind in asked if have.issuperset(kind.needs.split("+")))
        if said is not None and "draught_m" not in said.column_names:
            asked = tuple(kind for kind in asked if kind.name != "draught_change")
    with _bar("events", None) as step:
        searched = search(
            files,
            asked,
            rules,
            places,
            shape=shape,
            clean=rules.of("clean"),
            statics=said,
            until=_moment(until),
            progress=step,
        )
    _write(searched, files, asked, rules, output, tables)
    if chart is not None:
        from tidewaiter.publish.charts.days import events_per_day  # noqa: PLC0415

        events_per_day(searched.found.events, chart)
    _tell(searched, rules, output, as_json=as_json)


def _engine(name: str, store: Path | None, memory: float | None, threads: int) -> Callable[..., Searched]:
    """Return what searches files for events, with the options of its own."""
    if name == "local":
        from tidewaiter.tracks.events.fleet import search_files  # noqa: PLC0415

        limit = None if memory is None else _bytes(memory)
        return partial(search_files, store=store, memory=limit, threads=threads)
    from click.core import ParameterSource  # noqa: PLC0415

    from tidewaiter.tracks.spark import search_files_on_spark  # noqa: PLC0415

    source = click.get_current_context().get_parameter_source
    given = [f"--{n}" for n in ("store", "memory", "threads") if source(n) is ParameterSource.COMMANDLINE]
    if given:
        raise click.UsageError(
            f"{' and '.join(given)}: for the local engine only; memory and cores of Spark are set in its own configuration"
        )
    return search_files_on_spark


@tracks.command("shuttles")
@click.argument("files", nargs=-1, type=_FILE, metavar="FILE...")
@click.option(
    "--from", "origin", multiple=True, metavar="PLACE", help="One end: an id or name, a box W,S,E,N, a GeoJSON."
)
@click.option(
    "--to", "destination", multiple=True, metavar="PLACE", help="The other end, likewise; both may be repeated."
)
@click.option("--places", "places_files", multiple=True, type=_FILE, help="Anchorages or a World Port Index.")
@click.option("--case", type=_PATH, help="Take the places of this case, too.")
@click.option("--tables", type=_PATH, help="Folder that `events --tables` wrote, instead of FILEs.")
@click.option("-o", "--output", type=_FILE, help="Vessels, most likely first, as .parquet, .csv or .jsonl.")
@click.option("--legs", "legs_file", type=_FILE, help="Their legs, one row each, the evidence; likewise.")
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="Vessels to show.")
@click.option("--set", "own", multiple=True, metavar="NAME=VALUE", help="A threshold of your own.")
@click.option("--explain", is_flag=True, help="Say what each threshold means, and stop.")
@click.option("--statics", type=_FILE, help="What ships say of themselves: draughts and names.")
@click.option("--shape", help="Shape of FILE, as for `events`.")
@click.option("--until", metavar="DATE", help="End of the data, as for `events`.")
@click.option("--store", type=_PATH, help="Folder to keep positions in order for later runs.")
@click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the vessels shown as JSON.")
def shuttles(
    files: tuple[Path, ...],
    *,
    origin: tuple[str, ...],
    destination: tuple[str, ...],
    places_files: tuple[Path, ...],
    case: Path | None,
    tables: Path | None,
    output: Path | None,
    legs_file: Path | None,
    top: int,
    own: tuple[str, ...],
    explain: bool,
    statics: Path | None,
    shape: str | None,
    until: str | None,
    store: Path | None,
    threads: int,
    as_json: bool,
) -> None:
    """Rank the vessels of a fleet by how likely they shuttle between two places, seen or in silence, with the evidence.

    FILEs hold the positions of the whole fleet, for the rest of it is what each vessel is compared with; the list of places
    should hold the other ports, too. Each part of the score is shown.
    """
    import msgspec  # noqa: PLC0415

    from tidewaiter.tracks import shuttles as room  # noqa: PLC0415
    from tidewaiter.tracks.events.writing import write_table  # noqa: PLC0415
    from tidewaiter.tracks.presets import explain as explained  # noqa: PLC0415
    from tidewaiter.tracks.presets import preset  # noqa: PLC0415

    if explain:
        _explain([explained("tidewaiter", "shuttle", room.Shuttling)], as_json=as_json)
        return
    if not (origin and destination):
        raise click.UsageError("give both ends of the line: --from and --to")
    if bool(files) == (tables is not None):
        raise click.UsageError("give FILEs of positions, or --tables with a folder of events")
    for path in (output, legs_file):
        if path is not None and path.suffix.casefold() not in {".parquet", ".csv", ".jsonl"}:
            raise click.UsageError(f'cannot write vessels as "{path.suffix}": .parquet, .csv or .jsonl')
    thresholds = preset("tidewaiter", "shuttle", room.Shuttling, _values(own))
    places = _places(places_files, case)
    ends = room.end_of(origin, places), room.end_of(destination, places)
    names: dict[int, str] = {}
    if tables is not None:
        found = room.read_tables(tables)
    else:
        searched = _events_for_shuttles(files, places, statics, shape, _moment(until), store, threads)
        found, names = searched.found.tables, dict(enumerate(searched.vessel_names))
    ranked = room.find_shuttles(found, *ends, thresholds, names)
    for table, path in ((ranked.vessels, output), (ranked.legs, legs_file)):
        if path is not None:
            write_table(table, path)
    shown = ranked.vessels.slice(0, top)
    if as_json:
        told = {"fleet": ranked.fleet, "ranked": ranked.vessels.num_rows, "vessels": shown.to_pylist()}
        click.echo(msgspec.json.encode(told))
        return
    from rich.console import Console  # noqa: PLC0415

    from tidewaiter.publish.shuttles import shuttle_table  # noqa: PLC0415

    Console().print(shuttle_table(shown, room.PARTS, " – ".join(end.name for end in ends)))
    click.echo(
        f"{ranked.vessels.num_rows:,} of {ranked.fleet:,} vessels have a leg that could be one of a shuttle", err=True
    )


def _events_for_shuttles(
    files: Sequence[Path],
    places: Places | None,
    statics: Path | None,
    shape: str | None,
    until: datetime | None,
    store: Path | None,
    threads: int,
) -> Searched:
    from tidewaiter.tracks import events as room  # noqa: PLC0415
    from tidewaiter.tracks.events.fleet import search_files  # noqa: PLC0415

    said = _statics(statics)
    kinds = room.named_kinds(
        ("port_visit", "gap", *(("identity_change", "draught_change") if said is not None else ()))
    )
    with _bar("events", None) as step:
        return search_files(
            files,
            kinds,
            room.rules("tidewaiter"),
            places,
            shape=shape,
            statics=said,
            until=until,
            store=store,
            threads=threads,
            progress=step,
        )


def _write(
    searched: Searched, files: Sequence[Path], asked: Any, rules: Rules, output: Path | None, tables: Path | None
) -> None:
    from tidewaiter.tracks.events.fleet import run_id, stamped, with_names  # noqa: PLC0415
    from tidewaiter.tracks.events.writing import write_table  # noqa: PLC0415

    if output is not None:
        events = stamped(searched.found.events, run_id(files, rules, asked, searched.until))
        write_table(with_names(events, searched.vessel_names), output)
    if tables is not None:
        for name, table in searched.found.tables.items():
            write_table(table, tables / f"{name}.parquet")


def _refuse_outputs(inputs: Sequence[Path | None], output: Path | None, chart: Path | None) -> None:
    """Raise where an output has no known ending or is one of the inputs: before a long search."""
    from tidewaiter.errors import InputError  # noqa: PLC0415

    if output is not None:
        from tidewaiter.tracks.events.writing import refuse_ending  # noqa: PLC0415

        refuse_ending(output)
    if chart is not None:
        from tidewaiter.publish.charts import days  # noqa: PLC0415

        days.refuse_ending(chart)
    taken = [path.resolve() for path in (*inputs, output, chart) if path is not None]
    for path in (output, chart):
        if path is not None and taken.count(path.resolve()) > 1:
            raise InputError("would be written over", file=path, hint="give each output a name of its own")


def _tell(searched: Searched, rules: Rules, output: Path | None, *, as_json: bool) -> None:
    import msgspec  # noqa: PLC0415

    found = {row["values"]: row["counts"] for row in searched.found.events["kind"].value_counts().to_pylist()}
    if as_json:
        told = {"summary": searched.summary, "events": found, "until": searched.until, "presets": rules.presets}
        click.echo(msgspec.json.encode(told))
        return
    summary = searched.summary
    _table(("kind", "events"), [(name, f"{n:,}") for name, n in sorted(found.items())] or [("none", "0")])
    _table(("rows", ""), [("read", f"{summary.rows:,}"), ("kept", f"{summary.kept:,}"), *_counts(summary.rejected)])
    for note in summary.notes:
        click.echo(f"note: {note}", err=True)
    borrowed = sorted(table for table, preset in rules.presets.items() if preset != next(iter(rules.presets.values())))
    if borrowed:
        click.echo(f"thresholds from other presets: {', '.join(borrowed)} (--explain)", err=True)
    if output is not None:
        click.echo(f"{searched.found.events.num_rows:,} events: {output}", err=True)


def _places(files: Sequence[Path], case: Path | None) -> Places | None:
    from tidewaiter.tracks.ports import case_places, join, list_of_places  # noqa: PLC0415

    lists = [list_of_places(path) for path in files]
    if case is not None:
        from tidewaiter.case import load_case  # noqa: PLC0415

        lists.insert(0, case_places(load_case(case).places))
    return join(*lists) if lists else None


def _statics(path: Path | None) -> pa.Table | None:
    if path is None:
        return None
    from tidewaiter.tracks.identity import read_statics  # noqa: PLC0415

    return read_statics(path)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f'"{text}" is no ISO date', param_hint="--until") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bytes(gigabytes: float) -> int:
    if not 0 < gigabytes < 1e9:  # NaN is none
        raise click.BadParameter("is a number of GB above 0", param_hint="--memory")
    return int(gigabytes * 1e9)


def _by_table(own: Sequence[str]) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for text in own:
        table, dot, rest = text.partition(".")
        if not dot:
            raise click.BadParameter(f'"{text}" lacks its table', param_hint="--set")
        out.setdefault(table, {}).update(_values([rest]))
    return out


def _values(own: Sequence[str]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for text in own:
        name, sign, value = text.partition("=")
        if not sign:
            raise click.BadParameter(f'"{text}" is not NAME=VALUE', param_hint="--set")
        out[name] = {"true": True, "false": False}.get(value.casefold(), value)
        if value.startswith("["):  # a list, such as [0, 123456789]
            try:
                out[name] = json.loads(value)
            except (ValueError, RecursionError) as error:
                raise click.BadParameter(f'"{text}" holds no list', param_hint="--set") from error
    return out


def _explain(explained: Sequence[Any], *, as_json: bool) -> None:
    import msgspec  # noqa: PLC0415

    if as_json:
        click.echo(msgspec.json.encode(list(explained)))
        return
    for kind in explained:
        _table(
            (f"{kind.kind} ({kind.preset})", "value", "meaning"),
            [(t.name, str(t.value), t.meaning) for t in kind.thresholds],
            caption=kind.source,
        )


def _counts(counted: Any) -> list[tuple[str, str]]:
    return [(str(reason), f"{n:,}") for reason, n in counted.items() if n]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*head, caption=Text(caption) if caption else None, caption_justify="left", box=None, pad_edge=False)
    if len(head) == 2:
        table.columns[1].justify = "right"
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


@contextmanager
def _bar(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show progress on a terminal; yields the function to call with how much is done."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    errors = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
