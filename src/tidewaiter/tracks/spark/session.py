"""The Spark session: the user's own where there is one, or as it is configured; else a local one."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tidewaiter.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BATCH = "spark.sql.execution.arrow.maxRecordsPerBatch"
BLOCKS_AT_ONCE = 64
"""Blocks handed to Python together; each has up to some megabytes."""


@contextmanager
def spark_session(session: Any = None) -> Iterator[Any]:
    """Yield a session that hands over a few blocks at a time.

    A session that is there is used and left as it was. Else one is made as Spark is configured (`spark-submit`,
    `spark-defaults.conf`, or the variable SPARK_MASTER), on this machine's cores if it is not, and stopped in the end.

    Args:
        session: a SparkSession; None = the active one, or a new one.

    Raises:
        InputError: PySpark, pandas or Java is not installed.
    """
    try:
        import pandas as pd  # noqa: F401, PLC0415 - Spark hands over Arrow batches only where it is
        from pyspark.errors import PySparkException  # noqa: PLC0415
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InputError("Spark is not installed", hint="pip install 'tidewaiter[spark]'; it needs Java 17") from error
    found = session or SparkSession.getActiveSession()
    own = found is None
    if own:
        builder = SparkSession.builder.appName("tidewaiter tracks")
        if "SPARK_MASTER" in os.environ:
            builder = builder.master(os.environ["SPARK_MASTER"])
        try:
            found = builder.getOrCreate()
        except (PySparkException, OSError) as error:
            raise InputError(f"Spark does not start ({error})", hint="is Java 17 installed?") from error
        _same_python(found)
    was = found.conf.get(_BATCH)
    found.conf.set(_BATCH, BLOCKS_AT_ONCE)
    try:
        yield found
    finally:
        if own:
            found.stop()
        else:
            found.conf.set(_BATCH, was)


def on_disk() -> Any:
    """Return where frames are kept that are used twice: on disk, for the heap of a local Spark is one gigabyte."""
    from pyspark import StorageLevel  # noqa: PLC0415

    return StorageLevel.DISK_ONLY


def _same_python(session: Any) -> None:
    """Let workers on this machine be the interpreter that runs, where the user has not said which."""
    context = session.sparkContext
    if context.master.startswith("local") and "PYSPARK_PYTHON" not in os.environ:
        context.pythonExec = sys.executable
