"""What is counted in the end, and what one load unit holds of it: [[items]] and [[scenarios]]."""

from __future__ import annotations

from typing import cast

from tidewaiter.case.layout import NESTED
from tidewaiter.case.section import Section  # noqa: TC001 - part of every signature
from tidewaiter.model import Item, Part, Quantiles, Scenario

MOST_PARTS = 50


def item(section: Section) -> Item:
    """Read one [[items]] entry."""
    kg_per_unit = _mass(section, "kg_per_unit", "the mass of one unit", "kilograms")
    return Item(section.slug("id"), section.text("name"), section.text("unit"), kg_per_unit, section.text("source", ""))


def scenario(section: Section) -> Scenario:
    """Read one [[scenarios]] entry: content as one judgement, or as a mix of kinds."""
    return Scenario(
        id=section.slug("id"),
        label=section.text("label"),
        item=section.text("item"),
        per_unit=section.quantiles("per_unit"),
        share=section.quantiles("share"),
        mix=_mix(section),
        payload_t=_mass(section, "payload_t", "the payload", "tonnes"),
        defect=section.quantiles("defect"),
        condition=section.text("condition", ""),
        claimants=section.texts("claimants"),
        source=section.text("source", ""),
        url=section.text("url", ""),
    )


def _mix(section: Section) -> tuple[Part, ...]:
    if section.has("mix") == section.has("per_unit"):
        key = "mix" if section.has("mix") else "per_unit"
        what = "has both per_unit and mix" if section.has("mix") else 'lacks the key "per_unit"'
        hint = "per_unit is one number for all load units, mix gives each kind of content its own: write one of the two"
        section.fail(key, f"{section.name} {what}", hint)
    tables = section.tables("mix", NESTED["scenarios.mix"])
    if section.has("mix") and not 1 <= len(tables) <= MOST_PARTS:
        hint = 'mix = [{ name = "large", weight = [1, 2, 4], per_unit = [40, 50, 60] }, …]'
        section.fail("mix", f"{section.name}.mix should hold 1 to {MOST_PARTS} kinds of content", hint)
    parts: list[Part] = []
    for table in tables:
        name = table.text("name")
        if name in {part.name for part in parts}:
            table.fail("name", f'the mix names "{name}" twice', "put the two together, or tell them apart")
        parts.append(
            Part(
                name=name,
                weight=cast("Quantiles", table.quantiles("weight", required=True)),
                per_unit=cast("Quantiles", table.quantiles("per_unit", required=True)),
                kg_per_item=_mass(table, "kg_per_item", "the mass of one item", "kilograms"),
            )
        )
    return tuple(parts)


def _mass(section: Section, key: str, what: str, unit: str) -> float | None:
    mass = section.optional_number(key)
    if mass is not None and mass <= 0:
        section.fail(key, f"{what} should be above zero", unit)
    return mass
