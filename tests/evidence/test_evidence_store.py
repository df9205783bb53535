from __future__ import annotations

import errno
import hashlib
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tidewaiter.errors import CaseBusy, EvidenceError, StorageFull, StoreDamaged, UnknownId
from tidewaiter.evidence import Store, verify
from tidewaiter.evidence.layout import clean_name, head_path, log_path, object_path

if TYPE_CHECKING:
    from pathlib import Path

LOOKS = "inputs/looks.csv"


def add(root: Path, name: str = LOOKS, **said: object) -> str:
    with Store.open(root) as store:
        return store.add(root / name, name=name, **said).sha256


def lines(root: Path) -> list[bytes]:
    return log_path(root).read_bytes().splitlines()


def test_stored_bytes_lie_read_only_under_their_hash(case: Path) -> None:
    sha256 = add(case)
    assert sha256 == hashlib.sha256((case / LOOKS).read_bytes()).hexdigest()
    with Store.open(case, write=False) as store:
        path = store.path(sha256)
        assert path == case / ".tidewaiter/objects/sha256" / sha256[:2] / sha256[2:]
        assert path.read_bytes() == (case / LOOKS).read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o444
        assert store.evidence()[sha256].name == LOOKS


def test_same_bytes_and_name_are_logged_once_another_name_again(case: Path) -> None:
    add(case)
    add(case)
    assert len(lines(case)) == 1
    (case / "inputs/copy.csv").write_bytes((case / LOOKS).read_bytes())
    sha256 = add(case, "inputs/copy.csv")
    assert len(lines(case)) == 2
    assert verify(case).objects == 1
    with Store.open(case, write=False) as store:
        assert store.evidence()[sha256].name == "inputs/copy.csv"


def test_what_was_said_holds_until_something_else_is_said(case: Path) -> None:
    sha256 = add(case, url="https://example.org/1", sensitive=True)
    add(case)
    assert len(lines(case)) == 1
    add(case, licence="CC0")
    with Store.open(case, write=False) as store:
        item = store.evidence()[sha256]
    assert (item.url, item.licence, item.sensitive) == ("https://example.org/1", "CC0", True)


def test_sensitive_bytes_stay_sensitive_under_another_name(case: Path) -> None:
    add(case, sensitive=True)
    (case / "inputs/copy.csv").write_bytes((case / LOOKS).read_bytes())
    sha256 = add(case, "inputs/copy.csv")
    with Store.open(case, write=False) as store:
        assert store.evidence()[sha256].sensitive


def test_a_second_writer_is_refused_at_once_and_told_who_writes(case: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tidewaiter.evidence import Store; Store.open(Path(sys.argv[1]))"
    )
    with Store.open(case):
        done = subprocess.run([sys.executable, "-c", program, case], capture_output=True, text=True, check=False)
        assert "CaseBusy" in done.stderr
        assert f"process {os.getpid()} is working" in done.stderr
        with pytest.raises(CaseBusy):
            Store.open(case)
        assert verify(case).clean  # readers need no lock
    Store.open(case).close()


def test_other_records_go_into_the_same_chain(case: Path) -> None:
    with Store.open(case) as store:
        store.record("run", seed=1, versions={"a": "1"})
        with pytest.raises(ValueError, match="written by the store itself"):
            store.record("collected")
        with pytest.raises(ValueError, match="lower-case"):
            store.record("Not A Kind")
        with pytest.raises(ValueError, match="not representable"):
            store.record("run", number=float("nan"))
        store.record("run", seed=2)
    assert verify(case).lines == 2
    assert verify(case).clean


def test_a_store_opened_for_reading_refuses_to_write(case: Path) -> None:
    with Store.open(case, write=False) as store, pytest.raises(EvidenceError, match="not open for writing"):
        store.add(case / LOOKS, name=LOOKS)
    assert not (case / ".tidewaiter").exists()


@pytest.mark.parametrize(
    "name", ["", ".", "/etc/passwd", "../x", "a/../../x", "a\nb", "a\x1b[2J", "a\u202eb", "a\\b", "x" * 2000]
)
def test_names_that_lead_elsewhere_or_hide_something_are_refused(name: str) -> None:
    with pytest.raises(EvidenceError):
        clean_name(name)


def test_names_are_kept_in_any_script() -> None:
    assert clean_name("./inputs//Раджин 나진.csv") == "inputs/Раджин 나진.csv"


def test_a_link_out_of_the_case_is_refused_one_inside_is_followed(case: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("key")
    (case / "inputs/out.csv").symlink_to(tmp_path / "secret")
    (case / "inputs/in.csv").symlink_to(case / LOOKS)
    (case / "elsewhere").symlink_to(tmp_path)
    for name in ("inputs/out.csv", "elsewhere/secret"):
        with pytest.raises(EvidenceError, match="leads out of the case"):
            add(case, name)
    add(case, "inputs/in.csv")


def test_only_regular_files_below_the_limit_are_taken(case: Path) -> None:
    os.mkfifo(case / "inputs/pipe")
    with Store.open(case) as store:
        for name, words in (
            ("inputs", "is a folder"),
            ("inputs/pipe", "not a regular file"),
            ("inputs/no", "No such file"),
        ):
            with pytest.raises(EvidenceError, match=words):
                store.add(case / name, name=name)
        with pytest.raises(EvidenceError, match="the limit is 5"):
            store.add(case / LOOKS, name=LOOKS, limit=5)
        with pytest.raises(EvidenceError, match="belongs to the store"):
            store.add(log_path(case), name="log.jsonl")
    assert verify(case).objects == 0


def test_a_file_that_changes_while_it_is_read_is_refused(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = os.read

    def growing(fd: int, size: int) -> bytes:
        data = read(fd, size)
        with (case / LOOKS).open("ab") as file:
            file.write(b"L9,quay\n")
        return data

    with Store.open(case) as store:
        monkeypatch.setattr(os, "read", growing)
        with pytest.raises(EvidenceError, match="changed while it was read"):
            store.add(case / LOOKS, name=LOOKS)
        monkeypatch.undo()
        assert store.add(case / LOOKS, name=LOOKS)


def test_an_unlogged_object_is_adopted_only_if_it_is_what_its_name_says(case: Path) -> None:
    data = (case / LOOKS).read_bytes()
    path = object_path(case, hashlib.sha256(data).hexdigest())
    path.parent.mkdir(parents=True)
    path.write_bytes(data[::-1])
    with pytest.raises(StoreDamaged, match="not what its name says"):
        add(case)
    path.write_bytes(data)
    path.chmod(0o444)
    assert [n.kind for n in verify(case).notices] == ["unlogged object"]
    add(case)
    found = verify(case)
    assert (found.problems, found.notices) == ((), ())


def test_missing_and_unknown_objects_are_told_apart(case: Path) -> None:
    sha256 = add(case)
    object_path(case, sha256).unlink()
    with Store.open(case) as store:
        with pytest.raises(StoreDamaged, match="missing"):
            store.path(sha256)
        with pytest.raises(UnknownId):
            store.path("0" * 64)
        store.add(case / LOOKS, name=LOOKS)  # gives the bytes back
        assert store.path(sha256).is_file()
    assert len(lines(case)) == 1


def test_a_store_that_is_a_link_is_refused(case: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (case / ".tidewaiter").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreDamaged, match="symbolic link"):
        Store.open(case)
    assert not verify(case).clean
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_a_disk_that_refuses_loses_nothing_acknowledged(
    case: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    first = add(case)
    (case / "inputs/new.csv").write_text("new\n")
    real = getattr(os, call)
    refused = 0
    for allowed in range(20):
        left = allowed

        def refusing(*args: object, **options: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise OSError(code, os.strerror(code))
            return real(*args, **options)

        store = Store.open(case)
        monkeypatch.setattr(os, call, refusing)
        error: EvidenceError | None = None
        try:
            with store:
                store.add(case / "inputs/new.csv", name=f"inputs/new{allowed}.csv")
        except EvidenceError as raised:
            error = raised
        finally:
            monkeypatch.undo()
        if error is None:
            break
        refused += 1
        assert isinstance(error, StorageFull) == (code in {errno.ENOSPC, errno.EDQUOT})
        assert error.hint
        assert not list((case / ".tidewaiter").rglob("*tidewaiter-tmp"))
        with Store.open(case) as reopened:
            assert first in reopened.evidence()
        assert verify(case).clean
    assert refused >= 1


def refuse(fd: int) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_failed_write_stops_this_writer(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(case) as store:
        monkeypatch.setattr(os, "fsync", refuse)
        with pytest.raises(EvidenceError):
            store.record("run")
        monkeypatch.undo()
        with pytest.raises(EvidenceError, match="an earlier write failed"):
            store.record("run")
    with Store.open(case) as store:
        store.record("run")
    assert verify(case).clean


def test_the_head_can_be_deleted_and_comes_back(case: Path) -> None:
    add(case)
    head = head_path(case).read_bytes()
    head_path(case).unlink()
    found = verify(case)
    assert found.clean
    assert [n.kind for n in found.notices] == ["missing head"]
    Store.open(case).close()
    assert head_path(case).read_bytes() == head


def test_a_case_that_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="not a folder"):
        Store.open(tmp_path / "no")
    with pytest.raises(EvidenceError, match="not a folder"):
        verify(tmp_path / "no")
