"""The publish room: one self-contained HTML report, the same tables as CSV and Parquet, the headline in the terminal.

Doors: `publish` writes a report from `Results`; `headline` and `headline_json` give its first lines, `sensitivity_table`
and `sensitivity_json` which assumption moves the answer most. Drawing and
templating libraries (extra ``[report]``) are loaded by `publish` only.
"""

from tidewaiter.publish.report import publish
from tidewaiter.publish.results import Node, Results
from tidewaiter.publish.sensitivity import sensitivity_json, sensitivity_table
from tidewaiter.publish.terminal import headline, headline_json

__all__ = ["Node", "Results", "headline", "headline_json", "publish", "sensitivity_json", "sensitivity_table"]
