"""`tidewaiter reports`: claims out of texts, and what a person should look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidewaiter.pipeline.reviews import Reviewed, Word
    from tidewaiter.reports import TextClaim

LONGEST_CELL = 70


@click.group("reports")
def reports() -> None:
    """Read quantified, attributed claims out of texts (de, en, fr, uk, ru, ko); offline, no model is loaded.

    `extract` reads files, with or without a case; `review` shows and settles the claims of a case. Both take --json.
    """


@reports.command("extract")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--published", default="", metavar="DATE", help="Day of publication, ISO; relative times need it.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to claims.jsonl or claims.csv."
)
@click.option("--json", "as_json", is_flag=True, help="Print one claim a line as JSON.")
@click.option("--ocr", is_flag=True, help="Recognise PDF pages without text (needs tesseract).")
@click.option("--jobs", type=click.IntRange(min=0), default=0, help="Processes; all cores by default.")
@click.option(
    "--engine", type=click.Choice(["local", "spark"]), default="local", help="Where it runs.", show_default=True
)
@click.option("--llm", metavar="URL", default="", help="Ask an OpenAI-compatible endpoint as well; off unless given.")
@click.option("--model", default="", help="Model to ask there; the key is read from TIDEWAITER_LLM_KEY.")
def extract(
    files: tuple[Path, ...],
    *,
    published: str,
    output: Path | None,
    as_json: bool,
    ocr: bool,
    jobs: int,
    engine: str,
    llm: str,
    model: str,
) -> None:
    """Extract the claims of FILEs (txt, html, pdf, wacz, mhtml) or of folders of them.

    With -o, a run over many files that was cut off goes on where it stopped.
    """
    from tidewaiter.reports.bulk import find_files, read_file  # noqa: PLC0415 - keep the start light

    if bool(llm) != bool(model):
        raise click.UsageError("--llm and --model go together")
    found = find_files(files)
    if output is not None and not llm:
        _to_file(found, output, published, jobs, engine, ocr=ocr)
        return
    claims = [
        c
        for path in found
        for c in (_with_llm(path, published, llm, model) if llm else read_file(path, published, ocr=ocr))
    ]
    from tidewaiter.reports import writing  # noqa: PLC0415

    if output is not None:
        output.write_bytes(
            writing.as_csv(claims, header=True) if output.suffix.casefold() == ".csv" else writing.as_json(claims)
        )
        click.echo(f"{len(claims):,} claims from {len(found):,} files: {output}", err=True)
    elif as_json:
        click.echo(writing.as_json(claims).decode(), nl=False)
    else:
        _show(claims)


def _to_file(found: Sequence[Path], output: Path, published: str, jobs: int, engine: str, *, ocr: bool) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    from tidewaiter.reports.bulk import extract_files  # noqa: PLC0415

    errors = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("files", total=len(found))
        if engine == "spark":
            from tidewaiter.reports.spark import extract_files_on_spark  # noqa: PLC0415

            done = extract_files_on_spark(found, output, published=published)
        else:
            done = extract_files(
                found,
                output,
                published=published,
                ocr=ocr,
                jobs=jobs,
                progress=lambda n: bar.update(task, completed=n),
            )
    for name, reason in done.errors:
        click.echo(f"not read: {name}: {reason}", err=True)
    again = f" ({done.resumed:,} of them in an earlier run)" if done.resumed else ""
    click.echo(
        f"{done.claims:,} claims from {done.files:,} files{again}, {len(done.errors):,} not read: {output}", err=True
    )


def _with_llm(path: Path, published: str, url: str, model: str) -> list[TextClaim]:
    from tidewaiter.reports.grammar.extract import extract as by_grammar  # noqa: PLC0415
    from tidewaiter.reports.grammar.reread import OwnGrammar  # noqa: PLC0415
    from tidewaiter.reports.llm import Endpoint, extract_with_llm, merge_claims  # noqa: PLC0415
    from tidewaiter.reports.opening import open_document  # noqa: PLC0415

    document = open_document(path, published=published)
    asked = extract_with_llm(
        document,
        Endpoint(base_url=url, model=model),
        OwnGrammar(),
        log=lambda r: click.echo(f"not kept: {r.field}: {r.reason}", err=True),
    )
    return merge_claims(by_grammar(document), asked)


@reports.command("review")
@click.argument("case", default=".", type=click.Path(path_type=Path))
@click.option("--all", "every", is_flag=True, help="List all claims, the sure and the settled ones too.")
@click.option("--accept", multiple=True, metavar="ID", help="It says what was read: it may move the answer.")
@click.option("--reject", multiple=True, metavar="ID", help="It does not: leave it out of the answer.")
@click.option(
    "--set",
    "correct",
    multiple=True,
    nargs=3,
    metavar="ID FIELD VALUE",
    help='Set a field right: --set text-03 low 3000. An empty value ("") empties it.',
)
@click.option("--why", default="", metavar="TEXT", help="The reason; kept with the decision.")
@click.option("--by", default="", metavar="NAME", help="Who decides; kept with the decision.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def review(
    case: Path,
    *,
    every: bool,
    accept: tuple[str, ...],
    reject: tuple[str, ...],
    correct: tuple[tuple[str, str, str], ...],
    why: str,
    by: str,
    as_json: bool,
) -> None:
    """List the claims of texts in CASE (a folder) that were read with doubt, or settle them.

    --accept, --reject and --set may be given several times. Each adds a line to the log of the case and changes nothing
    that is there; the last word counts. `tidewaiter run` takes it into account.
    """
    from tidewaiter.pipeline import reviews  # noqa: PLC0415 - keep the start light

    if (why or by) and not (accept or reject or correct):
        raise click.UsageError("--why and --by go with --accept, --reject or --set")
    if accept or reject or correct:
        done = reviews.decide(case, accept=accept, reject=reject, correct=correct, why=why, by=by)
        click.echo(f"{done} decision(s) logged; `tidewaiter run {case}` takes them into account", err=True)
    found = reviews.reviewed(case)
    touched = {*accept, *reject, *(ident for ident, _, _ in correct)}
    shown = [r for r in found if every or (r.row["claim_id"] in touched if touched else r.waits)]
    if as_json:
        import msgspec  # noqa: PLC0415

        click.echo(msgspec.json.format(msgspec.json.encode([reviews.as_json(r) for r in shown])).decode())
        return
    _list(shown)
    waiting = sum(r.waits for r in found)
    click.echo(f"{len(shown):,} of {len(found):,} claims shown; {waiting:,} wait for a person", err=True)


def _list(shown: Sequence[Reviewed]) -> None:
    """Print claims one below the other: what is doubtful, what was read, what was set, and the words of the text."""
    from rich.console import Console  # noqa: PLC0415
    from rich.padding import Padding  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415 - Text, not markup: brackets in a text stay brackets

    from tidewaiter.pipeline import reviews  # noqa: PLC0415

    console = Console(highlight=False)
    for item in shown:
        claim = item.claim
        state = item.review.status if item.review.last is None else f"{item.review.status}{_who(item.review.last)}"
        heading = Text.assemble((item.row["claim_id"], "bold"), f"  {state}, confidence {claim.confidence:.2f}")
        if item.row["left_out"]:
            heading.append(f", not in the answer: {item.row['left_out']}", style="dim")
        lines = [Text.assemble(("reads    ", "dim"), " · ".join(_fields(claim)))]
        if claim.doubts:
            doubtful = (f"{name} = {reviews.shown(getattr(claim, name, '')) or 'nothing'}" for name in claim.doubts)
            lines.append(Text.assemble(("doubtful ", "dim"), (" · ".join(doubtful), "yellow")))
        for name, both in reviews.corrections(item.read, item.review).items():
            by = f" by {both['by']}" if both["by"] else ""
            said = f"{name}: {reviews.shown(both['read']) or 'nothing'} → {reviews.shown(both['set']) or 'nothing'}{by}"
            lines.append(Text.assemble(("set      ", "dim"), said))
        lines.append(Text(f"“{' '.join(claim.quote.split())}”", style="italic"))
        console.print(heading)
        for line in lines:
            console.print(Padding(line, (0, 0, 0, 4)))
        console.print()


def _who(word: Word) -> str:
    return f"{f' by {word.by}' if word.by else ''} on {word.at[:10]}{f' ({word.why})' if word.why else ''}"


def _fields(claim: TextClaim) -> list[str]:
    """Return what a claim says, field by field, in words."""
    period = "–".join(dict.fromkeys(d for d in (claim.period_start, claim.period_end) if d))
    way = f"{claim.origin_country or '?'} → {claim.destination_country or '?'}"
    rate = f" a {claim.per}" if claim.per else ""
    goods = claim.item.replace("_", " ") or "unknown goods"
    parts = (
        f"{amount(claim)}{rate} {claim.unit if claim.unit not in {'', 'percent', claim.item} else ''}".strip(),
        goods,
        claim.predicate,
        way if claim.origin_country or claim.destination_country else "",
        f"by {claim.mode}" if claim.mode else "",
        period,
        " ← ".join(claim.sources) or "nobody named",
        claim.modality,
        claim.condition,
    )
    return [part for part in parts if part]


def _show(claims: Sequence[TextClaim]) -> None:
    """Print a table: how many, of what, who says so, when, from where to where."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415 - Text, not markup: brackets in a text stay brackets

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("claim", "how many", "what", "predicate", "route", "when", "who says so", "how sure"):
        table.add_column(name, justify="right" if name == "how many" else "left", overflow="fold")
    for claim in claims:
        when = (
            "–".join(filter(None, (claim.period_start or "", claim.period_end or "")))
            if claim.period_start != claim.period_end
            else claim.period_start or ""
        )
        way = (
            f"{claim.origin_country or '?'} → {claim.destination_country or '?'}"
            if claim.origin_country or claim.destination_country
            else ""
        )
        chain = " ← ".join(claim.sources) + (" (carried over)" if claim.attribution == "inherited" else "")
        cells = (
            claim.id,
            amount(claim),
            claim.item.replace("_", " "),
            claim.predicate,
            way,
            when,
            chain,
            claim.modality,
        )
        table.add_row(*(Text(cell) for cell in cells))
    Console().print(table)
    click.echo(f"{len(claims):,} claims", err=True)


SIGNS = {"approx": "about ", "gt": "over ", "ge": "at least ", "lt": "under ", "le": "up to "}


def amount(claim: TextClaim) -> str:
    """Return the number of a claim in words and digits."""
    if claim.relation is None:
        return "–"
    numbers = "–".join(f"{x:,.10g}" for x in dict.fromkeys(n for n in (claim.low, claim.high) if n is not None))
    return f"{SIGNS.get(claim.relation, '')}{numbers}{' %' if claim.unit == 'percent' else ''}"
