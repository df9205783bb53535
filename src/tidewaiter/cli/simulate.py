"""`tidewaiter simulate`: a case whose truth is known."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("simulate")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True, help="Same seed, same world.")
@click.option("--days", type=click.IntRange(30, 1500), default=330, show_default=True, help="Length of the window.")
@click.option("--vessels", type=click.IntRange(1, 12), default=4, show_default=True, help="Ships in the fleet.")
@click.option(
    "--looks",
    type=click.FloatRange(0, 1),
    default=0.4,
    show_default=True,
    metavar="SHARE",
    help="Share of days on which the origin is imaged; the destinations on half as many.",
)
@click.option(
    "--surveys",
    type=click.IntRange(0, 20),
    default=1,
    show_default=True,
    help="Teams that publish a count of their own.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the written files and the true totals as JSON.")
def simulate(folder: Path, *, seed: int, days: int, vessels: int, looks: float, surveys: int, as_json: bool) -> None:
    """Write a case of a simulated world into DIR, which has to be empty.

    Ships sail, clouds pass, teams count and ministries claim; the inputs hold what observers would have recorded, and
    truth.json what really happened. `tidewaiter run DIR` never reads it: compare its answer with the truth.
    """
    from tidewaiter import simulate as room  # noqa: PLC0415 - keep the start light

    spec = room.WorldSpec(days=days, vessels=vessels, looks=looks, destination_looks=looks / 2, surveys=surveys)
    world = room.simulate(spec, seed)
    written = room.write_case(world, folder)
    if as_json:
        import json  # noqa: PLC0415

        from tidewaiter.simulate.folder import truth  # noqa: PLC0415

        files = [str(path) for path in written]
        click.echo(json.dumps({"case": str(folder), "files": files, "truth": truth(world)["total"]}))
        return
    for path in written:
        click.echo(click.style("wrote ", dim=True) + str(path))
    click.echo(f"\nNext: tidewaiter run {folder}, then compare its answer with {folder / 'truth.json'}")
