"""Who sees voyages and who speaks of them: [[lists]] and [[sources]]."""

from __future__ import annotations

from typing import cast

from tidewaiter.case.names import fold_speaker
from tidewaiter.case.section import Section  # noqa: TC001 - part of every signature
from tidewaiter.model import DetectionList, Quantiles, Speaker


def detection_list(section: Section) -> DetectionList:
    """Read one [[lists]] entry."""
    return DetectionList(
        id=section.slug("id"),
        label=section.text("label"),
        seen=cast("Quantiles", section.quantiles("seen", required=True)),
        source=section.text("source", ""),
    )


def speaker(section: Section) -> Speaker:
    """Read one [[sources]] entry."""
    names = section.texts("names")
    if not names:
        section.fail("names", f"{section.name} names nobody", 'names = ["Ministry of Harbours"], as claims write it')
    for index, name in enumerate(names):
        if not fold_speaker(name):
            path = (*section.path, "names", index)
            section.source.fail(path, f'"{name}" holds no letter or digit')
    return Speaker(
        id=section.slug("id"),
        names=names,
        group=section.text("group", ""),
        bias=section.optional_number("bias", low=0, high=10),
        imagery=section.flag("imagery", default=False) if section.has("imagery") else None,
        source=section.text("source", ""),
    )
