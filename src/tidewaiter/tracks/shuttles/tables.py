"""Tables of the shuttle search."""

from __future__ import annotations

import pyarrow as pa

from tidewaiter.model.tables import TIME

PARTS = (
    "alternation",
    "dark_visits",
    "heading",
    "own_spots",
    "turn_round",
    "region_rate",
    "own_rate",
    "draught",
    "home",
    "elsewhere",
)
"""Parts of the score, in the order in which they are shown; `parts` says what each of them is."""

SHUTTLES = pa.schema(
    [
        ("vessel_key", pa.int64()),
        ("name", pa.string()),  # null = not known
        ("score", pa.float64()),  # the sum of the parts: natural logarithm of how many times as likely
        *((part, pa.float64()) for part in PARTS),
        ("verdict", pa.string()),  # in words
        ("visits_origin", pa.int64()),
        ("visits_destination", pa.int64()),
        ("dark_visits_possible", pa.int64()),  # silences among the heard that could have held a visit at the other end
        ("legs", pa.int64()),  # from one stay at an end to the next; the sum of the five below
        ("legs_seen", pa.int64()),  # from one end to the other
        ("legs_dark", pa.int64()),  # back to the same end, with a silence that could have held a visit at the other
        ("legs_unheard", pa.int64()),  # likewise, but nobody is heard there: these prove nothing
        ("legs_home", pa.int64()),  # back to the same end, and not at the other
        ("legs_elsewhere", pa.int64()),  # with calls at other places
        ("round_trips", pa.int64()),  # that have a turn-round time
        ("median_turn_h", pa.float64()),  # null without any
        ("turn_low_h", pa.float64()),  # turn-round times that distance, speeds and stays allow
        ("turn_high_h", pa.float64()),
        ("draught_changes", pa.int64()),  # round trips in which the draught changed; null when never told
        ("first", TIME),  # of the legs between the ends
        ("last", TIME),
        ("events", pa.list_(pa.string())),  # ids of the visits and gaps of these legs
    ]
)
"""One row a vessel, most likely first."""

LEGS = pa.schema(
    [
        ("vessel_key", pa.int64()),
        ("leg", pa.int64()),  # 1, 2, … of the vessel
        ("kind", pa.string()),  # seen | dark | unheard | home | elsewhere
        ("from_end", pa.string()),  # origin | destination
        ("to_end", pa.string()),
        ("from_place", pa.string()),
        ("to_place", pa.string()),
        ("start", TIME),  # left the one
        ("end", TIME),  # came to the other
        ("hours", pa.float64()),
        ("turn_h", pa.float64()),  # of the round trip that this leg completes; null = of none
        ("weight", pa.float64()),  # what it counts, by reception
        ("reception_word", pa.string()),  # of the silence that says most; null without one
        ("silent_h", pa.float64()),
        ("room_h", pa.float64()),  # left for a stay at the other end, at the fastest voyage
        ("course_known", pa.int64()),  # ends of the silence, 0 to 2, that are far enough off to show a course
        ("course_toward", pa.int64()),  # of these, how many lie on the way to the other end
        ("course_shared", pa.int64()),  # of these, how many lie where many ships fall silent
        ("other_calls", pa.int64()),
        ("draught_changed", pa.bool_()),  # null where the vessel's draught never changes
        ("events", pa.list_(pa.string())),
        ("words", pa.string()),
    ]
)
"""One row a leg, in the order of the vessels and of time."""
