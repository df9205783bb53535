"""Destination fields as crews type them, and where the ships then went."""

import csv
import gzip

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.tracks.identity.destinations import (
    DECLARED,
    Declarations,
    Places,
    declared_destinations,
    read_destination,
)
from tidewaiter.tracks.presets import explain, preset

HOUR = 3_600_000_000
RULE = preset("tidewaiter", "destination", Declarations)
LIST = [
    ("Rotterdam", "NLRTM", "Netherlands", 51.9, 4.5, ""),
    ("Europoort", "NL EUR", "Netherlands", 51.95, 4.15, ""),
    ("Cape Town", "ZACPT", "South Africa", -33.9, 18.43, "Kaapstad"),
    ("Newport", "GBNPT", "United Kingdom", 51.58, -2.98, ""),
    ("Newport", "USNPT", "United States", 41.48, -71.32, ""),
    ("Vostochnyy Port", "RUVYP", "Russia", 42.75, 133.08, "Vostochny"),
    ("Rajin", "KPRJN", "North Korea", 42.23, 130.28, "Najin;Rason"),
    ("Las Palmas", "ESLPA", "Spain", 28.14, -15.42, "Puerto De La Luz"),
    ("Santa Cruz De La Palma Harbour", "ESSPC", "Spain", 28.68, -17.77, ""),
    ("Abidjan", "CIABJ", "Ivory Coast", 5.3, -4.0, ""),
]
COLUMNS = ("name", "locode", "country", "lat", "lon", "other_names")


@pytest.fixture(scope="module")
def places():
    return Places(pa.table(dict(zip(COLUMNS, map(list, zip(*LIST, strict=True)), strict=True))))


@pytest.mark.parametrize(
    ("text", "place", "how"),
    [
        ("NLRTM", "Rotterdam", "locode"),
        ("NL RTM", "Rotterdam", "locode"),
        ("nl-rtm@@@@@@", "Rotterdam", "locode"),
        ("NL/RTM", "Rotterdam", "locode"),
        ("NL EUR", "Europoort", "locode"),
        ("CI ABJ", "Abidjan", "locode"),
        ("ZACPT>NLRTM", "Rotterdam", "locode"),
        ("ZA CPT => NL RTM", "Rotterdam", "locode"),
        ("ZACPT-NLRTM", "Rotterdam", "locode"),
        ("CAPE TOWN TO ROTTERDAM", "Rotterdam", "name"),
        ("NLRTM MAASVLAKTE", "Rotterdam", "locode"),
        ("CAPETOWN FOR ORDERS", "Cape Town", "name"),
        ("KAAPSTAD", "Cape Town", "name"),
        ("PORT OF RAJIN", "Rajin", "name"),
        ("Rason anch.", "Rajin", "name"),
        ("VOSTOCHNY", "Vostochnyy Port", "name"),
        ("VOSTOCHNYY", "Vostochnyy Port", "name"),
        ("NEWPORT, UK", "Newport", "name and country"),
        ("NEWPORT USA", "Newport", "name and country"),
        ("US NEWPORT", "Newport", "name and country"),
        ("ROTERDAM", "Rotterdam", "one letter off"),
        ("ROTTRDAM", "Rotterdam", "one letter off"),
        ("ROTTERDMA", "Rotterdam", "one letter off"),
        ("SANTA CRUZ DE LA PAL", "Santa Cruz De La Palma Harbour", "cut-off name"),
        ("LAS PALMAS   @@@H", "Las Palmas", "name"),
        ("LAS PALMAS     OLD TX", "Las Palmas", "name"),
        ("CANARIAS (LAS PALMAS", "Las Palmas", "name"),
        ("ÉUROPOORT", "Europoort", "name"),
    ],
)
def test_a_place_is_found(places, text, place, how):
    match = places.find(read_destination(text))

    assert (match.place and match.place.name, match.how) == (place, how)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (None, "nothing"), ("", "nothing"), ("@@@@", "nothing"), ("N/A", "nothing"), ("?? ???", "nothing"), ("---", "nothing"),
        ("FOR ORDERS", "orders"), ("F/ORDERS", "place"), ("TBA", "orders"), ("ORDERS.", "orders"),
        ("FISHING", "doing"), ("AT SEA", "doing"), ("STS", "doing"), ("RAJIN", "place"),
    ],
)  # fmt: skip
def test_what_a_field_says(text, kind):
    assert read_destination(text).kind == kind


def test_parts_of_a_field():
    route = read_destination("RAJIN>VOSTOCHNY")
    assert (route.origin, route.names) == (("RAJIN",), ("VOSTOCHNY",))
    waits = read_destination("CAPE TOWN FOR ORDERS")
    assert (waits.names, waits.orders) == (("CAPE TOWN",), True)
    line = read_destination("RAJIN<>VOSTOCHNY")
    assert (line.names, line.to_and_fro) == (("RAJIN", "VOSTOCHNY"), True)


def test_what_is_not_found_is_said(places):
    several = places.find(read_destination("NEWPORT"))
    assert several.place is None
    assert [p.locode for p in several.several] == ["GBNPT", "USNPT"]
    assert places.find(read_destination("RUSSIA FOR ORDERS")).country == "RU"
    assert places.find(read_destination("NOWHERE")).how == ""
    assert places.find(read_destination("ROTTERDAM USA")).place is None


@given(st.text(max_size=60))
def test_any_text_is_read(places, text):
    destination = read_destination(text)

    assert destination.kind in {"place", "orders", "nothing", "doing"}
    assert bool(destination.names) == (destination.kind == "place")
    places.find(destination)


@pytest.mark.parametrize("unit", ["A", " ", "A ", ">", "-=", "(", "@", "NL RTM/", " TO ", "\u0301"])
def test_endless_texts_are_cut(places, unit):
    places.find(read_destination(unit * 1_000_000))


def declared(*texts, vessel=1):
    return [(vessel, k * HOUR, text) for k, text in enumerate(texts)]


def judged(places, messages, visits):
    vessel, t, text = zip(*messages, strict=True)
    statics = pa.table(
        {"vessel_key": pa.array(vessel, pa.int64()), "t": pa.array(t, pa.int64()), "destination": pa.array(text)}
    )
    columns = list(zip(*visits, strict=True)) or [()] * 7
    kinds = [pa.int64(), pa.int64(), pa.int64(), pa.string(), pa.string(), pa.float64(), pa.float64()]
    names = ("vessel_key", "start", "end", "name", "locode", "lat", "lon")
    table = pa.table({n: pa.array(c, k) for n, c, k in zip(names, columns, kinds, strict=True)})
    return declared_destinations(statics, places, table, RULE)


AT_RAJIN, AT_VOSTOCHNY = ("Rajin", "", 42.24, 130.3), (None, "RU VYP", 42.7, 133.1)


@pytest.mark.parametrize(
    ("text", "visits", "verdict", "words"),
    [
        (
            "RUVYP",
            [(1, 5 * HOUR, None, *AT_VOSTOCHNY)],
            "agrees",
            "declared Vostochnyy Port, arrived at RUVYP on 1970-01-01",
        ),
        (
            "RUVYP",
            [(1, 5 * HOUR, None, *AT_RAJIN)],
            "differs",
            "declared Vostochnyy Port, but arrived at Rajin, 235 km",
        ),
        ("RUVYP", [(1, 500 * HOUR, None, *AT_VOSTOCHNY)], "not seen", "no port visit is known"),
        ("RUVYP", [(2, 5 * HOUR, None, *AT_VOSTOCHNY)], "not seen", "no port visit is known"),
        ("RAJIN", [(1, -5 * HOUR, None, *AT_RAJIN)], "agrees", "lay at Rajin already"),
        ("RAJIN", [(1, -5 * HOUR, -4 * HOUR, *AT_RAJIN)], "not seen", "no port visit"),
        (
            "RUVYP",
            [(1, 3 * HOUR, 4 * HOUR, *AT_RAJIN), (1, 5 * HOUR, None, *AT_VOSTOCHNY)],
            "agrees",
            "arrived at RUVYP",
        ),
        ("RAJIN<>VOSTOCHNY", [(1, 5 * HOUR, None, *AT_VOSTOCHNY)], "agrees", "Vostochnyy"),
        (
            "RAJIN<>VOSTOCHNY",
            [(1, 5 * HOUR, None, "Far", "", 1.0, 1.0)],
            "not resolvable",
            "a line between Rajin and Vost",
        ),
        ("NEWPORT", [(1, 5 * HOUR, None, "", "", 41.5, -71.3)], "agrees", "declared Newport, arrived at 41.50, -71.30"),
        (
            "NEWPORT",
            [],
            "not resolvable",
            '"NEWPORT" may be 2 places: Newport (United Kingdom); Newport (United States)',
        ),
        ("FOR ORDERS", [(1, 5 * HOUR, None, *AT_RAJIN)], "not resolvable", "declared to wait for orders"),
        ("CHINA FOR ORDERS", [], "not resolvable", "a country only, China"),
        ("FISHING", [], "not resolvable", "declared what it does"),
        ("N/A", [], "not resolvable", "declared no destination"),
        ("ATLANTIS", [], "not resolvable", 'no place of the list is called "ATLANTIS"'),
    ],
)
def test_verdicts(places, text, visits, verdict, words):
    rows = judged(places, declared(text, text), visits).to_pylist()

    assert [r["verdict"] for r in rows] == [verdict]
    assert words in rows[0]["words"]


def test_a_declaration_is_in_force_until_the_next(places):
    messages = declared("RUVYP", "RUVYP", "RAJIN", "RAJIN")
    visits = [(1, HOUR, 2 * HOUR, *AT_VOSTOCHNY), (1, 9 * HOUR, None, *AT_RAJIN)]

    rows = judged(places, messages, visits)

    assert rows.schema == DECLARED
    assert rows["verdict"].to_pylist() == ["agrees", "agrees"]
    assert rows["visited"].to_pylist() == ["RUVYP", "Rajin"]


def test_a_destination_heard_once_is_garbled(places):
    rows = judged(places, declared("RAJIN", "RAJIN", "RAJIL", "RAJIN"), [])

    assert rows["declared"].to_pylist() == ["RAJIN"]


def test_bad_lists_are_said(places):
    with pytest.raises(InputError, match="places lack lat"):
        Places(pa.table({"name": ["A"], "lon": [1.0]}))
    with pytest.raises(InputError, match="lon of places holds something that is no number"):
        Places(pa.table({"name": ["A"], "lat": [1.0], "lon": pa.array([None], pa.float64())}))
    statics = pa.table({"vessel_key": [1], "t": [1], "destination": ["A"]})
    with pytest.raises(InputError, match="visits lack start"):
        declared_destinations(statics, places, pa.table({"vessel_key": [1]}), RULE)


def test_presets_are_whole():
    assert all(t.meaning for t in explain("tidewaiter", "destination", Declarations).thresholds)


def test_fields_of_a_real_day(shared_data):
    with gzip.open(shared_data / "ais" / "wpi_pub150.csv.gz", "rt", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    names = {
        "name": "Main Port Name",
        "locode": "UN/LOCODE",
        "country": "Country Code",
        "other_names": "Alternate Port Name",
    }
    columns = {own: [r[theirs] for r in rows] for own, theirs in names.items()}
    columns |= {"lat": [float(r["Latitude"]) for r in rows], "lon": [float(r["Longitude"]) for r in rows]}
    ports = Places(pa.table(columns))

    found = {
        text: ports.find(read_destination(text)).place for text in ("LAS PALMAS", "ITAOI", "PUERTO MADRYN", "TEST")
    }

    assert {text: place and place.locode for text, place in found.items()} == {
        "LAS PALMAS": "ESLPA", "ITAOI": "ITAOI", "PUERTO MADRYN": "ARPMY", "TEST": None
    }  # fmt: skip
