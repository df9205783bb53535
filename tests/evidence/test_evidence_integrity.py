"""Whatever one byte is changed, it is found and named; whatever a crash leaves, nothing acknowledged is lost."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tidewaiter.errors import StoreDamaged
from tidewaiter.evidence import Store, verify
from tidewaiter.evidence.layout import head_path, log_path, object_path


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sample")
    (root / "case.toml").write_text("")
    (root / "a.txt").write_bytes(b"one\r\ntwo\0\xff")
    (root / "б.txt").write_text("три")
    with Store.open(root) as store:
        store.add(root / "a.txt", name="a.txt", url='https://example.org/?a="1"')
        store.add(root / "б.txt", name="б.txt")
        store.record("run", seed=1, level=0.95)
    assert verify(root).clean
    return root


def copied(root: Path) -> Path:
    target = Path(tempfile.mkdtemp()) / "case"
    shutil.copytree(root, target)
    return target


def test_every_byte_of_the_log_every_line_named(sample: Path) -> None:
    root = copied(sample)
    log = log_path(root)
    good = log.read_bytes()
    line = 1
    for at, byte in enumerate(good):
        flip = (0x01, 0x20, 0x80)[at % 3]
        log.write_bytes(good[:at] + bytes([byte ^ flip]) + good[at + 1 :])
        found = verify(root)
        assert not found.clean, (at, flip)
        assert found.problems[0].where == f".tidewaiter/log.jsonl, line {line}", (at, flip)
        line += byte == 0x0A
    shutil.rmtree(root.parent)


@given(data=st.data(), flip=st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_any_flip_anywhere_is_found_and_never_repaired(sample: Path, data: st.DataObject, flip: int) -> None:
    root = copied(sample)
    try:
        objects = sorted(p for p in (root / ".tidewaiter/objects").rglob("*") if p.is_file())
        path = data.draw(st.sampled_from([log_path(root), head_path(root), *objects]))
        content = bytearray(path.read_bytes())
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] ^= flip
        path.chmod(0o644)
        path.write_bytes(content)
        if path in objects:
            path.chmod(0o444)
        found = verify(root)
        assert not found.clean
        named = {path} if path != head_path(root) else {path, log_path(root)}  # the two differ: either may be named
        assert any(p.relative_to(root).as_posix() in found.problems[0].where for p in named)
        assert path.read_bytes() == content
        if path not in objects:
            with pytest.raises(StoreDamaged, match="|".join(p.name for p in named)):
                Store.open(root)
            assert path.read_bytes() == content
    finally:
        shutil.rmtree(root.parent)


@given(cut=st.integers(1, 2000))
@example(cut=1)
@settings(max_examples=40, deadline=None)
def test_a_log_cut_at_its_end_is_noticed(sample: Path, cut: int) -> None:
    root = copied(sample)
    try:
        good = log_path(root).read_bytes()
        log_path(root).write_bytes(good[: max(0, len(good) - cut)])
        assert not verify(root).clean
        if cut > 1:
            with pytest.raises(StoreDamaged):
                Store.open(root)
        else:  # only the newline is gone: the line is whole, so it is finished, and that is said
            Store.open(root).close()
            assert verify(root).clean
            assert log_path(root).read_bytes().startswith(good)
            assert b'"recovered"' in log_path(root).read_bytes()
    finally:
        shutil.rmtree(root.parent)


def unacknowledged(sample: Path) -> tuple[Path, bytes, bytes]:
    """A case whose last log line is written but whose head still names the line before."""
    root = copied(sample)
    head = head_path(root).read_bytes()
    with Store.open(root) as store:
        store.record("run", seed=2, text="x" * 40)
    good = log_path(root).read_bytes()
    end = good[:-1].rindex(b"\n") + 1
    head_path(root).write_bytes(head)
    return root, good[:end], good[end:]


def test_a_torn_append_is_cut_off_and_said(sample: Path) -> None:
    root, before, line = unacknowledged(sample)
    head = head_path(root).read_bytes()
    for length in (*range(1, len(line) - 20, 7), *range(len(line) - 20, len(line))):
        log_path(root).write_bytes(before + line[:length])
        head_path(root).write_bytes(head)
        assert [p.kind for p in verify(root).problems] == ["torn line"]
        Store.open(root).close()
        assert verify(root).clean
        after = log_path(root).read_bytes()
        assert hashlib.sha256(line[:length]).hexdigest().encode() in after.splitlines()[-1]
        whole = length == len(line) - 1
        assert after.startswith(before + line if whole else before + b'{"fields":{"done":"cut off"')
    shutil.rmtree(root.parent)


def test_a_tail_of_zeros_is_torn_but_a_tail_of_anything_else_is_damage(sample: Path) -> None:
    root, before, line = unacknowledged(sample)
    head = head_path(root).read_bytes()
    for tail in (b"\0" * 50, line[:60] + b"\0" * 9):
        log_path(root).write_bytes(before + tail)
        head_path(root).write_bytes(head)
        Store.open(root).close()
        assert verify(root).clean
    for tail in (b"hello", line[:-1] + b"\x0b", b"x" * (2 << 20)):
        log_path(root).write_bytes(before + tail)
        head_path(root).write_bytes(head)
        assert not verify(root).clean
        with pytest.raises(StoreDamaged, match="line 4"):
            Store.open(root)
    shutil.rmtree(root.parent)


def test_lines_exchanged_repeated_or_taken_out_are_named(sample: Path) -> None:
    root = copied(sample)
    one, two, three = log_path(root).read_bytes().splitlines(keepends=True)
    for content, line in (
        (two + one + three, 1),
        (one + one + two + three, 2),
        (one + three, 2),
        (one + b"\n" + two + three, 2),
        (one + two.replace(b"\n", b"\r\n") + three, 2),
        (two + three, 1),
    ):
        log_path(root).write_bytes(content)
        assert verify(root).problems[0].where.endswith(f"line {line}")
    log_path(root).unlink()
    assert [p.kind for p in verify(root).problems] == ["log cut short"]
    shutil.rmtree(root.parent)


def test_changes_in_the_store_are_named(sample: Path) -> None:
    root = copied(sample)
    sha256 = hashlib.sha256((root / "a.txt").read_bytes()).hexdigest()
    path = object_path(root, sha256)
    where = path.relative_to(root).as_posix()
    path.chmod(0o644)
    assert [(p.kind, p.where) for p in verify(root).problems] == [("wrong mode", where)]
    path.unlink()
    missing = verify(root).problems
    assert [(p.kind, p.where) for p in missing] == [("missing object", where)]
    assert "a.txt" in missing[0].message
    path.symlink_to(root / "a.txt")
    assert {p.kind for p in verify(root).problems} == {"foreign file", "missing object"}
    path.unlink()
    (path.parent / "notes.txt").write_text("")
    assert "foreign file" in {p.kind for p in verify(root).problems}
    shutil.rmtree(root.parent)


DRIVER = """
import json, os, signal, sys
from pathlib import Path
from tidewaiter.evidence import Store
top, after = Path(sys.argv[1]), sys.argv[2] == "after"
allowed = 0

def watched(name):
    real = getattr(os, name)
    def call(*args, **options):
        global allowed
        allowed -= 1
        if allowed < 0 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        done = real(*args, **options)
        if allowed < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    setattr(os, name, call)

def add_two(root, say):
    real = os.write
    for name in ("write", "fsync", "replace", "mkdir", "fchmod"):
        watched(name)
    with Store.open(root) as store:
        for name in ("one.txt", "two.txt"):
            real(say, store.add(root / name, name=name).sha256.encode() + b" ")

for point in range(200):
    root = top / str(point)
    root.mkdir()
    for name in ("one.txt", "two.txt"):
        (root / name).write_text(name * 9)
    hear, say = os.pipe()
    child = os.fork()
    if child == 0:
        allowed = point
        add_two(root, say)
        os._exit(0)
    os.close(say)
    _, status = os.waitpid(child, 0)
    with os.fdopen(hear) as heard:
        acknowledged = heard.read().split()
    print(json.dumps({"case": str(root), "killed": os.WIFSIGNALED(status), "acknowledged": acknowledged}), flush=True)
    if status == 0:
        break
    assert os.WIFSIGNALED(status), status
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path: Path, when: str) -> None:
    """A process is killed before or after each write, sync, rename, mkdir and chmod of two adds."""
    done = subprocess.run([sys.executable, "-c", DRIVER, tmp_path, when], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    points = [json.loads(line) for line in done.stdout.splitlines()]
    assert [p["killed"] for p in points] == [True] * (len(points) - 1) + [False]
    assert len(points) > 20
    for point in points:
        root = Path(point["case"])
        with Store.open(root) as store:
            assert set(point["acknowledged"]) <= set(store.evidence())
            assert verify(root).clean
            for name in ("one.txt", "two.txt"):
                store.add(root / name, name=name)
        found = verify(root)
        assert (found.problems, found.notices, found.objects) == ((), (), 2)
