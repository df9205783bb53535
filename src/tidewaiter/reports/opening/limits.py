"""How much of a file is taken in, so that a hostile or broken one costs bounded time and memory."""

from __future__ import annotations

MOST_BYTES = 100 * 2**20
"""A text, PDF or MHTML file; a larger one is refused."""

MOST_CHARACTERS = 5_000_000
"""Claims are read from so many characters of a document; a note of the document says when it holds more."""

MOST_MARKUP = 10 * 2**20
"""An HTML page. A larger one is no news article; it is refused."""

MOST_ELEMENTS = 20_000
"""Elements of a page in which its article is looked for, which takes quadratic time; articles have some thousand. Of
a page with more, all visible text is given, with a note."""

MOST_ARCHIVE = 2**30
"""A WACZ file as it lies on the disk."""

MOST_UNPACKED = 2**30
"""All that is unpacked from one WACZ file. What lies behind is not read; a note says so."""

MOST_RATIO = 200
"""Unpacked bytes per packed byte, once more than `RATIO_FROM` were unpacked. News pages reach 20, zip bombs 1000."""

RATIO_FROM = 16 * 2**20
"""So many unpacked bytes are harmless at any ratio."""

MOST_PAGES = 5_000
"""Pages of a PDF; a note says when there are more."""

MOST_OCR_PAGES = 300
"""Pages of a PDF that are recognised from their image; a note says when more would have needed it."""

MOST_WEB_PAGES = 200
"""Web pages of a WACZ; a note says when there are more."""
