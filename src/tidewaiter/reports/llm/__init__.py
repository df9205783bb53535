"""Optional: a language model reads along, and nothing it says is believed without the text.

Off unless a caller gives an `Endpoint`. Any OpenAI-compatible server will do; its key is read from the environment variable
TIDEWAITER_LLM_KEY and from nowhere else.
"""

from __future__ import annotations

from tidewaiter.reports.llm.endpoint import Endpoint
from tidewaiter.reports.llm.extract import extract_with_llm
from tidewaiter.reports.llm.grammar import Grammar
from tidewaiter.reports.llm.merge import merge_claims
from tidewaiter.reports.llm.rejection import Rejection

__all__ = ["Endpoint", "Grammar", "Rejection", "extract_with_llm", "merge_claims"]
