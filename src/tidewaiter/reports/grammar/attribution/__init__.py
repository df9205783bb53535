"""Who says so: the chain from the outlet to the true origin, and how far a source reaches beyond its sentence.

Within a sentence, cues tie voices to what is said ("laut X", "X zufolge", "sagte X", "unter Berufung auf X"). A sentence
without a source of its own takes the chain of the sentence before it in the paragraph, or of the report that the lead
named, as long as no other source came in between.
"""

from tidewaiter.reports.grammar.attribution.carry import chains
from tidewaiter.reports.grammar.attribution.chain import NOBODY, Chain

__all__ = ["NOBODY", "Chain", "chains"]
