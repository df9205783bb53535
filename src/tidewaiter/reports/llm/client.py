"""One question to an OpenAI-compatible server, with every wait, size and repetition bounded."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidewaiter.reports.llm.endpoint import Endpoint

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
"""Status codes after which the same question may succeed later."""
NOT_SO = frozenset({400, 422})
"""Status codes of servers that know no schema: the question is put again without one."""
CHUNK = 65_536


class Unanswered(Exception):
    """The server gave nothing usable for this question.

    Attributes:
        given: what came instead, "" when nothing came.
        final: no other question will be answered either.
    """

    def __init__(self, reason: str, *, given: str = "", final: bool = False) -> None:
        super().__init__(reason)
        self.given = given
        self.final = final


class _Passing(Exception):
    """A failure that may pass, and how long the server asks to wait."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class _Refused(Exception):
    """The server understood and said no."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the server answered with status {status}")
        self.status = status


class Client:
    """Asks one model. Follows no redirect and uses no proxy, so that key and text go to the given host only.

    Args:
        endpoint: where to ask, and the limits.

    Raises:
        InputError: the address or the key cannot be used.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._url = endpoint.url
        self.key = endpoint.key()
        self._schema_known = True
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
        ):
            self._opener.add_handler(handler)

    def ask(self, messages: list[dict[str, str]], response_format: dict[str, Any]) -> str:
        """Return the text of the model's answer.

        Args:
            messages: the chat, as the protocol has it.
            response_format: the JSON schema; left out for good once the server refuses it.

        Raises:
            Unanswered: after the last attempt, or at once where another attempt is of no use.
        """
        plain: dict[str, Any] = {"model": self._endpoint.model, "messages": messages}
        if self._schema_known:
            try:
                return self._repeat({**plain, "temperature": 0, "response_format": response_format})
            except _Refused as refused:
                if refused.status not in NOT_SO:
                    raise Unanswered(str(refused), final=True) from None
                self._schema_known = False
        try:
            return self._repeat(plain)
        except _Refused as refused:
            raise Unanswered(str(refused), final=refused.status not in NOT_SO) from None

    def _repeat(self, question: dict[str, Any]) -> str:
        body = json.dumps(question).encode("ascii")
        wait = self._endpoint.backoff
        attempts = max(1, self._endpoint.attempts)
        for attempt in range(1, attempts + 1):
            try:
                return _content(self._send(body))
            except _Passing as failure:
                if attempt == attempts:
                    raise Unanswered(f"{failure}, {attempts} times", final=True) from None
                time.sleep(min(max(wait, failure.wait), self._endpoint.longest_wait))
                wait *= 2
        raise AssertionError  # the last attempt returns or raises

    def _send(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "tidewaiter"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        request = urllib.request.Request(self._url, data=body, headers=headers, method="POST")  # noqa: S310 - checked
        deadline = time.monotonic() + self._endpoint.timeout
        try:
            with self._opener.open(request, timeout=self._endpoint.timeout) as response:
                return self._read(response, deadline)
        except urllib.error.HTTPError as error:
            with error:
                if error.code in AGAIN:
                    wait = _seconds(error.headers.get("Retry-After"))
                    raise _Passing(f"the server answered with status {error.code}", wait) from None
                raise _Refused(error.code) from None
        except TimeoutError:
            raise _Passing("the server did not answer in time") from None
        except urllib.error.URLError as error:
            slow = isinstance(error.reason, TimeoutError)
            raise _Passing("the server did not answer in time" if slow else "no connection to the server") from None
        except (OSError, http.client.HTTPException, ValueError):
            raise _Passing("the connection broke") from None

    def _read(self, response: http.client.HTTPResponse, deadline: float) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while chunk := response.read1(CHUNK):
            size += len(chunk)
            if size > self._endpoint.largest_reply:
                raise Unanswered(f"the reply is longer than {self._endpoint.largest_reply} bytes")
            if time.monotonic() > deadline:
                raise TimeoutError
            chunks.append(chunk)
        return b"".join(chunks)


def _seconds(retry_after: str | None) -> float:
    """Return the wait a server asks for in seconds; 0 for a date or nonsense."""
    text = (retry_after or "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0.0


def _content(body: bytes) -> str:
    try:
        reply = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Unanswered("the reply is no JSON", given=body[:400].decode("utf-8", "replace")) from None
    try:
        content = reply["choices"][0]["message"]["content"]
    except (LookupError, TypeError):
        content = None
    if not isinstance(content, str):
        raise Unanswered("the reply holds no answer", given=body[:400].decode("utf-8", "replace"))
    return content
