"""Measure a covert supply line from public evidence: calls, cargo and quantities with honest intervals.

    import tidewaiter

    done = tidewaiter.run("examples/rajin")          # files to report, as `tidewaiter run`
    done.measurements["calls.total"]                 # a Measurement: median, intervals, inputs
    tidewaiter.explain(done.case.root, "calls.total")    # what it rests on, down to file and row

The doors are loaded when they are first used; importing this package loads nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidewaiter.case import load_case
    from tidewaiter.errors import TidewaiterError
    from tidewaiter.evidence import explain, load_measurements, verify
    from tidewaiter.model import Case, Measurement
    from tidewaiter.pipeline import Run, run

__version__ = "0.1.0"

_HOME = {
    "Case": "model",
    "Measurement": "model",
    "Run": "pipeline",
    "TidewaiterError": "errors",
    "explain": "evidence",
    "load_case": "case",
    "load_measurements": "evidence",
    "run": "pipeline",
    "verify": "evidence",
}

__all__ = [
    "Case",
    "Measurement",
    "Run",
    "TidewaiterError",
    "__version__",
    "explain",
    "load_case",
    "load_measurements",
    "run",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
