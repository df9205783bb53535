"""Which model to ask, where, and within which limits."""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit

import msgspec

from tidewaiter.errors import InputError

KEY = "TIDEWAITER_LLM_KEY"
"""The environment variable that holds the key. There is no other way to give it."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An OpenAI-compatible server and a model on it. Nothing is asked unless the caller makes one.

    Attributes:
        base_url: "http://127.0.0.1:8000" or "https://host/v1"; "/v1" is added where there is no path.
        model: name of the model as the server knows it.
        timeout: seconds for one attempt: for each wait on the socket, and for the whole body.
        attempts: how often one question is sent at most when the server is busy, broken or silent.
        backoff: seconds before the second attempt, doubled for each further one, at most `longest_wait`.
        longest_wait: upper limit in seconds of a wait, also of one the server asks for.
        largest_reply: bytes; a longer body is not read to its end and not used.
        window: code points of the text sent with one question.
        overlap: code points a window shares with the one before, at most a quarter of `window`.
    """

    base_url: str
    model: str
    timeout: float = 120.0
    attempts: int = 3
    backoff: float = 1.0
    longest_wait: float = 20.0
    largest_reply: int = 2_000_000
    window: int = 6_000
    overlap: int = 800

    @property
    def url(self) -> str:
        """Address of the chat completions.

        Raises:
            InputError: `base_url` is no plain http or https address.
        """
        try:
            parts = urlsplit(self.base_url.strip())
            port = parts.port
        except ValueError as error:
            raise InputError("the address of the model cannot be read", hint="write https://host/v1") from error
        if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
            raise InputError("the address of the model is no http or https address", hint="write https://host/v1")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise InputError(
                "the address of the model holds more than host and path", hint=f"a key belongs into {KEY}, nowhere else"
            )
        path = parts.path.rstrip("/") or "/v1"
        if not path.endswith("/chat/completions"):
            path += "/chat/completions"
        return f"{parts.scheme}://{parts.netloc}{path}"

    def key(self) -> str:
        """Return the key from the environment, "" when there is none.

        Raises:
            InputError: the key is no word of ASCII, or it would travel unencrypted to another machine.
        """
        key = os.environ.get(KEY, "").strip()
        if not key:
            return ""
        if not key.isascii() or not key.isprintable() or " " in key:
            raise InputError(f"{KEY} is no key", hint="it is one word of plain letters, digits and signs")
        parts = urlsplit(self.url)
        if parts.scheme == "http" and not _is_near(parts.hostname or ""):
            raise InputError(
                f"{KEY} would be sent unencrypted to another machine", hint=f"use https, or unset {KEY} for this server"
            )
        return key


def _is_near(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
