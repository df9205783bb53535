"""Reading what people publish: from a text to quantified claims, with who said so, and which of them are one voice.

    file ──► opening ──► Document ──► extract ──► claims ──► merge ──► groups of one origin, contradictions, drift

Offline and deterministic; no model is downloaded. Words of a language are data (languages/).
"""

from tidewaiter.reports.claim import Ground, TextClaim
from tidewaiter.reports.document import Document, Known, Part
from tidewaiter.reports.grammar.extract import extract
from tidewaiter.reports.hold import hold

__all__ = ["Document", "Ground", "Known", "Part", "TextClaim", "extract", "hold"]
