"""What a model said and nobody kept: the field, the words, the reason."""

from __future__ import annotations

import msgspec

LONGEST_SHOWN = 200


class Rejection(msgspec.Struct, frozen=True):
    """A field, a claim or a whole reply of a model that was set aside.

    Attributes:
        field: field of the reply ("quantity", "sources"), "claim", "reply" or "endpoint".
        given: what the model or the endpoint gave, cut to 200 characters.
        reason: why it was not kept, in one sentence.
        doc: name of the document.
    """

    field: str
    given: str
    reason: str
    doc: str = ""


class Unfit(Exception):
    """A field does not stand in the text as the model says; becomes a `Rejection` before it leaves this room."""


def shown(given: str, *, hide: str = "") -> str:
    """Return `given` as text that can be written anywhere, cut to 200 characters.

    Args:
        given: anything a reply held.
        hide: a secret that must not appear in it.
    """
    if hide:
        given = given.replace(hide, "***")
    return given[:LONGEST_SHOWN].encode("utf-8", "replace").decode("utf-8")
