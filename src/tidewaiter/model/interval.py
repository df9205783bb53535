"""A span of time."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time

import msgspec


class Interval(msgspec.Struct, frozen=True, order=True):
    """Half-open span ``[start, end)``; both ends are aware UTC datetimes, None leaves an end open."""

    start: datetime | None = None
    end: datetime | None = None


class Window(Interval, frozen=True, order=True):
    """A span of which both ends are known."""

    start: datetime
    end: datetime
