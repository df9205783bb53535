"""Which claims are one statement: links, groups, undoing, and the number of independent origins."""

import itertools
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.reports.claim import Ground, TextClaim
from tidewaiter.reports.origins.hierarchy import same_voice, voice
from tidewaiter.reports.origins.merge import grouped, merge

SENTENCE = "The ministry counted 6,700 containers that left the northern harbour for the Pacific coast by sea"
_numbers = itertools.count()


def claim(doc="a.txt", **fields):
    start = next(_numbers) * 1000
    known = {
        "id": f"{doc}#{start}",
        "doc": doc,
        "quote": f"sentence {start}",
        "start": start,
        "end": start + 80,
        "predicate": "delivered",
        "item": "container",
        "low": 6700.0,
        "high": 6700.0,
        "relation": "eq",
        "unit": "container",
        "origin_country": "KP",
        "destination_country": "RU",
        "sources": ("South Korean Defence Ministry",),
        "attribution": "explicit",
        "pub_date": "2024-02-26",
    }
    return TextClaim(**{**known, **fields})


def linked(a, b, **options):
    merged = merge([a, b], **options)
    return {frozenset((link.a, link.b)): link.kind for link in merged.links}.get(frozenset((a.id, b.id)), "")


@pytest.mark.parametrize(
    ("a", "b", "answer"),
    [
        ("South Korean Defence Minister", "South Korean Defence Ministry", "part"),
        ("South Korean Defence Ministry", "South Korean government", "part"),
        ("South Korean lawmakers", "NIS South Korea", "part"),
        ("White House", "United States government", "part"),
        ("US spokesperson", "White House", "part"),
        ("senior US officials", "Pentagon", "part"),
        ("Beyond Parallel", "CSIS", "part"),
        ("NATO", "NATO|United States government", "part"),
        ("NIS South Korea", "NIS South Korea", "same"),
        ("President of Ukraine", "Ukrainian President", "same"),
        ("Amina Okoye", "Okoye", "same"),
        ("Сергій Гончар", "Serhii Honchar", "same"),
        ("NIS South Korea", "South Korean Defence Ministry", "unknown"),
        ("Reuters", "NIS South Korea", "unknown"),
        ("NIS South Korea", "United States government", "different"),
        ("RUSI", "CSIS", "different"),
        ("Russian internal documents", "Kremlin", "different"),
        ("Reuters", "AFP", "different"),
        ("", "AFP", "unknown"),
    ],
)
def test_who_speaks_for_whom(a, b, answer):
    assert same_voice(a, b) == same_voice(b, a) == answer


def test_two_offices_of_one_state_have_one_root():
    assert voice("Pentagon").root == voice("US officials").root == "state:US"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, "same"),
        ({"relation": "gt", "high": None}, "same"),  # a bound word that was added: told less exactly, one statement
        ({"sources": ("Yonhap", "South Korean government")}, "same"),
        ({"sources": ("South Korean Defence Minister",)}, "same"),
        ({"item": "munition_round", "unit": "round"}, ""),
        ({"low": 7000.0, "high": 7000.0}, "same"),  # rounded, told on the same day
        ({"low": 10000.0, "high": 10000.0}, ""),
        ({"sources": ("United States government",)}, ""),
        ({"sources": ("NIS South Korea",)}, ""),  # two services of one state
        ({"sources": ()}, "probable"),
        ({"sources": ("Reuters",)}, "probable"),
        ({"destination_country": "SY"}, ""),
        ({"origin_country": "RU", "destination_country": "KP"}, "probable"),
        ({"destination_country": None}, "same"),
        ({"predicate": "produced"}, ""),
        ({"modality": "denied", "predicate": "denial"}, ""),
        ({"modality": "expected"}, "probable"),
        ({"per": "month"}, "probable"),
        ({"pub_date": "2024-09-01"}, "same"),  # repeated months later, with the date it holds for
        ({"pub_date": "2024-09-01", "period_end": None}, "probable"),
        ({"carriers": ("Baikal",)}, "same"),
        ({"period_end": "2023-06"}, ""),
    ],
)
def test_one_field_decides(change, kind):
    first = claim(carriers=("Onega", "Baikal"), period_end="2024-02")
    other = claim("b.txt", **{"carriers": ("Onega",), "period_end": "2024-02", **change})
    assert linked(first, other) == kind


def test_another_ship_is_another_count():
    assert not linked(claim(carriers=("Onega",)), claim("b.txt", carriers=("Baikal",)))


def test_the_same_number_on_another_night_is_another_event():
    night = {"item": "drone", "unit": "drone", "low": 35.0, "high": 35.0, "predicate": "other"}
    first = claim(period_start="2024-03-18", period_end="2024-03-19", pub_date="2024-03-19", **night)
    later = claim("b.txt", period_start="2024-03-19", period_end="2024-03-20", pub_date="2024-03-20", **night)
    assert not linked(first, later)


def test_a_later_number_of_the_same_origin_is_an_update():
    merged = merge([claim(), claim("b.txt", low=10000.0, high=10000.0, pub_date="2024-06-14")])
    assert len(merged.groups) == 2
    assert merged.independent_origins == 1


def test_a_rounded_number_does_not_tie_two_exact_ones():
    days = [("2025-01-16", 601_340.0), ("2025-01-16", 600_000.0), ("2025-01-17", 602_870.0)]
    claims = [claim(f"{n}.txt", low=x, high=x, pub_date=day) for n, (day, x) in enumerate(days)]
    assert sorted(len(members) for members in merge(claims).groups.values()) == [1, 2]


def test_a_copy_without_source_does_not_tie_two_origins():
    claims = [
        claim(quote=SENTENCE),
        claim("b.txt", quote=SENTENCE, sources=()),
        claim("c.txt", quote=SENTENCE, sources=("NATO",)),
    ]
    merged = merge(claims)
    assert len(merged.groups) == 2
    assert merged.independent_origins == 2


def test_a_chain_that_names_the_origin_behind_its_reporter():
    first = claim(sources=("Yonhap",))
    other = claim("b.txt", sources=("Yonhap", "South Korean lawmakers", "NIS South Korea"))
    assert linked(first, other) == "same"


def test_a_headline_joins_the_body_of_its_document():
    headline = claim(sources=(), attribution="none")
    body = claim(relation="gt", high=None, period_start="2023-08")
    assert linked(headline, body) == "headline"


def test_a_headline_without_number_joins_the_body():
    headline = claim(sources=(), attribution="none", low=None, high=None, relation=None, unit="")
    assert linked(headline, claim()) == "headline"


def test_a_headline_that_could_be_of_two_origins_joins_none():
    merged = merge([claim(sources=()), claim(), claim(sources=("United States government",))])
    assert len(merged.groups) == 3
    assert len(merged.probable) == 3


def test_an_office_and_its_holder_in_one_document():
    assert linked(claim(sources=("Polish Defence Minister",)), claim(sources=("Marek Zielony",))) == "headline"


def test_a_name_in_two_scripts_is_known_by_the_numbers_it_gives():
    ours = [claim(sources=("Marek Zielony",), low=n, high=n) for n in (62.0, 180.0)]
    theirs = [claim("b.txt", sources=("마레크 지엘로니",), low=n, high=n) for n in (62.0, 180.0)]
    assert len(merge([*ours, *theirs]).groups) == 2
    assert len(merge([ours[0], theirs[0]]).groups) == 2  # one number alike may be chance


def test_a_copied_sentence_that_lost_its_source():
    merged = merge([claim(quote=SENTENCE), claim("b.txt", quote=SENTENCE.replace("by sea", "at sea"), sources=())])
    assert [link.kind for link in merged.links] == ["copy"]
    assert len(merged.groups) == 1


def test_a_copied_document():
    body = " ".join(f"word{n}" for n in range(200))
    first = claim(quote=SENTENCE)
    other = claim("b.txt", quote=SENTENCE, sources=("United States government",))
    assert not linked(first, other)
    assert linked(first, other, texts={"a.txt": body, "b.txt": body + " and more"}) == "copy"


def test_a_telling_number_of_another_origin_is_an_echo():
    merged = merge([claim(), claim("b.txt", sources=("NATO",), pub_date="2024-03-11")])
    assert len(merged.groups) == len(merged.probable) == 2
    assert len(merged.echoes) == 1
    assert "circular" in merged.echoes[0].why


def test_a_conversion_under_a_condition():
    rounds = {"item": "artillery_shell", "unit": "round", "low": 3e6, "high": 3e6}
    count = claim()
    stated = claim(condition="if all held one calibre", start=count.end + 1, **rounds)
    elsewhere = claim("b.txt", condition="were they full", sources=("RUSI",), pub_date="2024-03-01", **rounds)
    merged = merge([count, stated, elsewhere])
    derived = {(link.a, link.b): link.status for link in merged.links if link.kind == "derived"}
    assert derived == {(count.id, stated.id): "stated", (count.id, elsewhere.id): "inferred"}
    assert merged.independent_origins == 1
    assert merge([count, stated], undone={(count.id, stated.id)}).undone[0].kind == "derived"


def test_a_conversion_that_takes_the_count_up():
    count = claim(start=0, end=90)
    content = claim(
        start=91, end=150, item="artillery_shell", unit="round", low=4e6, high=6e6, relation="range",
        grounds={"period": Ground(None, None, "carried from the sentence before")},
    )  # fmt: skip
    assert [(x.kind, x.status) for x in merge([count, content]).links] == [("derived", "stated")]


def test_undoing_parts_a_pair_even_when_a_third_one_ties_it():
    claims = [claim(f"{n}.txt") for n in range(3)]
    assert len(merge(claims).groups) == 1
    for a, b in itertools.permutations(claims, 2):
        merged = merge(claims, undone={(a.id, b.id)})
        group_of = merged.group_of()
        assert group_of[a.id] != group_of[b.id]
        assert len(merged.groups) == 2


def test_the_group_is_named_after_its_earliest_member():
    claims = [claim("late.txt", pub_date="2024-03-01"), claim("early.txt", pub_date="2024-02-26")]
    assert {c.group for c in grouped(claims, merge(claims))} == {claims[1].id}


def test_two_claims_with_one_id():
    with pytest.raises(InputError, match=r"x\.txt#1"):
        merge([claim(id="x.txt#1"), claim(id="x.txt#1")])


_fields = {
    "doc": st.sampled_from(["a.txt", "b.txt", "c.txt"]),
    "low": st.sampled_from([None, 2.0, 6700.0, 10000.0]),
    "relation": st.sampled_from(["eq", "approx", "gt"]),
    "item": st.sampled_from(["container", "artillery_shell", "soldier"]),
    "predicate": st.sampled_from(["delivered", "deployed", "lost", "other"]),
    "destination_country": st.sampled_from(["RU", None]),
    "sources": st.sampled_from(
        [(), ("NIS South Korea",), ("Reuters", "NIS South Korea"), ("South Korean government",), ("NATO",), ("AFP",)]
    ),
    "modality": st.sampled_from(["asserted", "expected"]),
    "period_start": st.sampled_from([None, "2023-08", "2024-02-01"]),
    "period_end": st.sampled_from([None, "2024-02", "2024-02-26"]),
    "pub_date": st.sampled_from(["", "2024-02-26", "2024-03", "2024-09-01"]),
    "condition": st.sampled_from(["", "if full"]),
    "quote": st.sampled_from([SENTENCE, "too short"]),
}


@st.composite
def some_claims(draw):
    drawn = draw(st.lists(st.fixed_dictionaries(_fields), min_size=1, max_size=9))
    claims = []
    for n, fields in enumerate(drawn):
        quantified = fields["low"] is not None
        made = {**fields, "high": fields["low"], "relation": fields["relation"] if quantified else None}
        claims.append(claim(**made, id=f"{fields['doc']}#{n}", start=100 * n, end=100 * n + 90))
    return claims


@settings(max_examples=150, deadline=None)
@given(some_claims(), st.randoms(use_true_random=False))
def test_the_order_of_the_claims_does_not_matter(claims, random):
    shuffled = list(claims)
    random.shuffle(shuffled)
    assert merge(shuffled) == merge(claims)


@settings(max_examples=150, deadline=None)
@given(some_claims(), st.data())
def test_undoing_only_splits(claims, data):
    before = merge(claims)
    ids = [c.id for c in claims]
    undone = data.draw(st.sets(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=3))
    after = merge(claims, undone=undone)
    for old, new in ((before.groups, after.groups), (before.probable, after.probable)):
        parts = [set(members) for members in old.values()]
        assert all(any(set(members) <= part for part in parts) for members in new.values())
    for a, b in undone:
        probable = {m: g for g, members in after.probable.items() for m in members}
        assert a == b or probable[a] != probable[b]
    assert {(x.a, x.b) for x in after.links} | {(x.a, x.b) for x in after.undone} == {(x.a, x.b) for x in before.links}


@settings(max_examples=150, deadline=None)
@given(some_claims(), st.data())
def test_copies_are_no_new_origins(claims, data):
    before = merge(claims).independent_origins
    chosen = data.draw(st.lists(st.sampled_from(claims), max_size=4))
    copies = [msgspec.structs.replace(c, id=f"copy{n}#1", doc=f"copy{n}") for n, c in enumerate(chosen)]
    assert merge([*claims, *copies]).independent_origins == before


@pytest.mark.slow
def test_twenty_thousand_claims_in_seconds():
    voices = ["NIS South Korea", "NATO", "RUSI", "Pentagon", "HUR Ukraine", "Kremlin"]
    claims = [
        claim(
            f"{n % 4000}.txt",
            low=float(100 * (n * 7919 % 400)) or 50.0,
            high=float(100 * (n * 7919 % 400)) or 50.0,
            item=("container", "artillery_shell", "missile")[n % 3],
            sources=(voices[n % 6],) if n % 4 else (),
            pub_date=f"202{n % 5}-{n % 12 + 1:02}-{n % 28 + 1:02}",
            quote=f"{SENTENCE} {n % 5000} {n % 77}",
        )
        for n in range(20_000)
    ]
    start = time.perf_counter()
    merge(claims)
    assert time.perf_counter() - start < 60  # a loaded machine; a few seconds on an idle one
