"""A page saved as MHTML: a MIME message whose root is the page; its images and styles are left alone."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.errors import InputError
from tidewaiter.reports.opening.html import open_html
from tidewaiter.reports.opening.metadata import is_address
from tidewaiter.reports.opening.txt import open_txt

if TYPE_CHECKING:
    from email.message import Message

    from tidewaiter.reports.document import Document

_MOST_PARTS = 10_000


def open_mhtml(raw: bytes, name: str) -> Document:
    """Extract the page of a saved MIME message. Offsets count its extracted text; the file remains in the store.

    Args:
        raw: the file.
        name: its file name.

    Raises:
        InputError: it holds no page, or the extra [reports] is not installed.
    """
    try:
        message = message_from_bytes(raw, policy=policy.compat32)
        root = _root(message)
    except (RecursionError, ValueError, LookupError) as error:
        raise InputError("is a broken MHTML file", file=name, hint="save the page again") from error
    if root is None:
        raise InputError("holds no page", file=name, hint="save the page again, as a single file")
    payload = root.get_payload(decode=True)
    body = payload if isinstance(payload, bytes) else b""
    url = _address(message.get("Snapshot-Content-Location"), root.get("Content-Location"))
    if root.get_content_type() == "text/plain":
        document = msgspec.structs.replace(open_txt(body, name), url=url)
    else:
        document = open_html(body, name, charset=str(root.get_content_charset() or ""), url=url)
    notes = document.notes if not message.defects else (*document.notes, "its MIME structure is damaged")
    parts = tuple(msgspec.structs.replace(part, name=url) for part in document.parts)
    return msgspec.structs.replace(document, kind="mhtml", parts=parts, notes=notes)


def _root(message: Message) -> Message | None:
    """Return the first part with a page, else the first with plain text."""
    plain: Message | None = None
    for number, part in enumerate(message.walk()):
        if number == _MOST_PARTS:
            break
        kind = part.get_content_type()
        if kind in {"text/html", "application/xhtml+xml"}:
            return part
        if kind == "text/plain" and plain is None and not part.is_multipart():
            plain = part
    return plain if plain is not None and message.is_multipart() else None


def _address(*stated: object) -> str:
    return next((str(url) for url in stated if url and is_address(str(url))), "")
