"""All that a report is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from tidewaiter.model import Evidence, Measurement


PUBLISHED = (
    "inferred_calls",
    "survey_checks",
    "coverage",
    "claims",
    "claim_checks",
    "claim_fits",
    "priors",
    "answers",
    "surveys",
    "sightings",
    "looks",
    "detections",
    "exposures",
    "loads",
    "events",
    "fixes",
    "rejects",
    "notices",
)
"""Tables that a report is made of and that lie beside it; draws and positions stay in the case."""


class Node(Protocol):
    """One knot of an evidence tree, as the evidence room explains it.

    Attributes:
        id: measurement id, ``looks/L001``, call id or SHA-256.
        kind: measurement | reading | call | evidence | group.
        figure: the number in words with interval and unit, empty when there is none.
        locator: has `name`, `evidence` (SHA-256), `row` and `line` (these may be None); None when there is no place.
        quote: the raw words at the locator.
        sensitive: belongs to evidence that leaves no trace but its hash.
        children: what this knot rests on.
    """

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def figure(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def method(self) -> str: ...  # noqa: D102
    @property
    def parameters(self) -> Any: ...  # noqa: D102
    @property
    def locator(self) -> Any: ...  # noqa: D102
    @property
    def quote(self) -> str: ...  # noqa: D102
    @property
    def sensitive(self) -> bool: ...  # noqa: D102
    @property
    def children(self) -> Sequence[Node]: ...  # noqa: D102


class Results(msgspec.Struct, frozen=True):
    """What the rooms found, ready to be published.

    Attributes:
        measurements: by id; every figure of the report is one of these or a cell of a reading or call.
        tables: by name, with the schemas of `model.tables`; those of `PUBLISHED` count, any may be empty or absent.
        evidence: by SHA-256.
        trees: ids -> evidence tree of each, bound to the case.
        diagnostics: of the model run: chains, draws, rhat_max, ess_min, seed, versions.
    """

    measurements: dict[str, Measurement]
    tables: dict[str, pa.Table]
    evidence: dict[str, Evidence]
    trees: Callable[[Sequence[str]], Mapping[str, Node]]
    diagnostics: dict[str, float | str] = {}
