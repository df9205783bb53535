"""The claim grammar: one idea a file, words of all languages as data.

text, line         sentences, words and what they mean (lexicon)
numbers, times     how many, when
counted, frames    of what, what happened to it, from where to where
voices, attribution    who says so
draft, fields, stated, unstated, context    claims in the making
extract            the door; reread: the grammar asked about a few words
"""

from tidewaiter.reports.grammar.extract import METHOD, extract
from tidewaiter.reports.grammar.reread import OwnGrammar

__all__ = ["METHOD", "OwnGrammar", "extract"]
