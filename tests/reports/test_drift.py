"""What retellings do to claims: every kind of drift, and faithful versions that must stay silent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.reports.claim import TextClaim
from tidewaiter.reports.grammar.lexicon import load_world
from tidewaiter.reports.origins.confusables import compatible, load_confusables, mistaken
from tidewaiter.reports.origins.drift import drift

BASE = TextClaim(
    id="source#1",
    doc="source",
    quote="The service put the total at 28,000 containers.",
    start=0,
    end=47,
    predicate="delivered",
    item="container",
    low=28000.0,
    high=28000.0,
    relation="approx",
    unit="container",
    origin_country="KP",
    destination_country="RU",
    period_start="2023-08",
    period_end="2025-07",
    sources=("Defense Intelligence Agency South Korea",),
    attribution="explicit",
    pub_date="2025-07-13",
    language="en",
)


def made(base=BASE, **fields):
    return TextClaim(**{**{f: getattr(base, f) for f in base.__struct_fields__}, **fields})


def retold(source=BASE, **fields):
    return made(
        source, **{"id": "later#1", "doc": "later", "pub_date": "2025-07-20", "quote": "It came to that.", **fields}
    )


def kinds(secondary, source=(BASE,)):
    return {d.kind for d in drift(secondary, source)}


ROUNDS = made(
    item="artillery_shell", unit="round", low=12e6, high=12e6, relation="gt", condition="if all were of one calibre"
)
EVENT = made(
    predicate="voyages", item="voyage", unit="voyage", low=4.0, high=4.0, relation="eq", period_start="2023-09-07",
    period_end="2023-09-08", sources=("CSIS",), pub_date="2023-09-20",
)  # fmt: skip
PORTS = made(route_from=("Rajin",), route_to=("Vostochny",))


def test_alternatives_told_together():
    choice = [
        made(id="s#1", item="artillery_shell", unit="round", low=3e6, high=3e6, statement="s1", joined="or"),
        made(id="s#2", item="rocket", unit="rocket", low=5e5, high=5e5, statement="s1", joined="or"),
    ]
    both = [made(c, id=f"t#{n}", doc="t", statement="t1", joined="and") for n, c in enumerate(choice)]
    assert kinds(both, choice) == {"or to and"}
    assert not kinds([made(c, id=f"t#{n}", doc="t", statement="t1") for n, c in enumerate(choice)], choice)


def test_alternatives_added_up():
    choice = [
        made(id="s#1", item="artillery_shell", unit="round", low=3e6, high=3e6, statement="s1", joined="or"),
        made(id="s#2", item="mortar_shell", unit="round", low=5e5, high=5e5, statement="s1", joined="or"),
    ]
    summed = made(id="t#1", doc="t", item="munition_round", unit="round", low=3.5e6, high=3.5e6)
    assert kinds([summed], choice) == {"or to and"}


def test_condition_dropped():
    found = drift([retold(ROUNDS, condition="")], [ROUNDS])
    assert [d.kind for d in found] == ["condition dropped"]
    assert found[0].fields[0].source == "if all were of one calibre"
    assert found[0].severity == "alarm"
    assert not kinds([retold(ROUNDS, condition="", relation="le", low=None)], [ROUNDS]) & {"condition dropped"}


def test_direction_reversed():
    assert kinds([retold(origin_country="RU", destination_country="KP")]) == {"direction reversed"}


def test_origin_added():
    domestic = made(origin_country="RU", destination_country="RU", route_from=("Vostochny", "Dunai"), low=74000.0,
                    high=74000.0, item="explosive", unit="tonne")  # fmt: skip
    assert kinds([retold(domestic, route_from=("Rajin",))], [domestic]) == {"origin added"}
    nowhere = made(origin_country=None)
    assert kinds([retold(origin_country="IR")], [nowhere]) == {"origin added"}
    assert not kinds([retold(route_from=("Rajin",))])  # a port of the country the source names


def test_cumulative_to_annual():
    assert kinds([retold(period_start="2025-01-01", period_end="2025-12-31")]) == {"cumulative to annual"}
    assert kinds([retold(period_start="2025", period_end="2025")]) == {"cumulative to annual"}
    assert kinds([retold(per="year")]) == {"cumulative to annual"}


def test_a_share_and_a_part_of_a_year_are_no_annual_total():
    share = made(predicate="share", unit="percent", low=50.0, high=50.0, period_start=None, period_end=None)
    assert not kinds([retold(share, period_start="2025-01-01", period_end="2025-12-31")], [share])
    undated = made(period_start=None, period_end=None)
    assert not kinds([retold(undated, period_start="2025-01", period_end="2025-05")], [undated])


def test_statistic_garbled():
    days = made(item="", unit="day", low=49.0, high=49.0, relation="eq", predicate="other", sources=("CSIS",))
    days = made(days, item="image_day")
    assert kinds([retold(days, item="voyage", unit="voyage", predicate="voyages")], [days]) == {"statistic garbled"}
    losses = made(item="casualty", unit="person", predicate="lost", low=3000.0, high=3000.0)
    assert kinds([retold(losses, item="soldier_killed")], [losses]) == {"statistic garbled"}
    output = made(predicate="produced")
    assert kinds([retold(output, predicate="delivered")], [output]) == {"statistic garbled"}


def test_time_anchor_lost():
    trips = made(EVENT, low=9.0, high=9.0, period_start="2023-10", period_end="2024-02", pub_date="2024-03-01")
    later = retold(trips, period_start="2024-09-18", period_end="2025-02-18", pub_date="2025-02-18")
    assert kinds([later], [trips]) == {"time anchor lost"}


def test_wrong_start():
    assert kinds([retold(period_start="2024-10")]) == {"wrong start"}


def test_wrong_month():
    assert kinds(
        [retold(EVENT, period_start="2023-10-07", period_end="2023-10-08", pub_date="2023-10-19")], [EVENT]
    ) == {"wrong month"}


def test_date_conflict():
    day = made(EVENT, period_start="2025-10-01", period_end="2025-10-01", pub_date="2025-10-02")
    assert kinds([retold(day, period_start="2025-10-02", period_end="2025-10-02", pub_date="2025-10-03")], [day]) == {
        "date conflict"
    }


def test_attribution_moved():
    assert kinds([retold(sources=("United States government",))]) == {"attribution moved"}
    assert kinds([retold(sources=("RUSI",))]) == {"attribution moved"}


def test_place_mistranslated():
    port = made(route_to=("Dunai",))
    assert kinds([retold(port, quote="They unload on the Danube.", route_to=())], [port]) == {"place mistranslated"}
    assert kinds([retold(port, route_to=("Danube",))], [port]) == {"place mistranslated"}
    slavic = retold(port, quote="Судна прибули в порт Дунай.", language="uk")
    assert not kinds([slavic], [port])


def test_place_confused():
    assert kinds([retold(PORTS, quote="It went to the Vostochny cosmodrome.")], [PORTS]) == {"place confused"}
    assert kinds([retold(PORTS, route_from=("Nakhodka",))], [PORTS]) == {"place confused"}


def test_person_confused():
    minister = made(sources=("Reuters", "Russian Defence Minister"))
    assert kinds([retold(minister, sources=("Ukrainian Defence Minister",))], [minister]) >= {"person confused"}
    named = made(sources=("Viktor Lysenko",))
    assert "person confused" in kinds([retold(named, sources=("Anna Lysenko",))], [named])


def test_an_office_of_another_state_in_the_sentence():
    right = made(quote="They met Russia's defence minister and saw 28,000 containers.")
    wrong = retold(quote="They met Ukraine's defence minister and saw 28,000 containers.")
    assert kinds([wrong], [right]) == {"person confused"}


def test_a_plan_told_as_fact():
    plan = made(modality="expected")
    assert kinds([retold(plan, modality="asserted")], [plan]) == {"plan told as fact"}


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        (("gt", 10000.0), ("eq", 10000.0), "bound dropped"),
        (("approx", 10000.0), ("eq", 10000.0), "bound dropped"),
        (("approx", 10000.0), ("gt", 10000.0), "bound strengthened"),
        (("lt", 16000.0), ("gt", 16000.0), "bound strengthened"),
        (("eq", 15800.0), ("gt", 16000.0), "bound strengthened"),
        (("eq", 15800.0), ("eq", 15300.0), "rounding"),
        (("eq", 15800.0), ("approx", 16000.0), ""),
        (("eq", 15800.0), ("eq", 16000.0), ""),
        (("eq", 15800.0), ("lt", 16000.0), ""),
        (("eq", 16400.0), ("gt", 16000.0), ""),
        (("lt", 16000.0), ("le", 16000.0), ""),
        (("lt", 16000.0), ("approx", 16000.0), ""),
        (("gt", 16000.0), ("ge", 16000.0), ""),
    ],
)
def test_bounds_and_rounding(was, now, kind):
    def bounded(base, relation, number, **fields):
        low = None if relation in {"lt", "le"} else number
        high = None if relation in {"gt", "ge"} else number
        return made(base, relation=relation, low=low, high=high, **fields)

    found = drift([bounded(retold(), *now)], [bounded(BASE, *was)])
    assert {d.kind for d in found} == ({kind} if kind else set())
    assert all(d.severity == ("alarm" if kind == "bound strengthened" else "loss") for d in found)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"language": "de", "quote": "Insgesamt waren es rund 28.000 Container."},
        {"sources": ("South Korean Defence Ministry",)},
        {"sources": ("South Korea",)},
        {"sources": ("Yonhap", "Defense Intelligence Agency South Korea")},
        {"sources": ("Yonhap",)},
        {"sources": ()},
        {"period_start": "2023"},
        {"period_start": "2023-08-15"},
        {"period_start": None, "period_end": None},
        {"period_start": None, "period_end": "2025-07-20"},  # so far
        {"destination_country": None},
        {"modality": "estimated"},
        {"mode": "ship"},
    ],
)
def test_a_faithful_retelling_is_silent(fields):
    assert not drift([retold(**fields)], [BASE])


@pytest.mark.parametrize(
    "fields",
    [
        {"route_from": ("Rason",)},
        {"route_to": ("Primorye",)},
        {"route_to": ("Far East",), "route_from": ()},
        {"route_to": ("Russia",)},
    ],
)
def test_a_larger_place_is_no_other_place(fields):
    assert not drift([retold(PORTS, **fields)], [PORTS])


def test_a_shortened_chain_and_a_more_general_noun_are_faithful():
    source = made(
        sources=("Reuters", "South Korean lawmakers", "NIS South Korea"), item="artillery_shell", unit="round"
    )
    assert not drift([retold(source, sources=("South Korean lawmakers",), item="munition_round")], [source])


def test_claims_of_something_else_are_passed_over():
    other = retold(item="missile", unit="missile", low=100.0, high=100.0, sources=("RUSI",))
    assert not drift([other], [BASE])
    same_number = retold(item="soldier", unit="person", origin_country="IR", sources=("RUSI",))
    assert not drift([same_number], [BASE])


def test_the_changes_are_shown():
    change = drift([retold(period_start="2024-10")], [BASE])[0].fields
    assert [(c.field, c.source, c.secondary) for c in change] == [("period_start", "2023-08", "2024-10")]


def test_confusables_name_places_of_the_world():
    known = load_confusables()
    places = {*load_world().places, *load_world().regions}
    assert {pair.right for pair in known.pair} <= places
    assert set(known.within) <= places
    assert compatible("Rason", "Rajin")
    assert mistaken("Rajin", "Rajjin") == "confused"
    assert not mistaken("Rajin", "Odesa")


_fields = st.fixed_dictionaries(
    {
        "low": st.sampled_from([None, 2.0, 3500.0, 6700.0]),
        "relation": st.sampled_from(["eq", "approx", "gt", "lt"]),
        "item": st.sampled_from(["", "container", "artillery_shell", "munition_round", "soldier_killed", "casualty"]),
        "unit": st.sampled_from(["", "round", "container"]),
        "predicate": st.sampled_from(["delivered", "produced", "lost", "route"]),
        "origin_country": st.sampled_from([None, "KP", "RU"]),
        "destination_country": st.sampled_from([None, "KP", "RU"]),
        "route_from": st.sampled_from([(), ("Rajin",), ("Nakhodka", "Dunai")]),
        "period_start": st.sampled_from([None, "2023", "2023-09", "2023-09-07"]),
        "period_end": st.sampled_from([None, "2023-09-08", "2023-12", "bad"]),
        "sources": st.sampled_from([(), ("NIS South Korea",), ("Reuters", "Kremlin"), ("unnamed experts",)]),
        "modality": st.sampled_from(["asserted", "expected", "denied"]),
        "condition": st.sampled_from(["", "if full"]),
        "statement": st.sampled_from(["", "s1", "s2"]),
        "joined": st.sampled_from(["", "or", "and"]),
        "pub_date": st.sampled_from(["", "2023-12", "2024-03-01"]),
        "per": st.sampled_from(["", "year"]),
    }
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_fields, max_size=8))
def test_a_text_has_not_drifted_from_itself(drawn):
    claims = [
        made(**{**f, "high": f["low"], "relation": f["relation"] if f["low"] else None}, id=f"x#{n}", start=n)
        for n, f in enumerate(drawn)
    ]
    assert drift(claims, claims) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(_fields, max_size=6), st.lists(_fields, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_the_claims_does_not_matter(ours, theirs, random):
    def built(drawn, doc):
        return [
            made(
                **{**f, "high": f["low"], "relation": f["relation"] if f["low"] else None},
                id=f"{doc}#{n}",
                doc=doc,
                start=n,
            )
            for n, f in enumerate(drawn)
        ]

    secondary, source = built(ours, "b"), built(theirs, "a")
    before = drift(secondary, source)
    random.shuffle(secondary)
    random.shuffle(source)
    assert drift(secondary, source) == before
