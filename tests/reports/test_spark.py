"""The same rows on Spark as in one process."""

import shutil
import sys

import pytest

from tidewaiter.errors import InputError
from tidewaiter.reports.bulk import extract_files, find_files
from tidewaiter.reports.spark import extract_files_on_spark

TEXT = (
    "Nach Angaben der NATO lieferte Iran im vergangenen Jahr {} Raketen an Russland, und die Schiffe sind angekommen."
)


@pytest.fixture(scope="module")
def session():
    sql = pytest.importorskip("pyspark.sql", reason="needs the extra [spark]")
    pytest.importorskip("pandas", reason="Spark hands over Arrow batches only where pandas is installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not here")
    patch = pytest.MonkeyPatch()
    patch.setenv("PYSPARK_PYTHON", sys.executable)
    builder = sql.SparkSession.builder.master("local[2]").appName("tests").config("spark.ui.enabled", "false")
    found = (
        builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1").getOrCreate()
    )
    yield found
    found.stop()
    patch.undo()


@pytest.fixture
def files(tmp_path):
    root = tmp_path / "texts"
    root.mkdir()
    for number in range(150):
        (root / f"{number:03}.txt").write_text(TEXT.format(100 + number), encoding="utf-8")
    return [*find_files([root]), tmp_path / "absent.txt"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_rows_equal_those_of_one_process(session, files, tmp_path, suffix):
    here, there = tmp_path / f"here.{suffix}", tmp_path / f"there.{suffix}"
    alone = extract_files(files, here, published="2024-05-15", jobs=1)
    dealt = extract_files_on_spark(files, there, published="2024-05-15", session=session)
    assert dealt == alone
    assert there.read_bytes() == here.read_bytes()
    assert dealt.claims == len(files) - 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_an_output_of_no_known_kind_is_refused(session, files, tmp_path):
    with pytest.raises(InputError, match="claims are written to"):
        extract_files_on_spark(files, tmp_path / "claims.parquet", session=session)


def test_without_spark_the_reason_is_said(files, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(InputError, match="not installed") as refused:
        extract_files_on_spark(files, tmp_path / "claims.jsonl")
    assert "spark" in refused.value.hint
