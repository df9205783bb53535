"""Claims as lines of JSON or rows of CSV, by the field names of the annotation rules."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import msgspec

from tidewaiter.reports.claim import TextClaim

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = tuple(name for name in TextClaim.__struct_fields__ if name != "grounds")
JOINER = "; "
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would read these as formulas
_encoder = msgspec.json.Encoder()


def as_json(claims: Iterable[TextClaim]) -> bytes:
    """Return one claim a line, UTF-8."""
    return b"".join(_encoder.encode(_plain(claim)) + b"\n" for claim in claims)


def from_json(line: bytes | str) -> TextClaim:
    """Read back a line.

    Raises:
        msgspec.ValidationError: it is not one.
    """
    return msgspec.json.decode(line, type=TextClaim)


def as_csv(claims: Iterable[TextClaim], *, header: bool) -> bytes:
    """Return one claim a row, UTF-8; lists are joined by "; ", and nothing can be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    if header:
        writer.writerow(COLUMNS)
    for claim in claims:
        writer.writerow([_cell(getattr(claim, name)) for name in COLUMNS])
    return out.getvalue().encode("utf-8")


def _plain(claim: TextClaim) -> dict[str, Any]:
    fields = msgspec.structs.asdict(claim)
    fields["grounds"] = {k: msgspec.structs.asdict(v) for k, v in sorted(claim.grounds.items())}
    for name in ("low", "high"):
        value = fields[name]
        fields[name] = int(value) if value is not None and float(value).is_integer() else value
    return fields


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        value = JOINER.join(map(str, value))
    if isinstance(value, float):
        return f"{value:.10g}"
    text = str(value)
    return f"'{text}" if text.startswith(_DANGEROUS) and not isinstance(value, int) else text
