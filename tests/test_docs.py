"""The documents say what the commands do, and lead where they say."""

import re
import runpy
from pathlib import Path

import pytest

from tidewaiter.cli import VERBS
from tidewaiter.cli import tidewaiter as command

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(page):
    """Anchors of the headings of a page, as code hosts make them."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", h.casefold()).strip().replace(" ", "-") for h in HEADING.findall(text)}


def test_cli_page_is_current():
    made = runpy.run_path(str(ROOT / "docs" / "make_cli.py"))["page"]()

    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == made, "run: python docs/make_cli.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            assert target.startswith("https://"), target
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.is_relative_to(ROOT), target
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there), target


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_documented(verb):
    assert f"tidewaiter-{verb}" in anchors(ROOT / "docs" / "cli.md")
    assert command.get_command(None, verb).help


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_no_page_promises_a_verb_that_does_not_exist(page):
    text = page.read_text(encoding="utf-8")

    promised = set(re.findall(r"(?:^|`)tidewaiter ([a-z]+)", text, re.MULTILINE))

    assert promised <= set(VERBS)


def test_every_page_is_on_the_map():
    listed = set(LINK.findall((ROOT / "docs" / "index.md").read_text(encoding="utf-8")))

    assert {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"} <= listed


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_generated_parts_are_closed(page):
    """A table that a script writes stands between two marks, or the script would eat what follows."""
    text = page.read_text(encoding="utf-8")

    assert text.count("<!-- generated -->") == text.count("<!-- /generated -->")
