"""Loitering: a vessel moves slowly for hours.

Speed is judged by clock hours of a segment: distance over time of its legs. Successive slow hours are one event, which begins
with the last message before them. GFW cuts events at midnight (`daily`) and joins them again (`merged`).

Source: GlobalFishingWatch/pipe-loitering : src/pipe_loitering/create_raw_loitering/transforms,
loitering/merge_raw_loitering/aggregate.sql.j2 @ 6d2c5e8.
"""

from tidewaiter.tracks.loitering.find import Loitering, LoiteringTables, find_loitering, loitering_tables
from tidewaiter.tracks.loitering.told import DAILY, HOURLY, MERGED

__all__ = ["DAILY", "HOURLY", "MERGED", "Loitering", "LoiteringTables", "find_loitering", "loitering_tables"]
