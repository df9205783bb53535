"""The case room: `case.toml` becomes a `Case`; names, dates and identifiers are understood here and nowhere else."""

from tidewaiter.case.dates import parse_span, span
from tidewaiter.case.elicited import Elicited, elicited, fixed_priors
from tidewaiter.case.identifiers import imo_verdict, mmsi_verdict
from tidewaiter.case.inputs import find_inputs, globs_without_file
from tidewaiter.case.load import load_case
from tidewaiter.case.names import Match, Names, fold, fold_speaker
from tidewaiter.case.template import write_template

__all__ = [
    "Elicited",
    "Match",
    "Names",
    "elicited",
    "find_inputs",
    "fixed_priors",
    "fold",
    "fold_speaker",
    "globs_without_file",
    "imo_verdict",
    "load_case",
    "mmsi_verdict",
    "parse_span",
    "span",
    "write_template",
]
