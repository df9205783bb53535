"""Ship tracks: raw AIS to clean positions, events and voyages.

Every kernel is a pure function over NumPy columns sorted by (vessel, time); what brings the columns (one machine, Spark)
is an engine and knows nothing of events.
"""
