"""Evidence, where a reading stands in it, and the numbers that rest on it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time
from typing import Any, Literal

import msgspec

Status = Literal["supported", "asserted", "disputed", "withdrawn"]


class Locator(msgspec.Struct, frozen=True):
    """Where in an artifact a reading stands.

    Attributes:
        evidence: SHA-256 of the artifact, 64 hex digits.
        row: data row of a table, the first one under the header is 1; of a text, which of its claims; else None.
        line: line of the file on which that row starts, counted from 1.
        column: column name, when one cell is meant.
        start, end: code points ``[start, end)`` of a text.
    """

    evidence: str
    row: int | None = None
    line: int | None = None
    column: str | None = None
    start: int | None = None
    end: int | None = None


class Evidence(msgspec.Struct, frozen=True):
    """An original, stored once under its hash.

    Attributes:
        sha256: 64 hex digits, the address of the bytes.
        name: path inside the case when it came in, POSIX form.
        size: bytes.
        added: when we took it in, aware UTC.
        url, published, licence, collector: what the user said of it, empty when unsaid.
        sensitive: leaves no trace but its hash in a public export.
    """

    sha256: str
    name: str
    size: int
    added: datetime
    url: str = ""
    published: str = ""
    licence: str = ""
    collector: str = ""
    sensitive: bool = False


class Measurement(msgspec.Struct, frozen=True):
    """A number the system stands for. Intervals are equal-tailed; an exact count has low = value = high.

    Attributes:
        measurement_id: stable, readable: ``calls.total``, ``containers.2023-11``, ``rounds.total.documents``.
        name: what it is, in words.
        value: median, or the exact value.
        low, high: ends of the interval at `level`.
        low_50 … high_80: the same at 50 % and 80 %; None for exact values.
        unit: singular English noun: call, voyage, container, round, day, percent.
        scenario: id of the content scenario, empty when the number does not depend on one.
        period_start, period_end: ISO dates, ``[start, end)``, empty when it has no period.
        method: name and version, as ``voyages.hsmm/1``.
        parameters: what the method was given, for reproduction.
        inputs: ids of measurements or readings (``looks/L001``) it was computed from.
        status: saved as asserted when `inputs` is empty.
    """

    measurement_id: str
    name: str
    value: float
    unit: str
    method: str
    inputs: tuple[str, ...]
    low: float | None = None
    high: float | None = None
    level: float | None = None
    low_50: float | None = None
    high_50: float | None = None
    low_80: float | None = None
    high_80: float | None = None
    scenario: str = ""
    period_start: str = ""
    period_end: str = ""
    parameters: dict[str, Any] = {}
    status: Status = "supported"
    note: str = ""
