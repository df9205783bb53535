"""Events of whole fleets: what vessels did, as their tracks tell.

positions ──► store ──► one pass over whole vessels ──► events
                          places, presets, statics
"""

from tidewaiter.tracks.events.kinds import KINDS, Kind, Rules, explained, named_kinds, rules
from tidewaiter.tracks.events.search import Asked, Found, find_events

__all__ = ["KINDS", "Asked", "Found", "Kind", "Rules", "explained", "find_events", "named_kinds", "rules"]
