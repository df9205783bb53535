"""`tidewaiter add`: take originals into a case."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("add")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="[CASE] FILE...")
@click.option("--case", "case", type=click.Path(path_type=Path), help="Folder of the case; the current one by default.")
@click.option("--url", default="", help="Where it was published.")
@click.option("--published", default="", help="When, as an ISO date of any precision.")
@click.option("--licence", default="", help="Under which terms.")
@click.option("--collector", default="", help="Who took it in.")
@click.option("--sensitive", is_flag=True, help="Leave no trace but its hash in a public export.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def add(
    paths: tuple[Path, ...],
    *,
    case: Path | None,
    url: str,
    published: str,
    licence: str,
    collector: str,
    sensitive: bool,
    as_json: bool,
) -> None:
    """Store originals under their SHA-256, once and read-only, and log that they were collected.

    A file outside the case is copied to CASE/inputs first.
    """
    from tidewaiter.evidence.intake import case_and_rest, take_in  # noqa: PLC0415 - keep the start light

    root, files = case_and_rest(paths, case)
    taken = take_in(
        root,
        files,
        url=url,
        published=published,
        licence=licence,
        collector=collector,
        sensitive=sensitive,
    )
    if as_json:
        import msgspec  # noqa: PLC0415

        click.echo(msgspec.json.format(msgspec.json.encode(taken)).decode())
        return
    for item in taken:
        state = "new" if item.new else "already held"
        click.echo(f"{item.evidence.sha256}  {item.evidence.size:>14,} bytes  {state}  {item.evidence.name}")
