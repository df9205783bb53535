"""What the package shows, what it loads, and which room may know which."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tidewaiter

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "tidewaiter"
HEAVY = ("numba", "numpy", "pyarrow", "matplotlib", "jinja2", "shapely", "scipy", "rich")

ALLOWED = {
    "errors": set(),
    "model": set(),
    "numbers": {"model"},
    "inference": {"model"},
    "case": {"errors", "model"},
    "evidence": {"errors", "model", "numbers"},
    "readings": {"case", "errors", "model"},
    "reports": {"errors"},
    "compiled": set(),
    "tracks": {"compiled", "errors", "model"},
    "voyages": {"compiled", "errors", "inference", "model"},
    "tally": {"case", "errors", "inference", "model"},
    "publish": {"errors", "inference", "model", "numbers"},
    "simulate": {"errors", "inference", "model"},
    "pipeline": {
        "case",
        "errors",
        "evidence",
        "inference",
        "model",
        "publish",
        "readings",
        "reports",
        "tally",
        "tracks",
        "voyages",
    },
    "cli": {"case", "errors", "evidence", "model", "pipeline", "publish", "reports", "simulate", "tracks"},
    "tidewaiter": {"case", "errors", "evidence", "model", "pipeline"},
}
"""Room -> rooms it may import. The same table stands in docs/design.md; a new arrow has to be drawn in both."""
READERS = {"tracks", "scenes", "reports", "voyages", "tally"}
"""Rooms that do not know one another: they meet in the tables of `model` only."""


def test_all_is_sorted_and_complete():
    assert tidewaiter.__all__ == sorted(tidewaiter.__all__)
    assert dir(tidewaiter) == tidewaiter.__all__
    assert {*tidewaiter._HOME, "__version__"} == set(tidewaiter.__all__)


@pytest.mark.parametrize("name", tidewaiter.__all__)
def test_every_door_opens_on_what_it_names(name):
    door = getattr(tidewaiter, name)

    assert door is not None
    if name != "__version__":
        assert door.__name__ == name
        assert door.__doc__


def test_type_checkers_see_the_same_doors():
    tree = ast.parse((SOURCE / "__init__.py").read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name: node.module.split(".")[1] for node in block.body for alias in node.names}

    assert seen == tidewaiter._HOME


def test_unknown_door_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'shipment'"):
        tidewaiter.shipment  # noqa: B018


@pytest.mark.parametrize(
    "code",
    [
        "import tidewaiter",
        "from tidewaiter.cli import tidewaiter as c; c(['--help'], standalone_mode=False)",
        "from tidewaiter.cli import tidewaiter as c; c(['run', '--help'], standalone_mode=False)",
        "from tidewaiter.cli import tidewaiter as c; c(['simulate', '--help'], standalone_mode=False)",
        "from tidewaiter.cli import tidewaiter as c; c(['reports', 'review', '--help'], standalone_mode=False)",
    ],
)
def test_start_is_light(code):
    check = f"import sys\n{code}\nprint('LOADED', *[m for m in {HEAVY!r} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1].split() == ["LOADED"]


def room_of(path):
    """Return the room of a file: its folder, or its own name for a file at the top."""
    inside = path.relative_to(SOURCE)
    if len(inside.parts) > 1:
        return inside.parts[0]
    return "tidewaiter" if inside.stem == "__init__" else inside.stem


def imports_of(path):
    """Yield the rooms that a file imports anywhere in it, and the line."""
    rooms = {room_of(p) for p in SOURCE.rglob("*.py")}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the room's name"
            modules = [node.module, *(f"{node.module}.{a.name}" for a in node.names if node.module == "tidewaiter")]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        else:
            continue
        for module in modules:
            top, *rest = module.split(".")
            if top == "tidewaiter" and rest and rest[0] in rooms:
                yield rest[0], node.lineno


def arrows():
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for room, line in imports_of(path):
            if room != room_of(path):
                found.setdefault((room_of(path), room), f"{path.relative_to(ROOT)}, line {line}")
    return found


def test_no_room_knows_more_than_it_may():
    undrawn = {arrow: where for arrow, where in arrows().items() if arrow[1] not in ALLOWED.get(arrow[0], set())}

    assert undrawn == {}


def test_every_drawn_arrow_is_used():
    drawn = {(room, other) for room, others in ALLOWED.items() for other in others}

    assert drawn - set(arrows()) == set()


def test_readers_of_evidence_do_not_know_one_another():
    for room in READERS & set(ALLOWED):
        assert not ALLOWED[room] & READERS


def test_only_the_pipeline_joins_rooms():
    """A verb may call a reader of evidence (its commands work without a case too), but no file of the rest joins two."""
    for room, others in ALLOWED.items():
        if room not in {"pipeline", "cli"}:
            assert len(others & (READERS | {"readings"})) == 0, room
    for path in sorted((SOURCE / "cli").glob("*.py")):
        assert len({room for room, _ in imports_of(path)} & (READERS | {"readings"})) <= 1, path


def test_design_page_draws_the_same_arrows():
    lines = (ROOT / "docs" / "design.md").read_text(encoding="utf-8").splitlines()
    drawn = {}
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 3:
            drawn[cells[0].strip("`")] = {name.strip(" `") for name in cells[1].split(",")} - {"nothing"}

    assert drawn == ALLOWED
