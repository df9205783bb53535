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
    """Return {row number: segment id}; rows that are in no segment are not in it. `rows` are in order of time."""
    ids, msgids, places = {}, set(), set()
    open_tracks = []

    def new_id(row):
        stamp = EPOCH + timedelta(microseconds=row.t)
        taken = {track.name for track in open_tracks}  # what is closed or was never open may share an id
        while (name := f"{vessel}-{stamp:%Y-%m-%dT%H:%M:%S.%fZ}") in taken:
            stamp += timedelta(milliseconds=1)
        return name

    def set_aside(row):
        if limits.number_noise:
            ids[row.number] = new_id(row)

    def close(track):
        open_tracks.remove(track)
        for row in track.rows:
            if row.dropped:
                set_aside(row)
            else:
                ids[row.number] = track.name

    def begin(row):
        while len(open_tracks) >= limits.max_open_segments:
            close(min(open_tracks, key=lambda track: track.rows[-1].t))
        open_tracks.append(Track(new_id(row), [row]))

    for row in rows:
        if row.msgid is not None and row.msgid in msgids:
            continue
        msgids.add(row.msgid)
        if not usable(row, limits):
            set_aside(row)
            continue
        place = place_of(row)
        if place in places and round(row.speed * 10) > 0:
            continue
        places.add(place)
        for track in [t for t in open_tracks if hours_between(t.rows[-1], row) > limits.max_gap_h]:
            close(track)
        matches = best_matches(row, open_tracks, limits)
        if matches and row.kind == "AIS.27" and min(m.hours for m in matches) < limits.type_27_gap_h:
            set_aside(row)
        elif len(matches) == 1:
            for earlier in matches[0].to_drop:
                earlier.dropped = True
            row.metric = matches[0].metric
            matches[0].track.rows.append(row)
        else:
            for match in matches:
                close(match.track)
            begin(row)
    while open_tracks:
        close(open_tracks[0])
    return ids


def usable(row, limits):
    """Tell whether a row is a position; one without motion may be taken to lie still."""
    if row.lat is None or row.lon is None or not (abs(row.lat) <= 90 and abs(row.lon) <= 180):
        return False
    speed = math.nan if row.speed is None else row.speed
    course = math.nan if row.course is None else row.course
    with_course = 0 <= course <= 359.95
    if limits.still_without_motion:
        if not (-math.inf < speed <= 102.25 and with_course):
            row.speed = row.course = 0.0
    elif not math.isfinite(speed) or not (with_course or (359.95 < course < math.inf and speed <= limits.very_slow_kn)):
        return False
    return not any(low < row.speed < high for low, high in limits.noise_speeds_kn)


def place_of(row):
    heading = round(row.heading) if row.heading is not None and math.isfinite(row.heading) else None
    return round(row.lon * 60000), round(row.lat * 60000), round(row.course * 10), round(row.speed * 10), heading


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
    lengths = tracks[: len(matches)] if limits.nth_length else [match.track for match in matches]
    scored = []
    for match, track in zip(matches, lengths, strict=True):
        length = len(track.rows) / limits.short_segment
        scored.append((match.metric * length / math.sqrt(1 + length**2), match))
    scored.sort(key=lambda pair: pair[0], reverse=True)
    return [
        match for score, match in scored if match is scored[0][1] or score * limits.ambiguity_factor >= scored[0][0]
    ]


def match_with(track, row, limits):
    recent = [r for r in reversed(track.rows) if not r.dropped][: limits.lookback]
    same_class = any(CLASSES.get(r.kind, set()) & CLASSES.get(row.kind, set()) for r in recent)
    best, best_score = None, 0.0
    for back, earlier in enumerate(recent):
        hours = hours_between(earlier, row)
        if hours > limits.max_gap_h:
            break
        metric = metric_of(earlier, row, hours, limits)
        if not same_class:
            metric *= limits.other_class_weight
        score = metric / max(1, back * limits.lookback_factor)
        kept = recent[back - 1].metric if back else 0.0
        if score > kept and score > best_score:
            best, best_score = Match(track, metric, hours, recent[:back]), score
    return best


def hours_between(earlier, later):
    return timedelta(microseconds=later.t - earlier.t).total_seconds() / 3600


def metric_of(earlier, later, hours, limits):
    effective = hours / (1 + (hours / limits.penalty_h) ** (1 - limits.hours_exponent))
    off = miles_off(earlier, later, effective, limits)
    padded = math.hypot(hours, limits.buffer_h)
    allowed = padded * limits.max_speed_kn
    if off > allowed:
        return 0.0
    return math.exp(-((limits.max_speed_kn / limits.penalty_speed_kn * off / allowed) ** 2)) / padded


def wrapped(degrees):
    return (degrees + 180) % 360 - 180


def where_to(row, hours):
    way = row.speed * hours
    angle = math.radians(90.0 - row.course)
    per_mile = (1.0 / 60) / (math.cos(math.radians(row.lat)) + 1e-3)
    return row.lon + math.cos(angle) * way * per_mile, row.lat + math.sin(angle) * way * (1.0 / 60)


def miles_off(a, b, hours, limits):
    """Return by how many miles `b` is off from where `a` leads: the least of three measures."""
    miles_lon = 60.0 * math.cos(math.radians(0.5 * (a.lat + b.lat)))

    def miles(lon, lat):
        return math.hypot(miles_lon * wrapped(lon), 60.0 * lat)

    ahead_lon, ahead_lat = where_to(a, hours)
    behind_lon, behind_lat = where_to(b, -hours)
    reckoned = 0.5 * (miles(behind_lon - a.lon, behind_lat - a.lat) + miles(ahead_lon - b.lon, ahead_lat - b.lat))
    gone = miles(b.lon - a.lon, b.lat - a.lat)
    bearing = math.atan2(60.0 * (b.lat - a.lat), miles_lon * wrapped(b.lon - a.lon))
    aside = 0.0
    for row in (a, b):
        turn = math.radians(90 - row.course) - bearing
        along = math.cos(turn) * gone
        aside += abs(math.sin(turn)) * gone if 0 < along <= row.speed * hours else math.inf
    return min(reckoned, gone * limits.shape_factor, 0.5 * aside * limits.shape_factor)
