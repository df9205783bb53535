"""Who is named in a sentence as one who speaks."""

from tidewaiter.reports.grammar.speakers.offices import government
from tidewaiter.reports.grammar.speakers.people import People, Voice
from tidewaiter.reports.grammar.speakers.voices import voices

__all__ = ["People", "Voice", "government", "voices"]
