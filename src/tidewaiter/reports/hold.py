"""A document from a text in hand, without a file."""

from __future__ import annotations

from tidewaiter.reports.document import Document, Known
from tidewaiter.reports.language import detect


def hold(name: str, text: str, *, published: str = "", outlet: str = "", language: str = "") -> Document:
    """Return a document of a text.

    Args:
        name: what to call it; ids of its claims begin so.
        text: as it stands; claims count its characters.
        published: ISO date, "" when unknown; relative times need it.
        outlet: who publishes it, "" when unknown.
        language: "" = told from the text.
    """
    found, sure = (language, 1.0) if language else detect(text)
    return Document(
        name=name,
        text=text,
        language=found,
        language_score=sure,
        published=Known(published, "given") if published else None,
        outlet=Known(outlet, "given") if outlet else None,
    )
