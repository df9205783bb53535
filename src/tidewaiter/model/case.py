"""What a case declares: the question, the places, the vessels, the assumptions and where each comes from."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - msgspec reads the annotation at run time
from pathlib import Path  # noqa: TC003 - msgspec reads the annotation at run time
from typing import Literal

import msgspec

from tidewaiter.model.interval import Interval, Window

PlaceKind = Literal["port", "pier", "berth", "anchorage", "station", "other"]
Mode = Literal["sea", "rail", "road", "air"]
Role = Literal["origin", "destination", "elsewhere"]
FlowKind = Literal["production", "consumption", "return", "people", "other"]


class Quantiles(msgspec.Struct, frozen=True):
    """An elicited quantity: its 5 %, 50 % and 95 % points, in the unit its name gives, and whose judgement it is."""

    p5: float
    p50: float
    p95: float
    source: str = ""


class Place(msgspec.Struct, frozen=True):
    """A port, pier, berth, anchorage or station.

    Attributes:
        aliases: other names in any script; matched without regard to case and accents.
        lat, lon: degrees WGS 84 of the centre; radius_km or polygon gives the extent.
        polygon: ring of (lon, lat) pairs, degrees WGS 84, or empty.
        country: ISO 3166 alpha-2.
        part_of: id of the place this one belongs to ("pier 2" is part of "rajin").
    """

    id: str
    name: str
    kind: PlaceKind = "port"
    country: str = ""
    aliases: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    radius_km: float | None = None
    polygon: tuple[tuple[float, float], ...] = ()
    part_of: str = ""
    source: str = ""


class Confusable(msgspec.Struct, frozen=True):
    """Two things that retellings mix up (a port and a cosmodrome of one name); reported, never merged."""

    written: str
    meant: str
    not_: str = msgspec.field(name="not")
    note: str = ""
    source: str = ""


class Dated(msgspec.Struct, frozen=True):
    """A value of an identity that held during `during` (open ends allowed)."""

    value: str
    during: Interval = Interval()
    source: str = ""
    verdict: str = ""  # "" or why the value as written is not valid (IMO check digit, MMSI length)


class Vessel(msgspec.Struct, frozen=True):
    """A hull. Names, flags, MMSI and IMO numbers are dated, never single values.

    Attributes:
        count: number of interchangeable unidentified hulls this entry stands for (1 = one named hull).
        active: when the vessel can take part in the line at all; empty = the whole window.
        length_m: overall length.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    names: tuple[Dated, ...] = ()
    flags: tuple[Dated, ...] = ()
    mmsi: tuple[Dated, ...] = ()
    imo: tuple[Dated, ...] = ()
    length_m: float | None = None
    count: int = 1
    active: tuple[Interval, ...] = ()
    source: str = ""


class Leg(msgspec.Struct, frozen=True):
    """One way from an origin to a destination.

    Attributes:
        travel_days: time under way of one passage.
        share: weight of this leg among the legs that are open at a departure.
        active: when the leg is used; empty = the whole window.
        measured: True for the leg whose calls are counted (the sea shuttle); others are context.
        relative: of a leg that is not measured: what it carries per load unit carried on all measured legs.
        onward: the leg carries on what another leg brought; it is compared with totals and never added to them.
    """

    origin: str
    destination: str
    mode: Mode = "sea"
    travel_days: Quantiles | None = None
    share: float = 1.0
    active: tuple[Interval, ...] = ()
    measured: bool = True
    relative: Quantiles | None = None
    onward: bool = False
    source: str = ""


class Item(msgspec.Struct, frozen=True):
    """What is counted in the end (rounds, barrels), its unit and the mass of one unit."""

    id: str
    name: str
    unit: str
    kg_per_unit: float | None = None
    source: str = ""


class Part(msgspec.Struct, frozen=True):
    """One kind of content in a mix.

    Attributes:
        name: as it is printed ("152 mm shells").
        weight: load units of this kind, relative to those of the other parts.
        per_unit: items in a load unit that holds only this kind.
        kg_per_item: gross mass of one item, for the payload ceiling; None = that of the item.
    """

    name: str
    weight: Quantiles
    per_unit: Quantiles
    kg_per_item: float | None = None


class Scenario(msgspec.Struct, frozen=True):
    """A named assumption about the content of one load unit. Scenarios stay apart.

    Attributes:
        per_unit: items per load unit that holds the item (per container, per barrel), or None when `mix` says it.
        share: part of the load units that hold the item, in (0, 1]; None = all.
        mix: kinds of content whose weights are uncertain, instead of `per_unit`.
        payload_t: no load unit holds more than this, tonnes; None = no ceiling.
        defect: part of the items that cannot be used; None = not asked.
        condition: the words that make it a conditional ("if all were 152 mm"); empty = an estimate.
        claimants: whose factor it is; their claims are compared with this scenario first.
    """

    id: str
    label: str
    item: str
    per_unit: Quantiles | None = None
    share: Quantiles | None = None
    mix: tuple[Part, ...] = ()
    payload_t: float | None = None
    defect: Quantiles | None = None
    condition: str = ""
    claimants: tuple[str, ...] = ()
    source: str = ""
    url: str = ""


class Input(msgspec.Struct, frozen=True):
    """Which files are read by which reader.

    Attributes:
        timezone: IANA name, for times written without one.
        shape: of AIS tables, how their columns are laid out; empty = told by the header.
    """

    glob: str
    reader: str
    timezone: str = ""
    sensitive: bool = False
    shape: str = ""


class TrackModel(msgspec.Struct, frozen=True):
    """How events are found in AIS.

    Attributes:
        preset: whose definitions.
        thresholds: kind of event -> threshold -> value, instead of those of the preset.
    """

    preset: str = "tidewaiter"
    thresholds: dict[str, dict[str, float | bool]] = {}


class Speaker(msgspec.Struct, frozen=True):
    """A source of claims, or several names of one: how far it may be off, and with whom it may be off together.

    Attributes:
        names: claimants as claims write them; what stands in brackets behind a name does not matter.
        group: sources of one group share a part of their bias (allied governments, teams with the same images).
        bias: log standard deviation of what all its numbers are off by; None = usual for its type.
        imagery: it counts what it saw, so it counts only a part of what there was; None = usual for its type.
    """

    id: str
    names: tuple[str, ...]
    group: str = ""
    bias: float | None = None
    imagery: bool | None = None
    source: str = ""


class DetectionList(msgspec.Struct, frozen=True):
    """A way in which voyages become known (imagery of the load port, of the discharge port, gaps of AIS).

    Attributes:
        seen: chance that it sees an open voyage in a month with its mean number of looks.
    """

    id: str
    label: str
    seen: Quantiles
    source: str = ""


class ListModel(msgspec.Struct, frozen=True):
    """Assumptions of the model of voyages from detection lists.

    Attributes:
        rate_per_month: voyages in the first month.
        monthly_change: log standard deviation of the rate from month to month.
        total: voyages in the whole window; None = what the rate says.
        dark_share: part of the voyages that are hard to see for every list alike.
        dark_visibility: how visible such a voyage is, relative to an open one.
    """

    rate_per_month: Quantiles = Quantiles(1.12, 3.0, 8.05, "assumed")
    monthly_change: Quantiles = Quantiles(0.11, 0.25, 0.57, "assumed")
    total: Quantiles | None = None
    dark_share: Quantiles = Quantiles(0.13, 0.40, 0.75, "assumed")
    dark_visibility: Quantiles = Quantiles(0.03, 0.25, 0.80, "assumed, wide")


class Flow(msgspec.Struct, frozen=True):
    """A flow that is known from claims alone: production, consumption, what comes back, people.

    Attributes:
        kind: production | consumption | return | people | other.
        unit: singular noun of what is counted; claims on the flow are in this unit.
        per_month: in the first month of the window.
        monthly_change: log standard deviation of the rate from month to month.
    """

    id: str
    label: str
    unit: str
    per_month: Quantiles
    kind: FlowKind = "other"
    monthly_change: Quantiles = Quantiles(0.02, 0.05, 0.12, "assumed: slow")
    source: str = ""


class Balance(msgspec.Struct, frozen=True):
    """What a receiver uses, against what it makes itself and what the line brings.

    Attributes:
        scenario: under which the line brings usable items.
        consumption, production: ids of flows in the unit of the scenario's item; no production = none.
        stock: part of the usable items brought so far that is still unused; None = nothing is.
        horizon_months: how far ahead it is looked.
    """

    id: str
    label: str
    scenario: str
    consumption: str
    production: str = ""
    stock: Quantiles | None = None
    horizon_months: int = 12
    source: str = ""


class WhatIf(msgspec.Struct, frozen=True):
    """A change of the line from the end of the window on.

    Attributes:
        balance: id of the balance it acts on.
        flow: part of the line that goes on: 0 = it stops, 0.5 = it is halved.
        legs: destinations to which nothing goes any more.
        vessels: ids of ships that take no part any more.
    """

    id: str
    label: str
    balance: str
    flow: float = 1.0
    legs: tuple[str, ...] = ()
    vessels: tuple[str, ...] = ()


class CallModel(msgspec.Struct, frozen=True):
    """Assumptions of the call model (all of them priors: 5/50/95 % points with a source).

    Attributes:
        step_h: grid step in hours.
        origin_stay_days, destination_stay_days: typical (median) length of a stay.
        stay_spread: log standard deviation between stays.
        turnaround_days: time from leaving the destination until the vessel can be at the origin again.
        idle_days: mean wait of one vessel after that, before its next call at the origin.
        vessel_spread: log standard deviation of the call rate between vessels.
        monthly_change: log standard deviation of the call rate from month to month.
        seen_clear, seen_obscured: chance that a ship at the place is seen in a clear or an obscured look.
        other_ship: chance per look that a ship outside the fleet is taken for one of it.
        misnamed: part of those that are given the name of a ship of the fleet.
        survey_coverage: share of days a survey saw, when it does not say.
        survey_distinct: chance that a call which was seen is counted as a call of its own.
        look_clustering: day-to-day correlation of what can be seen (cloudy days come in runs), 0 to 1.
        shared_images: correlation of the counts of teams that use the same images.
        unseen_share: part of all voyages that no look could have shown; None = none, and the report sweeps it.
        fastest_kn: greatest speed that a ship of the fleet keeps for hours: what lies farther from where it was heard,
            it cannot have reached.
    """

    step_h: float = 12.0
    origin_stay_days: Quantiles = Quantiles(1.2, 2.2, 4.0, "assumed")
    destination_stay_days: Quantiles = Quantiles(0.8, 1.5, 3.5, "assumed")
    stay_spread: float = 0.45
    turnaround_days: Quantiles = Quantiles(0.7, 1.2, 3.0, "assumed")
    idle_days: Quantiles = Quantiles(3.0, 15.0, 80.0, "assumed")
    vessel_spread: float = 0.5
    monthly_change: Quantiles = Quantiles(0.11, 0.25, 0.57, "assumed")
    seen_clear: float = 0.97
    seen_obscured: float = 0.10
    other_ship: float = 0.01
    misnamed: float = 0.05
    survey_coverage: Quantiles = Quantiles(0.4, 0.7, 0.95, "assumed")
    survey_distinct: float = 0.97
    look_clustering: float = 0.25
    shared_images: float = 0.5
    unseen_share: Quantiles | None = None
    fastest_kn: float = 22.0


class LoadModel(msgspec.Struct, frozen=True):
    """Assumptions about the load of one voyage, in `unit` (containers, barrels).

    Attributes:
        typical: median load of a voyage before any count is seen.
        voyage_spread: log standard deviation between voyages of one vessel.
        vessel_spread: log standard deviation between the typical loads of vessels.
        count_error: log standard deviation of one count.
        shared_bias: log standard deviation of the bias shared by all counts.
    """

    unit: str = "container"
    typical: Quantiles = Quantiles(120.0, 240.0, 480.0, "assumed")
    voyage_spread: Quantiles = Quantiles(0.14, 0.25, 0.45, "assumed")
    vessel_spread: float = 0.12
    count_error: Quantiles = Quantiles(0.0733, 0.12, 0.1966, "assumed")
    shared_bias: float = 0.08


class ClaimModel(msgspec.Struct, frozen=True):
    """Assumptions about what people state, in log units where not said otherwise.

    Attributes:
        error: standard deviation of a stated point around the truth, besides the bias of its source.
        gross: chance that a number is grossly wrong; gross_error: its standard deviation then.
        group_share: part of the variance of a source's bias that it shares with its group, 0 to 1.
        bias_scale: how much larger all biases are than declared, one factor for all.
        tight, loose, stale: mean distance of a bound ("more than") from the truth, by how it is meant.
        count_error: standard deviation of a count of what was seen.
        completeness: part of the voyages that a team counts from images.
        factor_error: standard deviation of a source's content per load unit.
        fill: content of a load unit relative to its capacity; capacity_error: standard deviation of a stated capacity.
    """

    error: float = 0.15
    gross: float = 0.08
    gross_error: float = 0.8
    group_share: float = 0.4
    bias_scale: Quantiles = Quantiles(0.45, 1.42, 4.5, "assumed, wide")
    tight: float = 0.15
    loose: float = 0.3
    stale: float = 1.5
    count_error: float = 0.08
    completeness: Quantiles = Quantiles(0.47, 0.77, 0.93, "assumed")
    factor_error: float = 0.25
    fill: Quantiles = Quantiles(0.40, 0.65, 0.83, "assumed")
    capacity_error: float = 0.15


class Case(msgspec.Struct, frozen=True):
    """One question about one supply line.

    Attributes:
        root: the case folder, absolute.
        id: slug of letters, digits and underscores.
        window: the span the answer covers, UTC.
        seed: seed of every random draw.
        draws: posterior draws kept.
        as_of: days at which the answer is also given as it would have been on the evidence published by then.
    """

    root: Path
    id: str
    title: str
    question: str
    window: Window
    places: tuple[Place, ...]
    vessels: tuple[Vessel, ...]
    legs: tuple[Leg, ...]
    items: tuple[Item, ...]
    scenarios: tuple[Scenario, ...]
    inputs: tuple[Input, ...]
    confusables: tuple[Confusable, ...] = ()
    call_model: CallModel = CallModel()
    load_model: LoadModel = LoadModel()
    claim_model: ClaimModel = ClaimModel()
    list_model: ListModel = ListModel()
    track_model: TrackModel = TrackModel()
    lists: tuple[DetectionList, ...] = ()
    sources: tuple[Speaker, ...] = ()
    flows: tuple[Flow, ...] = ()
    balances: tuple[Balance, ...] = ()
    what_ifs: tuple[WhatIf, ...] = ()
    as_of: tuple[date, ...] = ()
    limits: tuple[str, ...] = ()  # sentences on what this case cannot show, printed in the report
    seed: int = 1
    draws: int = 2000
