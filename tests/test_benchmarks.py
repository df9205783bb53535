"""What the benchmarks compare computes the same thing, and what they measure is a process of its own."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

BENCH = runpy.run_path(str(Path(__file__).resolve().parent.parent / "benchmarks" / "run.py"))


def test_kernel_and_plain_filters_agree_on_the_likelihood():
    model = BENCH["one_vessel"]()

    by_kernel = BENCH["draw_path"](model, np.random.default_rng(1))

    assert BENCH["filter_numpy"](model) == pytest.approx(BENCH["filter_python"](model), rel=1e-12)
    assert by_kernel == pytest.approx(BENCH["filter_numpy"](model), rel=1e-6)


def test_filters_notice_evidence():
    model = BENCH["one_vessel"]()
    louder = model._replace(evidence=model.evidence.copy())
    louder.evidence[1, 100] *= 50.0

    assert BENCH["filter_numpy"](louder) != pytest.approx(BENCH["filter_numpy"](model), rel=1e-3)


def test_memory_is_that_of_the_command_alone():
    ballast = np.ones(40_000_000)  # 320 MB here must not count there

    used = BENCH["measure"]([sys.executable, "-c", "x = bytearray(60_000_000)"])

    assert ballast.any()
    assert 60 < used.memory_mb < 250
    assert used.cpu_s > 0


def test_a_failing_command_is_shown():
    with pytest.raises(RuntimeError, match="no such thing"):
        BENCH["measure"]([sys.executable, "-c", "raise SystemExit('no such thing')"])
