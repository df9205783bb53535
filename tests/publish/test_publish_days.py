"""The chart of events per day: what it shows, whatever there is to show, and the same file twice."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest

from tidewaiter.errors import InputError
from tidewaiter.model.tables import EVENTS
from tidewaiter.publish.charts.days import events_per_day

DAY = datetime(2031, 5, 1, tzinfo=UTC)


def events(*starts):
    """Return events of given kinds and days; None = at no known time."""
    rows = [
        {"event_id": f"e{i}", "kind": kind, "vessel_key": i, "start": None if at is None else DAY + timedelta(days=at)}
        for i, (kind, at) in enumerate(starts)
    ]
    return pa.Table.from_pylist(rows, schema=EVENTS)


def drawn(table, path):
    """Return the words of a chart and the number of shapes in it."""
    events_per_day(table, path)
    svg = path.read_text(encoding="utf-8")
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    assert "nan" not in svg.casefold()
    words = ["".join(text.itertext()).strip() for text in root.iter("{http://www.w3.org/2000/svg}text")]
    return words, len(re.findall(r'<g id="patch_\d+">', svg))


MANY = events(*(("port_visit", i % 40) for i in range(90)), *(("gap", 2.5 * i) for i in range(9)), ("stop", None))


def test_each_kind_has_its_panel_and_number(tmp_path):
    words, _ = drawn(MANY, tmp_path / "c.svg")

    assert [word for word in words if word.endswith(")")] == ["gap (9)", "port visit (90)", "stop (0)"]
    assert any(word.startswith("2031-") for word in words)


def test_without_events(tmp_path):
    words, _ = drawn(EVENTS.empty_table(), tmp_path / "c.svg")

    assert words == ["no events"]


def test_events_at_no_known_time_are_no_bars(tmp_path):
    words, _ = drawn(events(("stop", None)), tmp_path / "c.svg")

    assert words == ["stop (0)"]


def test_one_day_is_one_bar_under_its_date(tmp_path):
    one, bars = drawn(events(("stop", 0.1), ("stop", 0.9)), tmp_path / "one.svg")
    two, more = drawn(events(("stop", 0.1), ("stop", 1.0)), tmp_path / "two.svg")

    assert "stop (2)" in one
    assert "2031-05-01" in one
    assert "2031-05-02" in two
    assert more == bars + 1


@pytest.mark.parametrize("far", [-14_000, 25_000])
def test_days_far_apart(tmp_path, far):
    words, _ = drawn(events(("gap", 0), ("gap", far)), tmp_path / "c.svg")

    assert "gap (2)" in words


@pytest.mark.parametrize("ending", [".svg", ".png", ".SVG"])
@pytest.mark.parametrize("table", [EVENTS.empty_table(), events(("stop", 0)), MANY], ids=["none", "one", "many"])
def test_the_same_events_give_the_same_file(tmp_path, table, ending):
    for name in ("a", "b"):
        events_per_day(table, tmp_path / f"{name}{ending}")

    assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()


def test_what_cannot_be_drawn_is_said(tmp_path):
    for name, words in (
        ("c.jpg", 'cannot draw as ".jpg"'),
        ("c", "cannot draw as"),
        ("none/c.svg", "cannot be written"),
    ):
        with pytest.raises(InputError, match=words) as caught:
            events_per_day(MANY, tmp_path / name)
        assert caught.value.file == str(tmp_path / name)
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        events_per_day(MANY, tmp_path / "folder.svg")
    with pytest.raises(InputError, match="cannot be written"):
        events_per_day(MANY, Path("/proc/none/c.png"))

    assert [path.name for path in tmp_path.iterdir()] == ["folder.svg"]
