"""The door of this room: claims of a text as a model reads it, with nothing in them that the text does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tidewaiter.reports.llm.client import Client, Unanswered
from tidewaiter.reports.llm.rejection import Rejection, Unfit, shown
from tidewaiter.reports.llm.schema import LEAD, RESPONSE_FORMAT, messages, open_reply
from tidewaiter.reports.llm.spans import Span
from tidewaiter.reports.llm.verify import Verifier
from tidewaiter.reports.llm.windows import windows

if TYPE_CHECKING:
    from collections.abc import Callable

    from tidewaiter.reports.claim import TextClaim
    from tidewaiter.reports.document import Document
    from tidewaiter.reports.llm.endpoint import Endpoint
    from tidewaiter.reports.llm.grammar import Grammar


def extract_with_llm(
    document: Document, endpoint: Endpoint, grammar: Grammar, *, log: Callable[[Rejection], None]
) -> list[TextClaim]:
    """Ask a model for the claims of a text and keep what the text bears out.

    The whole text is sent to the endpoint, and to no other place. A server that fails leaves what was won before;
    the failure is logged.

    Args:
        document: the text.
        endpoint: which model to ask, and where.
        grammar: reads the words that the model points to again.
        log: is told of each field, claim or reply that was set aside, and why.

    Raises:
        InputError: address or key of the endpoint cannot be used.
    """
    client = Client(endpoint)

    def tell(rejection: Rejection) -> None:
        log(msgspec.structs.replace(rejection, given=shown(rejection.given, hide=client.key)))

    verifier = Verifier(document, grammar, extractor=f"llm:{endpoint.model}", log=tell)
    published = document.published.value if document.published else ""
    lead = document.text[: windows(document.text, LEAD, 0)[0][1]] if document.text else ""
    found: dict[tuple[object, ...], TextClaim] = {}
    for start, end in windows(document.text, endpoint.window, endpoint.overlap):
        if not document.text[start:end].strip():
            continue
        chat = messages(
            document.text[start:end],
            lead=lead if start else "",
            language=document.language,
            published=published,
        )
        try:
            given = open_reply(client.ask(chat, RESPONSE_FORMAT))
        except Unanswered as failure:
            verifier.reject("endpoint" if failure.final else "reply", failure.given, str(failure))
            if failure.final:
                break
            continue
        except Unfit as unfit:
            verifier.reject("reply", "", str(unfit))
            continue
        for raw in given:
            claim = verifier.claim(raw, Span(start, end))
            if claim is None:
                continue
            key = (claim.start, claim.end, claim.qty_start, claim.qty_end, claim.item, claim.predicate)
            if key not in found or len(claim.grounds) > len(found[key].grounds):
                found[key] = claim
    ordered = sorted(found.values(), key=lambda claim: (claim.start, claim.qty_start or claim.start, claim.end))
    return [
        msgspec.structs.replace(claim, id=f"{document.name}#{number}") for number, claim in enumerate(ordered, start=1)
    ]
