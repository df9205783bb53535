"""The readings room: CSV and Parquet files of people become the tables of `model.tables`, with rejects and notices."""

from tidewaiter.readings.read import Readings, read_inputs

__all__ = ["Readings", "read_inputs"]
