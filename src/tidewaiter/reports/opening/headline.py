"""The headline of a text that does not name one: its first line, where it looks like one."""

from __future__ import annotations

import re

from tidewaiter.reports.document import Known
from tidewaiter.reports.opening.dates import is_date_line

_NEAR = 2000
_WORD = re.compile(r"\w+")
_BLANK = "\ufeff \t\r\n\v\f\xa0\u200b\u200e\u200f"


def first_line(text: str) -> Known | None:
    """Return the first non-empty line as a title, None when it reads like a sentence, a date or an address.

    A title has two to forty words, does not end like a sentence, and more text follows it.
    """
    start = len(text[:_NEAR]) - len(text[:_NEAR].lstrip(_BLANK))
    line = text[start : start + 400].splitlines()[0].rstrip(_BLANK) if start < len(text) else ""
    if not line or len(line) > 250 or not text[start + len(line) : start + len(line) + 4 * _NEAR].strip(_BLANK):
        return None
    words = len(_WORD.findall(line))
    sentence = line.endswith((".", ";", ",", "다")) and not line.endswith("...")
    if not 2 <= words <= 40 or sentence or "://" in line or is_date_line(line):
        return None
    return Known(line, "first line", start, start + len(line))
