"""Who speaks: how far a source may be off, with whom it may be off together, and whether it counts what it sees."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from tidewaiter.model import Case
    from tidewaiter.tally.claim import Claim


class Voice(msgspec.Struct, frozen=True):
    """One source of claims.

    Attributes:
        id: as declared, else the name of the speaker.
        group: sources of one group share a part of their bias.
        bias: log standard deviation of what all its numbers are off by.
        imagery: it counts what it saw.
    """

    id: str
    group: str
    bias: float
    imagery: bool


def voice(claim: Claim, case: Case) -> Voice:
    """Return the source of a claim: as the case declares it, and what it leaves open as usual for its type."""
    kind = claim.claimant_type.partition("(")[0].strip().casefold()
    bias, imagery = _types().get(kind, _types()[""])
    for source in case.sources:
        if claim.speaker in {name.partition("(")[0].strip().casefold() for name in source.names}:
            return Voice(
                source.id,
                source.group or kind or source.id,
                bias if source.bias is None else source.bias,
                imagery if source.imagery is None else source.imagery,
            )
    return Voice(claim.speaker, kind or claim.speaker, bias, imagery)


@cache
def _types() -> dict[str, tuple[float, bool]]:
    text = (resources.files("tidewaiter.tally") / "source_types.csv").read_text("utf-8")
    return {row["type"]: (float(row["bias"]), row["imagery"] == "yes") for row in csv.DictReader(text.splitlines())}
