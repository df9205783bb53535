"""The AIS of examples/dark_shuttle, which is all made up: two ships that shuttle, mostly dark, and others around them.

python tests/made_up_ais.py        writes the files of the example, the same bytes each time, and prints what took place
"""

import gzip
import io
import math
import random
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import xor
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "dark_shuttle" / "made_up"
START = datetime(2031, 3, 1, tzinfo=UTC)
DAYS = 61
AMBER, COBALT, SLIPWAY, ANCHORAGE = (10.5, 120.25), (12.75, 122.0), (13.9, 119.6), (12.6, 121.9)
HERON, TERN, TERN_LATER = 299999999, 298888888, 297777777
TERN_CHANGES = 32.0
HEADER = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading\n"
SIX_BIT = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"


def files():
    """Bytes of each file by name, and in words what took place."""
    rng = random.Random(1931)  # noqa: S311 - made up, and the same each time
    heron, truth = voyages(rng, HERON, 1.5, repair=4)
    tern, more = voyages(rng, TERN, 4.2, repair=None)
    made = {
        "ships.csv": table(heron + tern).encode(),
        "others.csv.gz": gzip.compress(table(others(rng)).encode(), 9, mtime=0),
        "statics.nmea": "".join(statics()).encode("ascii"),
    }
    return made, truth + more


def voyages(rng, mmsi, day, repair):
    """Rounds of one ship; the transponder goes off on the way to Amber Quay and comes on again on the way back."""
    rows, truth, round_, spot = [], [], 0, COBALT
    while day < DAYS - 7:
        round_ += 1
        if round_ == repair:  # a silence that was no call: heard at the slipway in the middle of it
            rows += lie(rng, mmsi, spot, day, day + 1.0)
            rows += sail(rng, mmsi, spot, SLIPWAY, day + 1.0, until=0.5)
            rows += lie(rng, mmsi, SLIPWAY, day + 3.0, day + 3.1)
            rows += sail(rng, mmsi, SLIPWAY, COBALT, day + 5.5, since=0.5)
            truth.append(f"{mmsi} at the slipway, not at Amber Quay, around day {day + 3:.1f}")
            day, spot = day + 7.5, COBALT
            continue
        out, stay, home = 0.65 + rng.random() * 0.1, 1.6 + rng.random() * 1.2, 0.65 + rng.random() * 0.1
        rows += sail(rng, mmsi, spot, AMBER, day, until=0.4, took=out)
        arrival, departure = day + out, day + out + stay
        truth.append(f"{mmsi} at Amber Quay from day {arrival:.2f} to {departure:.2f}")
        if round_ % 2:  # now and then it is heard at the quay for a moment
            rows += lie(rng, mmsi, AMBER, arrival + stay / 2, arrival + stay / 2 + 0.02)
        rows += sail(rng, mmsi, AMBER, COBALT, departure, since=0.55, took=home)
        day = departure + home
        ashore = 1.0 + rng.random()
        rows += lie(rng, mmsi, COBALT, day, day + ashore)
        day, spot = day + ashore + 0.3 + rng.random() * 3, ANCHORAGE
        rows += lie(rng, mmsi, spot, day - 0.25, day - 0.05)
    return rows, truth


def sail(rng, mmsi, a, b, day, since=0.0, until=1.0, took=0.7):
    """Positions every hour on the way from a to b, between two parts of it."""
    course = math.degrees(math.atan2((b[1] - a[1]) * math.cos(math.radians(a[0])), b[0] - a[0])) % 360
    miles = 60 * math.hypot(b[0] - a[0], (b[1] - a[1]) * math.cos(math.radians(a[0])))
    rows = []
    for step in range(math.ceil(since * took * 24), int(until * took * 24) + 1):
        part = step / 24 / took
        lat, lon = (x + (y - x) * part + rng.gauss(0, 0.002) for x, y in zip(a, b, strict=True))
        rows.append((number(mmsi, day), day + step / 24, lat, lon, miles / took / 24, course))
    return rows


def lie(rng, mmsi, place, since, until):
    """Positions every three hours at a place, one at least."""
    rows = []
    for step in range(int((until - since) * 8) + 1):
        lat, lon = (x + rng.gauss(0, 0.002) for x in place)
        rows.append((number(mmsi, since), since + step / 8, lat, lon, 0.0, rng.random() * 360))
    return rows


def number(mmsi, day):
    """Arctic Tern changes her MMSI."""
    return TERN_LATER if mmsi == TERN and day >= TERN_CHANGES else mmsi


def others(rng):
    """Fishing boats half-way, where the ships go dark, and tugs at Port Cobalt; nobody half-way in the first ten days."""
    rows = []
    for boat in range(9):
        centre, since = ((11.7, 121.2), 10.0) if boat < 5 else (COBALT, 0.0)
        lat, lon = (x + rng.gauss(0, 0.15 if boat < 5 else 0.03) for x in centre)
        for step in range(int((DAYS - since) * 6)):
            day = since + step / 6 + boat / 100
            spot = (lat + rng.gauss(0, 0.02), lon + rng.gauss(0, 0.02))
            rows.append((296000001 + boat, day, *spot, rng.random() * 5, rng.random() * 360))
    return rows


def statics():
    """What Arctic Tern says of herself every four days: her IMO number stays, her MMSI and her name change."""
    for day in range(0, DAYS, 4):
        mmsi, name = (TERN, "ARCTIC TERN") if day < TERN_CHANGES else (TERN_LATER, "POLAR SWIFT")
        bits = f"{5:06b}00{mmsi:030b}00{9999981:030b}" + text("XATN", 7) + text(name, 20) + f"{79:08b}" + "0" * 30
        bits += "0001" + f"{0:020b}" + f"{62:08b}" + text("COBALT", 20) + "00"
        payload = "".join(
            chr(48 + v if v < 40 else 56 + v)
            for v in (int(bits[i : i + 6].ljust(6, "0"), 2) for i in range(0, len(bits), 6))
        )
        t = int((START + timedelta(days=day, hours=1)).timestamp())
        for part, chunk in ((1, payload[:60]), (2, payload[60:])):
            body = f"AIVDM,2,{part},{day // 4 % 10},A,{chunk},{0 if part == 1 else -len(bits) % 6}"
            tag = f"c:{t}"
            yield f"\\{tag}*{check(tag)}\\!{body}*{check(body)}\n"


def text(words, chars):
    """Six-bit text of AIS."""
    return "".join(f"{SIX_BIT.index(c):06b}" for c in words.ljust(chars, "@"))


def check(words):
    """Checksum of a sentence."""
    return f"{reduce(xor, words.encode()):02X}"


def table(rows):
    """Rows as a MarineCadastre table, in order of time."""
    out = io.StringIO()
    out.write(HEADER)
    for mmsi, day, lat, lon, sog, cog in sorted(rows, key=lambda r: (r[1], r[0])):
        t = START + timedelta(seconds=round(day * 86400))
        out.write(f"{mmsi},{t:%Y-%m-%dT%H:%M:%S},{lat:.4f},{lon:.4f},{sog:.1f},{cog:.1f},511\n")
    return out.getvalue()


if __name__ == "__main__":
    made, truth = files()
    for name, content in made.items():
        (EXAMPLE / name).write_bytes(content)
    print(*truth, sep="\n")
