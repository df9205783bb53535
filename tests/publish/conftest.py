from __future__ import annotations

import pytest

pytest.importorskip("matplotlib", reason="the report needs the extra [report]")
pytest.importorskip("jinja2", reason="the report needs the extra [report]")

from publish_world import CASE, make_results

from tidewaiter.publish import publish


@pytest.fixture(scope="session")
def results():
    return make_results()


@pytest.fixture(scope="session")
def report(results, tmp_path_factory):
    """The folder of a full report, built once."""
    return publish(CASE, results, tmp_path_factory.mktemp("world") / "report").parent


@pytest.fixture(scope="session")
def page(report):
    return (report / "index.html").read_text("utf-8")
