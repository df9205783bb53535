"""Opening a file: bytes in, a `Document` out. Text, HTML, PDF, WACZ and MHTML; heavy libraries load when needed.

For a text file the document holds the decoded bytes and nothing else, so that offsets count code points of the file.
For every other kind it holds extracted text: offsets count characters of `Document.text`, and the original bytes
remain in the store, untouched, for whoever wants to check the extraction.
"""

from tidewaiter.reports.opening.limits import MOST_BYTES, MOST_CHARACTERS
from tidewaiter.reports.opening.open import open_document

__all__ = ["MOST_BYTES", "MOST_CHARACTERS", "open_document"]
