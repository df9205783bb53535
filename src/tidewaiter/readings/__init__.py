"""The readings room: CSV and Parquet files of people become the tables of `model.tables`, with rejects and notices."""

from tidewaiter.readings.published import published_by
from tidewaiter.readings.read import Readings, read_inputs

__all__ = ["Readings", "published_by", "read_inputs"]
