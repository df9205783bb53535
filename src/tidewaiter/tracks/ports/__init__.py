"""Port events, port visits, voyages, and the index of places.

positions ──► port_events ──► port_visits ──► voyages
                  ▲
places ──► index_places
"""

from tidewaiter.tracks.ports.columns import Names
from tidewaiter.tracks.ports.events import PortStream, port_events
from tidewaiter.tracks.ports.index import PlaceIndex, index_places, nearest_places
from tidewaiter.tracks.ports.lists import anchorages, list_of_places, world_port_index
from tidewaiter.tracks.ports.places import Places, case_places, join, points
from tidewaiter.tracks.ports.thinned import thin_positions
from tidewaiter.tracks.ports.thresholds import PortThresholds, port_thresholds
from tidewaiter.tracks.ports.visits import port_visits
from tidewaiter.tracks.ports.voyages import voyages

__all__ = [
    "Names",
    "PlaceIndex",
    "Places",
    "PortStream",
    "PortThresholds",
    "anchorages",
    "case_places",
    "index_places",
    "join",
    "list_of_places",
    "nearest_places",
    "points",
    "port_events",
    "port_thresholds",
    "port_visits",
    "thin_positions",
    "voyages",
    "world_port_index",
]
