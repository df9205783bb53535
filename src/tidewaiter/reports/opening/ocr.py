"""Recognising pages that are images: rendered by pdfium, read by the program tesseract, line by line with boxes."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tidewaiter.reports.opening.flow import joint

if TYPE_CHECKING:
    from collections.abc import Iterable

_DPI = 300
_POINTS = 72
_MOST_PIXELS = 40_000_000
"""Larger pages are rendered coarser: a poster of 300 dpi would fill the memory."""
_PATIENCE = 120.0
"""Seconds for a page."""
_LANGUAGES = ("deu", "eng", "fra", "ukr", "rus", "kor")
_WORD = 5
"""Level of a word in tesseract's table."""


class Line(NamedTuple):
    """A recognised line.

    Attributes:
        text: its words. A word broken by a hyphen at the end of the line is left whole in the line before.
        box: left, top, right, bottom in points from the upper left of the page.
        method: program and languages.
        opens: it is the first line of a paragraph.
    """

    text: str
    box: tuple[float, float, float, float]
    method: str
    opens: bool


def recognise(raw: bytes, pages: list[int]) -> tuple[dict[int, list[Line]], list[str]]:
    """Recognise pages of a PDF.

    Args:
        raw: the PDF.
        pages: their numbers, from 1.

    Returns:
        The lines of each page where any were found, and notes on what was not recognised and why.
    """
    program = shutil.which("tesseract")
    if program is None:
        return {}, [f"{len(pages)} pages hold no text and were not recognised: tesseract is not installed"]
    try:
        import pypdfium2  # noqa: PLC0415 - comes with the extra [ocr]
    except ImportError:
        return {}, [f"{len(pages)} pages hold no text and were not recognised: pip install 'tidewaiter[ocr]'"]
    languages = "+".join(_installed(program)) or "eng"
    found: dict[int, list[Line]] = {}
    failed: list[int] = []
    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError:
        return {}, [f"{len(pages)} pages hold no text and cannot be rendered"]
    try:
        with tempfile.TemporaryDirectory(prefix="tidewaiter-ocr-") as folder:
            for number in pages:
                try:
                    image, scale = _render(document[number - 1])
                    path = Path(folder) / "page.pgm"
                    path.write_bytes(image)
                    lines = read_table(_run(program, path, languages), scale, f"tesseract {languages}")
                except (pypdfium2.PdfiumError, OSError, ValueError, subprocess.SubprocessError):
                    failed.append(number)
                    continue
                if lines:
                    found[number] = lines
    finally:
        document.close()
    notes = [f"recognised by tesseract ({languages}), errors are likely: {len(found)} of {len(pages)} pages"]
    if failed:
        notes.append(f"could not be recognised: pages {', '.join(map(str, failed[:20]))}")
    return found, notes


def read_table(table: str, scale: float, method: str) -> list[Line]:
    """Read tesseract's table of words (tsv) into lines.

    Args:
        table: level, page, block, paragraph, line, word, left, top, width, height, confidence, text; tab separated.
        scale: pixels per point.
        method: to be stated by each line.
    """
    lines: list[Line] = []
    words: list[tuple[str, tuple[int, int, int, int]]] = []
    place: tuple[str, ...] = ()
    paragraph: tuple[str, ...] = ()

    def close() -> None:
        nonlocal paragraph
        if not words:
            return
        boxes = [box for _, box in words]
        corners = (
            min(b[0] for b in boxes),
            min(b[1] for b in boxes),
            max(b[2] for b in boxes),
            max(b[3] for b in boxes),
        )
        left, top, right, bottom = (round(corner / scale, 1) for corner in corners)
        opens = place[:3] != paragraph
        lines.append(Line(" ".join(word for word, _ in words), (left, top, right, bottom), method, opens))
        paragraph = place[:3]
        words.clear()

    for row in table.splitlines():
        cells = row.split("\t")
        if len(cells) != 12 or cells[0] != str(_WORD) or not cells[11].strip():
            continue
        if tuple(cells[1:5]) != place:
            close()
            place = tuple(cells[1:5])
        left, top, width, height = (int(cell) for cell in cells[6:10])
        words.append((cells[11].strip(), (left, top, left + width, top + height)))
    close()
    return _whole_words(lines)


def _whole_words(lines: list[Line]) -> list[Line]:
    """Move the rest of a word broken by a hyphen up to the line where it begins."""
    whole: list[Line] = []
    for line in lines:
        text = line.text
        if whole and not line.opens and joint(whole[-1].text, text)[0]:
            rest, _, text = text.partition(" ")
            whole[-1] = whole[-1]._replace(text=whole[-1].text[:-1] + rest)
        if text:
            whole.append(line._replace(text=text))
    return whole


def _render(page: Any) -> tuple[bytes, float]:
    """Render a page grey, as a PGM image; return it with its pixels per point."""
    width, height = page.get_size()
    scale = min(_DPI / _POINTS, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    rows = memoryview(bitmap.buffer).cast("B")
    stride = bitmap.stride
    pixels = b"".join(_grey(rows[y * stride : y * stride + bitmap.width * bitmap.n_channels], bitmap.n_channels)
                      for y in range(bitmap.height))  # fmt: skip
    header = f"P5 {bitmap.width} {bitmap.height} 255\n".encode()
    bitmap.close()
    return header + pixels, scale


def _grey(row: memoryview, channels: int) -> bytes:
    return bytes(row[::channels])


def _run(program: str, image: Path, languages: str) -> str:
    command = [program, str(image), "stdout", "-l", languages, "--dpi", str(_DPI), "tsv"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=_PATIENCE)
    return done.stdout.decode("utf-8", "replace")


@cache
def _installed(program: str) -> tuple[str, ...]:
    """Return which of the six languages tesseract can read here."""
    try:
        done = subprocess.run([program, "--list-langs"], capture_output=True, check=True, timeout=_PATIENCE)
    except (OSError, subprocess.SubprocessError):
        return ()
    known: Iterable[str] = done.stdout.decode("utf-8", "replace").split()
    return tuple(language for language in _LANGUAGES if language in known)
