"""NMEA to columns: messages per CPU-second of ours and of the peers that can be imported, in one run.

    python benchmarks/tracks_decode.py [--quick] [--json FILE] [--data FOLDER]

The logs are real (origins in the README beside the data): a terrestrial network, a satellite, a mixed stream. Each is
repeated to a few hundred thousand lines. Ours decodes bytes to Arrow columns with statics, names and all; pyais decodes
messages of its stream to objects; aiscat to its dicts, and from those to as many columns; libais to its dicts, with parts
put together in Python; all three without what follows the checksum. Peers get a share of the lines that takes seconds, and the first lines only are their warm-up.

A message is what ours decodes (types 1–5, 9, 11, 18, 19, 21, 24, 27), for everyone: rates differ by time alone. CPU seconds
are of the process with all its threads, best of three.
"""

from __future__ import annotations

import argparse
import gzip
import json
import platform
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tidewaiter.tracks.nmea import decode

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "ais"
LOGS = {
    "terrestrial": "nmea_amsa_terrestrial.txt.gz",
    "satellite": "nmea_exactearth_satellite.txt.gz",
    "stream": "nmea_aislib_stream.txt.gz",
}
OURS_LINES, QUICK_LINES = 1_000_000, 200_000
PEER_LINES, PEER_QUICK_LINES = 90_000, 45_000
REPEATS = 3


def ours(text: bytes) -> None:
    """Bytes to Arrow columns of positions and statics."""
    decode(text)


def pyais_objects(text: bytes) -> None:
    """Each message to an object; what pyais refuses is passed over."""
    from pyais.exceptions import AISBaseException  # noqa: PLC0415 (peers may be absent)
    from pyais.stream import IterMessages  # noqa: PLC0415

    for message in IterMessages(line for line in text.split(b"\n") if line):
        try:
            message.decode()
        except AISBaseException:
            continue


def aiscat_dicts(text: bytes) -> None:
    """Each message to a dict."""
    import aiscat  # noqa: PLC0415

    decoder = aiscat.Decoder()
    for start in range(0, len(text), 65_536):
        decoder.feed(text[start : start + 65_536])
        while decoder.next() is not None:
            pass


POSITION_KEYS = ("mmsi", "type", "lat", "lon", "speed", "course", "heading", "status", "turn")
STATIC_KEYS = ("mmsi", "type", "shipname", "callsign", "imo", "shiptype", "to_bow", "to_stern", "to_port")
STATIC_KEYS += ("to_starboard", "draught", "month", "day", "hour", "minute", "destination")


def aiscat_columns(text: bytes) -> None:
    """Each message to a dict, and those to columns of positions and of statics."""
    import aiscat  # noqa: PLC0415

    decoder = aiscat.Decoder()
    positions: list[tuple[Any, ...]] = []
    statics: list[tuple[Any, ...]] = []
    for start in range(0, len(text), 65_536):
        decoder.feed(text[start : start + 65_536])
        while (message := decoder.next()) is not None:
            get = message.get
            if "lat" in message:
                positions.append(tuple(map(get, POSITION_KEYS)))
            if "shipname" in message or "callsign" in message:
                statics.append(tuple(map(get, STATIC_KEYS)))
    for column in zip(*positions, strict=True):
        np.array(column, np.float64)
    for column in zip(*statics, strict=True):
        np.array(column, object)


def libais_dicts(text: bytes) -> None:
    """Each message to a dict; parts are put together here, for libais takes whole payloads."""
    import ais  # noqa: PLC0415

    waiting: dict[tuple[bytes, ...], list[bytes]] = {}
    for line in text.split(b"\n"):
        fields = line.split(b",")
        if len(fields) != 7 or fields[0][3:5] != b"VD":
            continue
        talker, total, number, sequence, channel, payload, tail = fields
        if total != b"1":
            key = (talker, total, sequence, channel)
            parts = waiting.setdefault(key, [])
            parts.append(payload)
            if number != total:
                continue
            payload = b"".join(waiting.pop(key))
        try:
            ais.decode(payload.decode(), int(tail[:1]))
        except (ais.DecodeError, ValueError, UnicodeDecodeError):
            continue


def bare(line: bytes) -> bytes:
    """Return a line up to its checksum."""
    star = line.rfind(b"*")
    return line[: star + 3] if star > 0 else line


PEERS: dict[str, tuple[str, str, Callable[[bytes], None]]] = {
    "pyais": ("pyais", "pyais", pyais_objects),
    "aiscat_dicts": ("aiscat", "aiscat", aiscat_dicts),
    "aiscat_columns": ("aiscat", "aiscat", aiscat_columns),
    "libais": ("ais", "libais", libais_dicts),
}
"""Name -> module, distribution, what is timed."""


def repeated(text: bytes, lines: int) -> bytes:
    """Return the log as often as it takes to have so many lines."""
    whole = text if text.endswith(b"\n") else text + b"\n"
    return whole * max(1, lines // whole.count(b"\n"))


def cpu_s(act: Callable[[bytes], None], text: bytes) -> float:
    """Return the CPU seconds of the quickest of a few runs."""
    best = float("inf")
    for _ in range(REPEATS):
        begin = time.process_time()
        act(text)
        best = min(best, time.process_time() - begin)
    return best


def measure(data: Path, quick: bool) -> dict[str, float | str]:  # noqa: FBT001
    """Return rates, ratios and versions."""
    figures: dict[str, float | str] = {"python": platform.python_version()}
    figures |= {name: version(name) for name in ("numba", "numpy", "pyarrow")}
    for log, name in LOGS.items():
        text = gzip.decompress((data / name).read_bytes())
        mine = repeated(text, QUICK_LINES if quick else OURS_LINES)
        messages = decode(mine).summary.messages
        own = messages / cpu_s(ours, mine)
        figures[f"{log}_ours_messages_per_cpu_s"] = round(own)
        figures[f"{log}_ours_mb_per_cpu_s"] = round(own / messages * len(mine) / 1e6)
        share = repeated(text, PEER_QUICK_LINES if quick else PEER_LINES)
        count = decode(share).summary.messages
        share = b"\n".join(bare(line) for line in share.split(b"\n"))  # what follows the checksum is not for every peer
        for peer, (module, distribution, act) in PEERS.items():
            if not find_spec(module):
                figures[peer] = "absent"
                continue
            figures[distribution] = version(distribution)
            act(text[:10_000])
            rate = count / cpu_s(act, share)
            figures[f"{log}_{peer}_messages_per_cpu_s"] = round(rate)
            figures[f"{log}_times_{peer}"] = round(own / rate, 1)
    return figures


def main() -> None:
    """Measure and print; write the figures as JSON when asked."""
    parser = argparse.ArgumentParser(description="NMEA decoding, ours and its peers")
    parser.add_argument("--quick", action="store_true", help="fewer lines")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--data", type=Path, default=DATA, metavar="FOLDER", help="where the logs are")
    options = parser.parse_args()
    figures = measure(options.data, options.quick)
    for name, value in figures.items():
        print(f"{name:45} {value:>15,}" if not isinstance(value, str) else f"{name:45} {value:>15}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
