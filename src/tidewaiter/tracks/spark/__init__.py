"""The same events on Apache Spark: whole vessels meet on one worker each, and the same kernels look at them.

files ──► blocks ──► whole lots ──► events of vessels ──► events of fleets
          read and    shuffled,      one streaming          pairs of an instant, runs of
          cleaned     sorted         pass                    a pair; the rest on the driver

Spark moves blocks, not rows: a block holds the rows of one batch that belong to one lot of vessels, as bytes. A lot is whole
vessels, chosen by a hash of their key, so that lots are about equally large; it is to Spark what a batch of whole vessels is
to the local engine. Blocks of a lot come in the order of the files, so rows of one instant stay in that order, and what the
order of a file says about clocks can be told.

Needs the extra [spark] (PySpark 4, Java 17 or newer) here and this package on every worker, which must be able to read the
files by the same paths. Where the master is, is the user's own Spark configuration.
"""

from tidewaiter.tracks.spark.engine import search_files_on_spark

__all__ = ["search_files_on_spark"]
