"""Port events in plain Python, written from the description of the reference: slow, and shares no code with ours."""

import math
from collections import defaultdict
from operator import itemgetter

DAY = 86_400_000_000
ORDER = ["PORT_ENTRY", "PORT_GAP_BEGIN", "PORT_GAP_END", "PORT_STOP_BEGIN", "PORT_STOP_END", "PORT_EXIT"]


def distance(lat_a, lon_a, lat_b, lon_b):
    h = (
        math.sin(math.radians(lat_a - lat_b) / 2) ** 2
        + math.cos(math.radians(lat_a)) * math.cos(math.radians(lat_b)) * math.sin(math.radians(lon_a - lon_b) / 2) ** 2
    )
    return 2 * 6371 * math.asin(math.sqrt(min(h, 1)))


def nearest(places, lat, lon):
    best, least = None, math.inf
    for name, at_lat, at_lon in sorted(places):
        away = distance(lat, lon, at_lat, at_lon)
        if away < least:
            best, least = (name, at_lat, at_lon), away
    return best, least


def usable(row, limits):
    lat, lon, speed = row["lat"], row["lon"], row["speed"]
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return False
    return not limits.needs_speed if speed is None else 0 <= speed <= limits.fastest_kn


def state_after(state, row, limits):
    away, speed = row["away"], row["speed"]
    inside = away <= limits.entry_km or (away < limits.exit_km and state in {"port", "stopped"})
    if not inside:
        return "sea"
    if speed is not None and speed <= limits.stop_begin_kn + limits.speed_slack_kn:
        return "stopped"
    moving = speed is not None and speed >= limits.stop_end_kn - limits.speed_slack_kn
    return "stopped" if state == "stopped" and not moving else "port"


def one_an_instant(rows):
    def low(row):
        speed = row["speed"]
        return (row["t"], speed is None, 0.0 if speed is None else speed, row["lat"], row["lon"])

    kept = {}
    for row in sorted(rows, key=low):
        kept.setdefault(row["t"], row)
    return [kept[t] for t in sorted(kept)]


def thinned(rows, limits):
    """Rows kept of one segment-day, with `may_end_gap`."""
    keep, may_end = set(), set()
    state = None
    for i, row in enumerate(rows):
        now = state_after(state, row, limits)
        if i == 0 or row["t"] - rows[i - 1]["t"] >= limits.gap:
            may_end.add(i)
            keep |= {i, max(i - 1, 0)}
        if i == len(rows) - 1:
            keep.add(i)
        if state is not None and now != state:
            keep |= {i, i - 1}
        state = now
    return [row | {"may_end_gap": i in may_end} for i, row in enumerate(rows) if i in keep]


def events(rows, places, limits, until=None):
    """Events of rows with vessel, segment, t, lat, lon, speed, as tuples, by vessel, time, type and segment."""
    rows = [
        row | {"place": p, "away": d}
        for row in rows
        if usable(row, limits)
        for p, d in [nearest(places, row["lat"], row["lon"])]
    ]
    groups = defaultdict(list)
    for row in rows:
        groups[row["vessel"], row["segment"], row["t"] // DAY if limits.daily_thinning else 0].append(row)
    by_vessel = defaultdict(list)
    for (vessel, _, _), group in groups.items():
        alone = one_an_instant(group)
        by_vessel[vessel] += (
            thinned(alone, limits) if limits.daily_thinning else [r | {"may_end_gap": True} for r in alone]
        )
    told = []
    for vessel in by_vessel:
        told += of_vessel(sorted(by_vessel[vessel], key=itemgetter("t", "segment")), limits, until)
    return sorted(told, key=lambda e: (e[0], e[2], ORDER.index(e[3]), e[1]))


def of_vessel(rows, limits, until):
    told = []
    state, before, port = None, None, None

    def tell(kind, row, t, seen):
        told.append(
            (
                row["vessel"],
                row["segment"],
                t,
                kind,
                *port,
                *((row["lat"], row["lon"]) if seen else (None, None)),
                before["t"],
            )
        )

    for row in rows:
        now = state_after(state, row, limits)
        in_ports = before is not None and "sea" not in {state, now} and row["may_end_gap"]
        if (
            in_ports
            and row["t"] - before["t"] > limits.gap
            and distance(before["lat"], before["lon"], row["lat"], row["lon"]) > limits.moved_km
        ):
            tell("PORT_GAP_BEGIN", before, before["t"] + limits.gap, seen=False)
            tell("PORT_EXIT", before, before["t"] + limits.gap, seen=True)
            state = "sea"
        if now != "sea":
            port = row["place"]
        if before is not None:
            if state != "sea" and row["may_end_gap"] and row["t"] - before["t"] >= limits.gap:
                tell("PORT_GAP_END", row, row["t"], seen=True)
                tell("PORT_GAP_BEGIN", row, before["t"] + limits.gap, seen=False)
            steps = {
                ("sea", "port"): ["PORT_ENTRY"],
                ("sea", "stopped"): ["PORT_ENTRY", "PORT_STOP_BEGIN"],
                ("port", "stopped"): ["PORT_STOP_BEGIN"],
                ("port", "sea"): ["PORT_EXIT"],
                ("stopped", "port"): ["PORT_STOP_END"],
                ("stopped", "sea"): ["PORT_STOP_END", "PORT_EXIT"],
            }
            for kind in steps.get((state, now), []):
                tell(kind, row, row["t"], seen=True)
        state, before = now, row
    if until is not None and before is not None and state != "sea" and until - 1 - before["t"] >= limits.gap:
        tell("PORT_GAP_BEGIN", before, before["t"] + limits.gap, seen=False)
    return told
