"""The segmenter once more, row by row in plain Python: slow, and written to be read. The kernel must agree with it.

The method is that of GlobalFishingWatch/gpsdio-segment : gpsdio_segment/ @ e356238.
"""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

CLASSES = {
    "AIS.1": {"A"},
    "AIS.2": {"A"},
    "AIS.3": {"A"},
    "AIS.18": {"B"},
    "AIS.19": {"B"},
    "AIS.27": {"A", "B"},
    "VMS": {"VMS"},
}
NOISE_SPEEDS = ((51.15, 51.25), (62.95, 63.05), (102.25, 102.35))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Row:
    number: int
    t: int
    lat: float | None
    lon: float | None
    speed: float | None
    course: float | None
    heading: float | None = None
    kind: str | None = "AIS.1"
    msgid: str | None = None
    dropped: bool = False
    metric: float = 0.0


@dataclass
class Track:
    name: str
    rows: list[Row] = field(default_factory=list)


def segment_vessel(vessel, rows, limits):
    """Return {row number: segment id}; rows that are left out are not in it. `rows` are in order of time."""
    ids, found = {}, set()
    open_tracks = []

    def new_id(row):
        stamp = EPOCH + timedelta(microseconds=row.t)
        taken = {track.name for track in open_tracks}  # what is closed or was never open may share an id
        while (name := f"{vessel}-{stamp:%Y-%m-%dT%H:%M:%S.%fZ}") in taken:
            stamp += timedelta(milliseconds=1)
        return name

    def close(track):
        open_tracks.remove(track)
        for row in track.rows:
            ids[row.number] = new_id(row) if row.dropped else track.name

    def begin(row):
        while len(open_tracks) >= limits.max_open_segments:
            close(min(open_tracks, key=lambda track: track.rows[-1].t))
        open_tracks.append(Track(new_id(row), [row]))

    for row in rows:
        if row.msgid is not None:
            if row.msgid in found:
                continue
            found.add(row.msgid)
        what = sort_of(row, limits)
        if what == "position" and already_there(row, found):
            continue
        if what != "position":
            ids[row.number] = new_id(row)
            continue
        for track in list(open_tracks):
            if hours_between(track.rows[-1], row) > limits.max_h:
                close(track)
        matches = best_matches(row, open_tracks, limits)
        if matches and row.kind == "AIS.27" and min(m.hours for m in matches) < limits.min_type_27_h:
            ids[row.number] = new_id(row)
        elif len(matches) == 1:
            for earlier in matches[0].to_drop:
                earlier.dropped = True
            row.metric = matches[0].metric
            matches[0].track.rows.append(row)
        else:
            for match in matches:
                close(match.track)
            begin(row)
    for track in list(open_tracks):
        close(track)
    return ids


def sort_of(row, limits):
    numbers = (row.lat, row.lon, row.course, row.speed)
    missing = [number is None or math.isnan(number) for number in numbers]
    if all(missing):
        return "statics"
    if any(missing) or not (-90 <= row.lat <= 90 and -180 <= row.lon <= 180):
        return "bad"
    without_course = row.course > 359.95 and row.speed <= limits.very_slow_kn
    if not (0 <= row.course <= 359.95 or without_course):
        return "bad"
    if any(low < row.speed < high for low, high in NOISE_SPEEDS):
        return "bad"
    return "position"


def already_there(row, found):
    heading = None if row.heading is None or math.isnan(row.heading) else round(row.heading)
    place = (round(row.lon * 60000), round(row.lat * 60000), round(row.course * 10), round(row.speed * 10), heading)
    if place[3] <= 0:
        return False
    if place in found:
        return True
    found.add(place)
    return False


@dataclass
class Match:
    track: Track
    metric: float
    hours: float
    to_drop: list[Row]


def best_matches(row, tracks, limits):
    """Return the tracks a row fits to: none, one, or several that cannot be told apart."""
    matches = [match for match in (match_with(track, row, limits) for track in tracks) if match]
    if len(matches) < 2:
        return matches
    lengths = tracks if limits.length_of_nth else [match.track for match in matches]
    scored = []
    for match, track in zip(matches, lengths, strict=False):
        length = len(track.rows) / limits.short_segment
        scored.append((match.metric * length / math.sqrt(1 + length**2), match))
    scored.sort(key=lambda pair: pair[0], reverse=True)
    best = scored[0][0]
    return [scored[0][1]] + [match for score, match in scored[1:] if score * limits.ambiguity_factor >= best]


def match_with(track, row, limits):
    recent = [r for r in reversed(track.rows) if not r.dropped][: limits.lookback]
    same_class = any(CLASSES.get(r.kind, set()) & CLASSES.get(row.kind, set()) for r in recent)
    best, best_score = None, 0.0
    for back, earlier in enumerate(recent):
        hours = hours_between(earlier, row)
        if hours > limits.max_h:
            break
        metric = metric_of(earlier, row, hours, limits)
        if not same_class:
            metric *= limits.transponder_mismatch_weight
        score = metric / max(1, back * limits.lookback_factor)
        kept = recent[back - 1].metric if back else 0.0
        if score > kept and score > best_score:
            best, best_score = Match(track, metric, hours, recent[:back]), score
    return best


def hours_between(earlier, later):
    return timedelta(microseconds=later.t - earlier.t).total_seconds() / 3600


def metric_of(earlier, later, hours, limits):
    effective = hours / (1 + (hours / limits.penalty_h) ** (1 - limits.hours_exponent))
    off = discrepancy(earlier, later, effective, limits)
    padded = math.hypot(hours, limits.buffer_h)
    allowed = padded * limits.max_kn
    if off > allowed:
        return 0.0
    return math.exp(-((limits.max_kn / limits.penalty_kn * off / allowed) ** 2)) / padded


def wrapped(degrees):
    return (degrees + 180) % 360 - 180


def expected(row, hours):
    way = row.speed * hours
    angle = math.radians(90.0 - row.course)
    per_mile = (1.0 / 60) / (math.cos(math.radians(row.lat)) + 1e-3)
    return row.lon + math.cos(angle) * way * per_mile, row.lat + math.sin(angle) * way * (1.0 / 60)


def discrepancy(a, b, hours, limits):
    """Return by how many miles `b` is off from where `a` would go: the least of three measures."""
    miles_lon = 60.0 * math.cos(math.radians(0.5 * (a.lat + b.lat)))

    def miles(lon, lat):
        return math.hypot(miles_lon * wrapped(lon), 60.0 * lat)

    ahead_lon, ahead_lat = expected(a, hours)
    behind_lon, behind_lat = expected(b, -hours)
    reckoned = 0.5 * (miles(behind_lon - a.lon, behind_lat - a.lat) + miles(ahead_lon - b.lon, ahead_lat - b.lat))
    gone = miles(b.lon - a.lon, b.lat - a.lat)
    bearing = math.atan2(60.0 * (b.lat - a.lat), miles_lon * wrapped(b.lon - a.lon))
    aside = 0.0
    for row in (a, b):
        turn = math.radians(90 - row.course) - bearing
        along = math.cos(turn) * gone
        aside += abs(math.sin(turn)) * gone if 0 < along <= row.speed * hours else math.inf
    return min(reckoned, gone * limits.shape_factor, 0.5 * aside * limits.shape_factor)
