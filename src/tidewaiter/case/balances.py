"""What the receiver uses and makes, and what would be if the line changed: [[flows]], [[balances]] and [[what_ifs]]."""

from __future__ import annotations

from typing import cast, get_args

import msgspec

from tidewaiter.case.section import Section  # noqa: TC001 - part of every signature
from tidewaiter.model import Balance, Flow, Quantiles, WhatIf
from tidewaiter.model.case import FlowKind

MOST_MONTHS = 120


def flow(section: Section) -> Flow:
    """Read one [[flows]] entry."""
    usual = Flow(
        id=section.slug("id"),
        label=section.text("label"),
        unit=section.text("unit"),
        per_month=cast("Quantiles", section.quantiles("per_month", required=True)),
        kind=cast("FlowKind", section.choice("kind", get_args(FlowKind), "other")),
        source=section.text("source", ""),
    )
    change = section.quantiles("monthly_change", usual.monthly_change)
    return msgspec.structs.replace(usual, monthly_change=change)


def balance(section: Section) -> Balance:
    """Read one [[balances]] entry."""
    return Balance(
        id=section.slug("id"),
        label=section.text("label"),
        scenario=section.text("scenario"),
        consumption=section.text("consumption"),
        production=section.text("production", ""),
        stock=section.quantiles("stock"),
        horizon_months=section.whole("horizon_months", 12, low=1, high=MOST_MONTHS),
        source=section.text("source", ""),
    )


def what_if(section: Section) -> WhatIf:
    """Read one [[what_ifs]] entry."""
    return WhatIf(
        id=section.slug("id"),
        label=section.text("label"),
        balance=section.text("balance"),
        flow=section.number("flow", 1.0, low=0, high=1),
        legs=section.texts("legs"),
        vessels=section.texts("vessels"),
    )
