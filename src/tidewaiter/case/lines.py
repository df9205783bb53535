"""On which line of a TOML file a key stands.

`tomllib` says nothing about lines once a file is parsed, and an error without a line is half an error. This scanner walks
a text that `tomllib` has already accepted, so it can be short: it follows headers, keys, inline tables and arrays and notes
where each begins.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\n#]+")
_STRINGS = ('"""', "'''", '"', "'")


class Lines:
    """Lines of the keys of one valid TOML text; paths look like ``("vessels", 2, "imo", "from")``."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._line = 1
        self._found: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}
        self._scan()

    def of(self, path: Path) -> int | None:
        """Return the line of the key, or of the nearest table that holds it; None when even that is absent."""
        while path:
            if path in self._found:
                return self._found[path]
            path = path[:-1]
        return None

    def _scan(self) -> None:
        table: Path = ()
        while self._skip_space(newlines=True):
            if self._peek("[["):
                table = self._header(double=True)
            elif self._peek("["):
                table = self._header(double=False)
            else:
                self._pair(table)

    def _header(self, *, double: bool) -> Path:
        line = self._line
        self._at += 2 if double else 1
        path: Path = ()
        keys = self._key()
        for position, key in enumerate(keys):
            path = (*path, key)
            last = position == len(keys) - 1
            if double and last:
                self._arrays[path] = self._arrays.get(path, -1) + 1
            self._found.setdefault(path, line)
            if path in self._arrays:
                path = (*path, self._arrays[path])
                self._found.setdefault(path, line)
        self._at += 2 if double else 1
        return path

    def _pair(self, table: Path) -> None:
        line = self._line
        path = table
        for key in self._key():
            path = (*path, key)
            self._found.setdefault(path, line)
        self._at += 1  # the "="
        self._value(path)

    def _key(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip_space()
            if self._text[self._at] in "\"'":
                keys.append(self._string())
            else:
                bare = _BARE.match(self._text, self._at)
                if bare is None:  # not TOML; tomllib has refused such a text before
                    return keys
                keys.append(bare[0])
                self._at = bare.end()
            self._skip_space()
            if not self._peek("."):
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        self._skip_space()
        if self._text[self._at] in "\"'":
            self._string()
        elif self._peek("["):
            self._at += 1
            index = 0
            while self._skip_space(newlines=True, commas=True) and not self._peek("]"):
                self._found.setdefault((*path, index), self._line)
                self._value((*path, index))
                index += 1
            self._at += 1
        elif self._peek("{"):
            self._at += 1
            while self._skip_space(newlines=True, commas=True) and not self._peek("}"):
                self._pair(path)
            self._at += 1
        elif scalar := _SCALAR.match(self._text, self._at):
            self._at = scalar.end()

    def _string(self) -> str:
        quote = next(q for q in _STRINGS if self._peek(q))
        start = self._at = self._at + len(quote)
        while not self._peek(quote):
            self._at += 2 if quote[0] == '"' and self._text[self._at] == "\\" else 1
        while len(quote) == 3 and self._text.startswith(quote, self._at + 1):  # up to two quotes may end the content
            self._at += 1
        content = self._text[start : self._at]
        self._at += len(quote)
        self._line += content.count("\n")
        return content

    def _skip_space(self, *, newlines: bool = False, commas: bool = False) -> bool:
        """Move to the next thing that is neither space nor comment; False at the end of the text."""
        while self._at < len(self._text):
            char = self._text[self._at]
            if char == "#":
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
                continue
            if not (char in " \t" or (newlines and char == "\n") or (commas and char == ",")):
                return True
            self._line += char == "\n"
            self._at += 1
        return False

    def _peek(self, token: str) -> bool:
        return self._text.startswith(token, self._at)
