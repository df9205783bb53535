from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A case folder with one input of three rows."""
    root = tmp_path / "case"
    (root / "inputs").mkdir(parents=True)
    (root / "case.toml").write_text('title = "test"\n')
    (root / "inputs" / "looks.csv").write_text("look_id,place\nL1,quay\nL2,quay\nL3,quay\n")
    return root
