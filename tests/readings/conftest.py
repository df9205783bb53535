"""A fictional case and a way to read bytes as one of its files."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tidewaiter.model import (
    Case,
    Confusable,
    Dated,
    DetectionList,
    Evidence,
    Flow,
    Input,
    Item,
    Place,
    Quantiles,
    Vessel,
    Window,
)
from tidewaiter.readings import read_inputs

CASE = Case(
    root=Path("/case"),
    id="amber",
    title="Amber",
    question="How many?",
    window=Window(datetime(2031, 3, 1, tzinfo=UTC), datetime(2031, 9, 1, tzinfo=UTC)),
    places=(
        Place("amber", "Amber Quay", aliases=("Янтарь",)),
        Place("cobalt", "Port Cobalt"),
        Place("slipway", "Slipway Bay"),
    ),
    vessels=(
        Vessel("heron", "Grey Heron", imo=(Dated("9999990", verdict="the check digit does not fit"),)),
        Vessel("tern", "Arctic Tern"),
    ),
    legs=(),
    items=(Item("crate", "crates", "crate"),),
    scenarios=(),
    inputs=(),
    lists=(
        DetectionList("origin_imagery", "Images of the load port", Quantiles(0.2, 0.5, 0.9)),
        DetectionList("ais_gap", "Gaps of AIS", Quantiles(0.2, 0.5, 0.9)),
    ),
    flows=(
        Flow("repairs", "Repairs", "crate", Quantiles(1, 2, 3), "consumption"),
        Flow("crew", "Crew", "sailor", Quantiles(1, 2, 3), "people"),
    ),
    confusables=(Confusable("Amber Key", "amber", "a holiday island"),),
)


def read_file(path, reader, name=None, **declared):
    data = path.read_bytes()
    evidence = Evidence(hashlib.sha256(data).hexdigest(), name or f"inputs/{path.name}", len(data), datetime.now(UTC))
    return read_inputs(CASE, [(Input(evidence.name, reader, **declared), evidence, path)])


@pytest.fixture
def read(tmp_path):
    """Return a function that reads text or bytes with a reader."""

    def read_content(reader, content, name="inputs/table.csv", **declared):
        path = tmp_path / "object"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_file(path, reader, name, **declared)

    return read_content


@pytest.fixture
def case():
    return CASE
