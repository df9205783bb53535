"""Building the report: gather, draw, set, check, and only then write."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.errors import ReportError
from tidewaiter.publish.results import PUBLISHED

if TYPE_CHECKING:
    from tidewaiter.model import Case
    from tidewaiter.publish.results import Results

STAGE = ".report-"


def publish(case: Case, results: Results, out: Path) -> Path:
    """Write ``out/index.html`` and ``out/tables/*.csv, *.parquet``.

    Everything is made and checked in a temporary folder first and moved in file by file, the page last: a report that
    cannot be built leaves the one before it as it was. Same results, same bytes.

    Args:
        case: what is asked, and of whom.
        results: what was found; sources marked sensitive leave no trace but their hash.
        out: folder of the report, made when absent; other files in it are left alone.

    Returns:
        The path of the page.

    Raises:
        ReportError: the libraries for reports are missing, or the disk refuses the files.
        UnprovenFigure: a figure has no measurement behind it.
    """
    try:
        from tidewaiter.publish.export import measurement_table, write_tables  # noqa: PLC0415 - needs the extra [report]
        from tidewaiter.publish.page import render  # noqa: PLC0415
        from tidewaiter.publish.withhold import withhold  # noqa: PLC0415
    except ModuleNotFoundError as e:
        if (e.name or "").startswith("tidewaiter"):
            raise
        raise ReportError(f"building a report needs {e.name}", hint="pip install 'tidewaiter[report]'") from e

    tables = {name: results.tables[name] for name in PUBLISHED if name in results.tables}
    public = withhold(msgspec.structs.replace(results, tables=tables))
    page = render(case, public)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for left in out.glob(f"{STAGE}*"):  # by a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=out))
        try:
            (stage / "tables").mkdir()
            write_tables({**public.tables, "measurements": measurement_table(public.measurements)}, stage / "tables")
            (stage / "index.html").write_text(page, "utf-8", newline="\n")
            (out / "tables").mkdir(exist_ok=True)
            for file in sorted((stage / "tables").iterdir()):
                file.replace(out / "tables" / file.name)
            (stage / "index.html").replace(out / "index.html")
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as e:
        raise ReportError(
            f"the report cannot be written: {e.strerror or e}",
            file=e.filename or out,
            hint="free some space or choose another folder; the report before this one is unchanged",
        ) from e
    return out / "index.html"
