"""The evidence of a case: originals, the log, derived tables, measurements, and the way from a number to its sources.

Names are loaded when first used, so that taking in evidence needs no table library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidewaiter.evidence.integrity import Problem, Verification, verify
    from tidewaiter.evidence.measurements import load_measurements, save_measurements
    from tidewaiter.evidence.reasons import Node, explain, explain_all
    from tidewaiter.evidence.render import render_node
    from tidewaiter.evidence.store import Store
    from tidewaiter.evidence.tables import read_table, table_names, write_table

_HOME = {
    "Node": "reasons",
    "Problem": "integrity",
    "Store": "store",
    "Verification": "integrity",
    "explain": "reasons",
    "explain_all": "reasons",
    "load_measurements": "measurements",
    "read_table": "tables",
    "render_node": "render",
    "save_measurements": "measurements",
    "table_names": "tables",
    "verify": "integrity",
    "write_table": "tables",
}

__all__ = [
    "Node",
    "Problem",
    "Store",
    "Verification",
    "explain",
    "explain_all",
    "load_measurements",
    "read_table",
    "render_node",
    "save_measurements",
    "table_names",
    "verify",
    "write_table",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
