"""Texts brought into a case: opened from the store, read, merged, and what of them becomes a claim of the case."""

import json
from datetime import UTC, datetime

import msgspec
import pytest

from tidewaiter.case import load_case, write_template
from tidewaiter.errors import InputError
from tidewaiter.evidence import Store
from tidewaiter.evidence.locators import Quotes
from tidewaiter.model import Flow, Locator, Quantiles
from tidewaiter.model.tables import CLAIMS, DOCUMENTS, TEXT_CLAIMS
from tidewaiter.pipeline.claim_rows import Told, claim_rows
from tidewaiter.pipeline.reviews import OPEN, Review, Word, checked, corrected, corrections
from tidewaiter.pipeline.texts import read_texts
from tidewaiter.reports import TextClaim
from tidewaiter.reports.origins.merge import merge

GAZETTE = """\
Published: 2 July 2031

North Korea has shipped more than 3,000 containers to Russia by sea since March 2031, South Korea's Defence Ministry \
said.

Ukraine's General Staff said Russia lost 400 soldiers in June 2031.
"""
ZEITUNG = """\
3. Juli 2031

Nordkorea hat seit März 2031 mehr als 3.000 Container nach Russland geliefert, teilte das südkoreanische \
Verteidigungsministerium mit.
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """The template case, its places put into two real countries and its crates made rounds."""
    return a_case(tmp_path_factory.mktemp("texts") / "amber")


def a_case(root):
    write_template(root, "shuttle")
    text = (root / "case.toml").read_text("utf-8")
    text = text.replace('"XA"', '"KP"').replace('"XB"', '"RU"').replace('unit = "crate"', 'unit = "round"')
    (root / "case.toml").write_text(text, "utf-8")
    return load_case(root)


@pytest.fixture
def read(tmp_path):
    """Return a function that reads texts, given as name -> content, in a case of their own."""
    found = a_case(tmp_path / "amber")

    def read_all(texts, taken=(), **said):
        with Store.open(found.root) as store:
            files = []
            for name, content in texts.items():
                path = found.root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
                item = store.add(path, name=name, **said)
                files.append((item, store.path(item.sha256)))
            return read_texts(found, store, files, frozenset(taken))

    read_all.root = found.root
    return read_all


def claim(ident="a-01", **fields):
    """A claim as a text makes it: containers from North Korea to Russia, unless said otherwise."""
    usual = {
        "predicate": "delivered",
        "item": "container",
        "unit": "container",
        "relation": "eq",
        "low": 3000.0,
        "high": 3000.0,
        "origin_country": "KP",
        "destination_country": "RU",
        "pub_date": "2031-07-02",
        "doc": "texts/a.txt",
        "quote": "3,000 containers",
        "start": 0,
        "end": 16,
        "qty_start": 0,
        "qty_end": 5,
    }
    return TextClaim(id=ident, **(usual | fields))


def rows_of(case, *claims, **more):
    """Rows of CLAIMS and what was left out, of claims made by hand."""
    told = [Told(c, OPEN, c.id.rpartition("-")[0], "e" * 64, n, 1, **more) for n, c in enumerate(claims, 1)]
    rows, left_out = claim_rows(case, told, merge(claims))
    return {row["claim_id"]: row for row in rows}, left_out


def messages(texts, kind):
    return [row["message"] for row in texts.notices.to_pylist() if row["kind"] == kind]


def test_a_text_becomes_documents_claims_and_rows_that_the_answer_can_use(read):
    texts = read({"texts/gazette.txt": GAZETTE})

    assert texts.documents.schema == DOCUMENTS
    assert texts.text_claims.schema == TEXT_CLAIMS
    assert texts.claims.schema == CLAIMS
    (document,) = texts.documents.to_pylist()
    assert (document["document_id"], document["name"], document["language"]) == ("gazette", "texts/gazette.txt", "en")
    assert (document["published"], document["published_by"]) == ("2031-07-02", "date line")
    (row,) = texts.claims.to_pylist()
    assert row["claim_id"] == "gazette-01"
    assert (row["category"], row["quantity"], row["bound"], row["low"], row["high"]) == (
        *("delivery", "container", "over", 3000.0),
        None,
    )
    assert row["claimant"] == "South Korean Defence Ministry"
    assert row["claimant_type"] == "government"
    assert (row["stated"], row["t_start"], row["t_end"]) == ("2031-07-02", datetime(2031, 3, 1, tzinfo=UTC), None)
    assert row["route"].startswith("sea")
    assert row["use"] == "check"
    other = next(r for r in texts.text_claims.to_pylist() if r["unit"] == "person")
    assert other["left_out"] == "is about another country" or "counts" in other["left_out"]


def test_the_characters_of_a_claim_are_found_again_in_the_store(read):
    texts = read({"texts/gazette.txt": b"\xef\xbb\xbf" + GAZETTE.encode()})

    row = texts.claims.to_pylist()[0]
    quote = Quotes(read.root, []).at(Locator(row["evidence"], start=row["start"], end=row["end"]))
    assert quote == texts.text_claims.to_pylist()[0]["quote"]
    assert quote.startswith("North Korea has shipped")
    assert row["line"] == 3


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_an_old_encoding_is_kept_as_a_text_of_its_own(read, encoding):
    texts = read({"texts/gazette.txt": ("“Hear” — " + GAZETTE).encode(encoding)}, sensitive=True)

    row = texts.claims.to_pylist()[0]
    (document,) = texts.documents.to_pylist()
    with Store.open(read.root, write=False) as store:
        kept = store.evidence()[row["evidence"]]
    assert kept.name == "texts/gazette.txt.text.txt"
    assert kept.collector == f"text of {document['original']}"
    assert kept.sensitive
    quote = Quotes(read.root, []).at(Locator(row["evidence"], start=row["start"], end=row["end"]))
    assert quote == texts.text_claims.to_pylist()[0]["quote"]


def test_the_text_of_a_web_page_is_kept_beside_it(read):
    pytest.importorskip("trafilatura", reason="HTML needs the extra [reports]")
    body = "".join(f"<p>{p}</p>" for p in GAZETTE.split("\n\n")[1:])
    filler = "<p>The harbour was quiet for the rest of the week, and nobody on the pier wanted to speak about it.</p>"
    page = f"<html><head><title>A quay</title></head><body><article>{body}{filler * 3}</article></body></html>"
    texts = read({"texts/2031-07-04_page.html": page})
    again = read({"texts/2031-07-04_page.html": page})

    row = texts.claims.to_pylist()[0]
    (document,) = texts.documents.to_pylist()
    assert document["original"] != row["evidence"] == document["evidence"]
    assert (document["published"], document["published_by"]) == ("2031-07-04", "file name")
    quote = Quotes(read.root, []).at(Locator(row["evidence"], start=row["start"], end=row["end"]))
    assert "3,000 containers" in quote
    assert again.text_claims.equals(texts.text_claims)


def test_what_a_person_says_of_the_date_comes_first(read):
    texts = read({"texts/2031-08-01_gazette.txt": GAZETTE}, published="2031-07-09")
    (document,) = texts.documents.to_pylist()
    assert (document["published"], document["published_by"]) == ("2031-07-09", "given")

    texts = read({"texts/2031-08-02_gazette.txt": "\n" + GAZETTE}, published="last summer")
    assert texts.documents["published"].to_pylist() == ["2031-07-02"]
    assert "is no date" in messages(texts, "text")[0]


def test_times_told_from_an_unknown_day_are_reported(read):
    undated = "North Korea shipped 3,000 containers to Russia last month, South Korea's Defence Ministry said.\n"
    texts = read({"texts/undated.txt": undated, "texts/sure.txt": undated.replace("last month", "in March 2031")})

    (notice,) = texts.notices.to_pylist()
    assert notice["subject"] == "texts/undated.txt"
    assert "not known when it was published" in notice["message"]
    assert texts.claims["stated"].null_count == texts.claims.num_rows


def test_a_text_that_cannot_be_read_stops_nobody(read):
    latin = "Naves multae frumentum ex portu veteri ad urbem novam portaverunt, ut fabula narrat. " * 5
    texts = read({"texts/a.txt": b"\x89PNG\r\n", "texts/b.txt": GAZETTE, "texts/c.txt": GAZETTE, "texts/d.txt": latin})

    assert texts.documents["name"].to_pylist() == ["texts/b.txt", "texts/d.txt"]
    (reject,) = texts.rejects.to_pylist()
    assert (reject["file"], reject["row"]) == ("texts/a.txt", 0)
    assert "PNG" in reject["reason"]
    assert any("could not be read" in m for m in messages(texts, "text"))
    assert any("language was not recognised" in m for m in messages(texts, "text"))
    assert messages(texts, "duplicate_file") == ["The text is the same as texts/b.txt and is read once."]


def test_ids_are_short_and_nobody_else_has_them(read):
    texts = read(
        {
            "texts/a/news.txt": GAZETTE,
            "texts/b/news.txt": GAZETTE + "\n",
            "texts/b/news.md": GAZETTE + "\n\n",
            "texts/the page (2).txt": GAZETTE + " \n",
            "texts/mine.txt": GAZETTE + "  \n",
        },
        taken={"mine-01", "C1"},
    )

    keys = texts.documents["document_id"].to_pylist()
    assert keys == ["texts-a-news", "texts-b-news-md", "texts-b-news-txt", "texts-mine", "the-page-2"]
    ids = texts.text_claims["claim_id"].to_pylist()
    assert len(ids) == len(set(ids))


def test_retellings_share_a_group_and_lead_back_to_their_origin(read):
    texts = read({"texts/gazette.txt": GAZETTE, "texts/zeitung.txt": ZEITUNG})

    rows = {r["claim_id"]: r for r in texts.claims.to_pylist()}
    assert rows["zeitung-01"]["derived_from"] == ["gazette-01"]
    assert rows["zeitung-01"]["derivation"] == "stated"
    groups = {r["claim_id"]: r["group"] for r in texts.text_claims.to_pylist()}
    assert groups["zeitung-01"] == groups["gazette-01"] == "gazette-01"


def test_what_changed_on_the_way_reaches_the_notices(read):
    turned = ZEITUNG.replace("Nordkorea hat", "Russland hat").replace("nach Russland", "nach Nordkorea")
    less = GAZETTE.replace("more than 3,000", "at most 1,000").replace("South Korea's Defence", "Ukraine's Defence")
    texts = read({"texts/gazette.txt": GAZETTE, "texts/zeitung.txt": turned, "texts/other.txt": less})

    assert any("direction reversed" in m for m in messages(texts, "drift"))
    assert messages(texts, "contradiction")
    assert "gazette-01" in messages(texts, "contradiction")[0]


def test_a_notice_on_a_sensitive_text_is_one_that_a_public_report_drops(read):
    less = GAZETTE.replace("more than 3,000", "at most 1,000").replace("South Korea's Defence", "Ukraine's Defence")
    texts = read({"texts/gazette.txt": GAZETTE, "texts/other.txt": less}, sensitive=True)

    subjects = {n["subject"] for n in texts.notices.to_pylist() if n["kind"] == "contradiction"}
    assert subjects
    assert subjects <= set(texts.documents["name"].to_pylist())


def test_grounds_are_kept_as_json(read):
    texts = read({"texts/gazette.txt": GAZETTE})

    grounds = json.loads(texts.text_claims["grounds"][0].as_py())
    assert {"start", "end", "rule"} == set(grounds["low"])


@pytest.mark.parametrize(
    ("relation", "low", "high", "bound", "first", "second"),
    [
        ("eq", 3, 3, "exact", 3, None),
        ("approx", 3, 3, "about", 3, None),
        ("ge", 3, None, "at_least", 3, None),
        ("gt", 3, None, "over", 3, None),
        ("le", None, 3, "up_to", 3, None),
        ("lt", None, 3, "below", 3, None),
        ("range", 3, 5, "range", 3, 5),
    ],
)
def test_bounds(case, relation, low, high, bound, first, second):
    rows, _ = rows_of(case, claim(relation=relation, low=low, high=high))

    row = rows["a-01"]
    assert (row["bound"], row["low"], row["high"]) == (bound, first, second)


@pytest.mark.parametrize(
    ("fields", "category"),
    [
        ({}, "delivery"),
        ({"predicate": "voyages", "item": "voyage", "unit": "voyage"}, "delivery"),
        ({"predicate": "route"}, "delivery"),
        ({"predicate": "deployed"}, "delivery"),
        ({"predicate": "other", "unit": "round", "condition": "if all were shells"}, "delivery"),
        ({"unit": "tonne", "item": "munition"}, "delivery"),
        ({"predicate": "share", "unit": "percent"}, "share"),
        ({"predicate": "produced", "unit": "round", "destination_country": None}, "production"),
        ({"predicate": "lost", "unit": "round", "origin_country": "RU", "destination_country": None}, "consumption"),
        ({"predicate": "denial", "relation": None, "low": None, "high": None, "unit": ""}, "denial"),
        ({"origin_country": None}, "delivery"),
    ],
)
def test_categories(case, fields, category):
    rows, left_out = rows_of(case, claim(**fields))

    assert not left_out
    assert rows["a-01"]["category"] == category


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"predicate": "stock"}, "not reconciled"),
        ({"predicate": "trained", "unit": "person"}, "not reconciled"),
        ({"predicate": "other"}, "not reconciled"),
        ({"unit": "missile"}, '"missile", which the case does not'),
        ({"predicate": "deployed", "unit": "person"}, "counts people"),
        ({"predicate": "lost", "unit": "person", "origin_country": "RU"}, "which the case does not"),
        ({"relation": None, "low": None, "high": None}, "no number"),
        ({"origin_country": "RU", "destination_country": "KP"}, "another way"),
        ({"destination_country": "IR", "doubts": ("destination_country",)}, "as far as its countries"),
        ({"predicate": "produced", "origin_country": "DE", "destination_country": None}, "another country"),
        ({"origin_country": None, "destination_country": None}, "names no country, place or ship"),
        ({"modality": "expected"}, "plan"),
        ({"predicate": "share", "unit": "percent", "item": "casualty"}, "share of people"),
        ({"predicate": "share", "unit": "percent", "relation": None}, "no number"),
    ],
)
def test_what_the_answer_cannot_use_is_left_out_with_the_reason(case, fields, reason):
    rows, left_out = rows_of(case, claim(**fields))

    assert not rows
    assert reason in left_out["a-01"]


@pytest.mark.parametrize(
    "fields",
    [
        {"quote": "3,000 containers left Amber Quay"},
        {"carriers": ("Grey Heron",)},
        {"route_to": ("Puerto Cobalto",)},
    ],
)
def test_a_claim_without_countries_is_known_by_the_names_of_the_case(case, fields):
    rows, _ = rows_of(case, claim(origin_country=None, destination_country=None, **fields))

    assert rows["a-01"]["category"] == "delivery"


def test_flows_take_what_is_made_used_and_sent(case):
    guess = Quantiles(1, 2, 3)
    flows = (
        Flow("plants", "Made", "round", guess, kind="production"),
        Flow("guns", "Fired", "round", guess, kind="consumption"),
        Flow("men", "Sent", "person", guess, kind="people"),
    )
    with_flows = msgspec.structs.replace(case, flows=flows)
    rows, left_out = rows_of(
        with_flows,
        claim("a-01", predicate="produced", unit="round", origin_country="RU", destination_country=None),
        claim("a-02", predicate="lost", unit="round", origin_country="RU", destination_country=None),
        claim("a-03", predicate="deployed", unit="person", item="soldier"),
    )

    assert not left_out
    assert [(r["category"], r["flow"]) for r in rows.values()] == [
        ("production", "plants"),
        ("consumption", "guns"),
        ("flow", "men"),
    ]


def test_the_way_and_the_time_in_the_words_of_the_tally(case):
    rows, _ = rows_of(
        case,
        claim(
            mode="ship",
            route_from=("Rajin",),
            route_to=("Black Sea port",),
            period_start="2031-03",
            period_end="2031-06-10",
            per="month",
        ),
        claim("a-02", mode="rail", period_start="2031-09", period_end="2031-03"),
    )

    row = rows["a-01"]
    assert row["route"] == "sea, from Rajin to RU"  # "Black Sea" names no mode of transport
    assert (row["t_start"], row["t_end"]) == (datetime(2031, 3, 1, tzinfo=UTC), datetime(2031, 6, 11, tzinfo=UTC))
    assert row["per"] == "month"
    assert rows["a-02"]["route"].startswith("rail")
    assert (rows["a-02"]["t_start"], rows["a-02"]["note"]) == (None, "Its period was not understood.")


def test_who_says_so(case):
    rows, _ = rows_of(case, claim(sources=("Example Times", "Pentagon")), claim("a-02", low=1.0, high=1.0))
    assert [r["claimant"] for r in rows.values()] == ["Pentagon", "unknown (texts/a.txt)"]
    assert [r["confidence"] for r in rows.values()] == ["B", "A"]

    rows, _ = rows_of(case, claim(confidence=0.5, doubts=("low",)), outlet="Cobalt Gazette")
    row = rows["a-01"]
    assert (row["claimant"], row["claimant_type"], row["by"]) == ("Cobalt Gazette", "media", "Cobalt Gazette")
    assert row["confidence"] == "C"
    assert row["note"] == "To be looked at: low."


def test_a_denial_answers_the_claims_on_the_same_goods_and_way(case):
    denial = {"predicate": "denial", "relation": None, "low": None, "high": None, "unit": "", "modality": "denied"}
    rows, _ = rows_of(
        case,
        claim("a-01", item="artillery_shell", unit="round", sources=("Pentagon",)),
        claim("a-02", item="container", sources=("Pentagon",)),
        claim("a-03", item="artillery_shell", unit="round", sources=("Kremlin",), low=5.0, high=5.0),
        claim(
            "a-04", item="artillery_shell", unit="round", sources=("Pentagon",), pub_date="2031-09", low=7.0, high=7.0
        ),
        claim("a-05", item="munition", sources=("Kremlin",), **denial),
        claim("a-06", item="grain", sources=("Kremlin",), **denial),
    )

    assert rows["a-05"]["concerns"] == ["a-01", "a-02"]
    assert rows["a-06"]["concerns"] == ["a-02"]
    assert rows["a-05"]["text"] == "3,000 containers"


def test_what_a_person_accepts_may_move_the_answer_and_what_one_rejects_is_out(case):
    told = [
        Told(claim("a-01"), Review("a-01", "accepted", Word("")), "a", "e" * 64, 1, 1),
        Told(claim("a-02", low=4.0, high=4.0), Review("a-02", "rejected", Word("")), "a", "e" * 64, 2, 1),
    ]
    rows, left_out = claim_rows(case, told, merge([told[0].claim]))

    assert [(r["claim_id"], r["use"]) for r in rows] == [("a-01", "fit")]
    assert left_out == {"a-02": "a person rejected it"}


@pytest.mark.parametrize(
    ("fields", "low", "high"),
    [
        ({"low": "3500"}, 3500, 3500),
        ({"relation": "gt"}, 3000, None),
        ({"relation": "le"}, None, 3000),
        ({"low": "3500", "relation": "ge"}, 3500, None),
        ({"low": "4000", "relation": "lt"}, None, 4000),
        ({"high": "3600", "relation": "range"}, 3000, 3600),
        ({"low": "100", "high": "200", "relation": "range"}, 100, 200),
    ],
)
def test_both_ends_of_a_number_follow_what_was_set(fields, low, high):
    review = Review("a-01", corrections={k: Word(v, at="2031") for k, v in fields.items()})

    now = corrected(claim(), review)

    assert (now.low, now.high) == (low, high)
    both = corrections(claim(), review)
    assert set(both) >= set(fields)
    assert all(both[name]["set"] == getattr(now, name) for name in both)


def test_a_field_that_was_set_is_not_doubted_any_more():
    read = claim(doubts=("origin_country", "item"))

    now = corrected(read, Review(corrections={"origin_country": Word("Iran")}))

    assert (now.origin_country, now.doubts) == ("IR", ("item",))
    assert corrected(read, OPEN) is read


@pytest.mark.parametrize(
    ("field", "value", "meant"),
    [
        ("low", "12.5", 12.5),
        ("mode", "Rail", "rail"),
        ("item", "artillery shell", "artillery_shell"),
        ("item", "lantern", "lantern"),
        ("carriers", "Grey Heron; Arctic Tern", ("Grey Heron", "Arctic Tern")),
        ("period_start", "2031-03", "2031-03"),
        ("period_start", "", None),
        ("carriers", " ", ()),
        ("condition", "", ""),
        ("destination_country", "ru", "RU"),
    ],
)
def test_values_of_fields(field, value, meant):
    assert checked(field, value) == meant


@pytest.mark.parametrize(
    ("field", "value", "message", "hint"),
    [
        ("lo", "1", 'no field "lo"', 'Did you mean "low"?'),
        ("quote", "x", 'no field "quote"', "can be set|fields:|Did you mean"),
        ("low", "12.000", "two ways", None),
        ("mode", "shipp", "is no mode", 'Did you mean "ship"?'),
        ("predicate", "", "cannot be empty", "one of"),
        ("item", "artilery_shell", "is no item", 'Did you mean "artillery_shell"?'),
        ("period_end", "03/2031", "is no date", "2023-09"),
        ("period_end", "2031-13", "does not exist", None),
        ("origin_country", "Rusia", "is no country", 'Did you mean "Russia"?'),
    ],
)
def test_values_that_make_no_sense_are_refused_with_a_hint(field, value, message, hint):
    with pytest.raises(InputError, match=message) as caught:
        checked(field, value)
    if hint:
        assert any(part in (caught.value.hint or "") for part in hint.split("|"))
