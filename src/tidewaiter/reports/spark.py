"""The same on Apache Spark: the paths are dealt out, each worker reads its files, the rows come back as lines.

Needs the extra [spark] (PySpark 4, Java 17 or newer). Where the master is, is the user's own Spark configuration.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tidewaiter.errors import InputError
from tidewaiter.reports.bulk import CHUNK, Sum, read_lines
from tidewaiter.reports.writing import as_csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

SCHEMA = "number long, name string, lines binary, claims long, error string"


def extract_files_on_spark(files: Sequence[Path], out: Path, *, published: str = "", session: Any = None) -> Sum:
    """Extract the claims of many files into one, in the order given; the rows equal those of `bulk.extract_files`.

    Args:
        files: paths that every worker can read.
        out: *.jsonl or *.csv, written by the driver as results stream in.
        published: ISO date that holds for all of them.
        session: a SparkSession; None = the one that is configured, else a local one.

    Raises:
        InputError: PySpark is not installed, or `out` is of no known kind.
    """
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InputError("Spark is not installed", hint="pip install 'tidewaiter[spark]'; it needs Java 17") from error
    kind = out.suffix.casefold()
    if kind not in {".jsonl", ".csv"}:
        raise InputError("claims are written to .jsonl or .csv", file=out, hint="choose another name for the output")
    spark = session or SparkSession.builder.appName("tidewaiter reports").getOrCreate()
    rows = [(number, str(path)) for number, path in enumerate(files)]
    parts = max(1, min(len(rows) // CHUNK + 1, 4 * spark.sparkContext.defaultParallelism))
    frame = spark.createDataFrame(rows, "number long, path string").repartitionByRange(parts, "number")

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa  # noqa: PLC0415 - on the worker

        for batch in batches:
            found = [
                (n, *read_lines(Path(p), published, kind)) for n, p in zip(*batch.to_pydict().values(), strict=True)
            ]
            yield pa.RecordBatch.from_arrays(
                [
                    pa.array([f[0] for f in found], pa.int64()),
                    pa.array([f[1] for f in found], pa.string()),
                    pa.array([f[2] for f in found], pa.binary()),
                    pa.array([f[3] for f in found], pa.int64()),
                    pa.array([f[4] for f in found], pa.string()),
                ],
                names=["number", "name", "lines", "claims", "error"],
            )

    claims, errors = 0, []
    with out.open("wb") as target:
        if kind == ".csv":
            target.write(as_csv((), header=True))
        for row in frame.mapInArrow(work, SCHEMA).orderBy("number").toLocalIterator():
            target.write(bytes(row["lines"]))
            claims += row["claims"]
            if row["error"]:
                errors.append((row["name"], row["error"]))
    return Sum(len(files), claims, tuple(errors), 0)
