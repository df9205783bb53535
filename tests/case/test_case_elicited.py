"""Every judgement of a case has one name, and those without spread are told."""

import re

import msgspec
from test_case_declarations import WHOLE
from test_case_load import CASE

from tidewaiter.case import Elicited, elicited, fixed_priors, load_case
from tidewaiter.case.elicited import LABELS
from tidewaiter.case.layout import KEYS, NESTED, SHARES
from tidewaiter.model import Quantiles
from tidewaiter.model import case as words


def load(folder, text):
    (folder / "case.toml").write_text(text, encoding="utf-8")
    return load_case(folder)


def quantiles_inside(thing):
    """Every Quantiles in a struct, however deep."""
    if isinstance(thing, Quantiles):
        return [thing]
    if isinstance(thing, tuple):
        return [q for entry in thing for q in quantiles_inside(entry)]
    if isinstance(thing, msgspec.Struct):
        return [q for value in msgspec.structs.asdict(thing).values() for q in quantiles_inside(value)]
    return []


def test_nothing_that_was_judged_is_left_out(tmp_path):
    case = load(tmp_path, WHOLE)
    found = [one.quantiles for one in elicited(case)]
    assert sorted(map(repr, found)) == sorted(map(repr, quantiles_inside(case)))


def test_names_are_used_once_and_labels_hold_no_digits(tmp_path):
    found = elicited(load(tmp_path, WHOLE))
    assert len({one.prior_id for one in found}) == len(found)
    assert all(one.label and not re.search(r"\d", one.label) for one in found)
    assert not any(re.search(r"\d", message) for _, message in fixed_priors(load(tmp_path, WHOLE)))


def test_the_order_is_that_of_the_case_and_stays(tmp_path):
    found = [one.prior_id for one in elicited(load(tmp_path, WHOLE))]
    assert found == [one.prior_id for one in elicited(load(tmp_path, WHOLE))]
    sections = list(dict.fromkeys(ident.partition(".")[0] for ident in found))
    assert sections == [
        "calls_model",
        "load_model",
        "claims_model",
        "lists_model",
        "lists",
        "legs",
        "scenarios",
        "flows",
        "balances",
    ]
    assert [i for i in found if i.startswith("scenarios.mixed")] == [
        "scenarios.mixed.share",
        "scenarios.mixed.defect",
        "scenarios.mixed.mix.1.weight",
        "scenarios.mixed.mix.1.per_unit",
        "scenarios.mixed.mix.2.weight",
        "scenarios.mixed.mix.2.per_unit",
    ]


def test_what_one_of_them_says(tmp_path):
    by_id = {one.prior_id: one for one in elicited(load(tmp_path, WHOLE))}
    assert by_id["scenarios.documents.per_unit"] == Elicited(
        "scenarios.documents.per_unit",
        "items per load unit",
        Quantiles(200, 260, 340, "papers"),
        "log",
        "documents",
        "Documents",
    )
    assert by_id["scenarios.mixed.mix.2.weight"].of == "small"
    assert by_id["legs.amber.cobalt.travel_days"].of == "Amber Quay to Port Cobalt"
    assert by_id["balances.yards.stock"].scenario == "mixed"
    assert by_id["load_model.typical"].scenario == by_id["load_model.typical"].of == ""
    assert {ident for ident, one in by_id.items() if one.scale == "logit"} == {
        ident for ident in by_id if ident.rpartition(".")[2] in SHARES
    }


def test_two_legs_of_one_way_have_two_names(tmp_path):
    again = '[[legs]]\norigin = "amber"\ndestination = "cobalt"\nmode = "rail"\nmeasured = false\nrelative = 0.1\n'
    found = [one.prior_id for one in elicited(load(tmp_path, CASE + again))]
    assert "legs.amber.cobalt.travel_days" in found
    assert "legs.amber.cobalt.2.relative" in found


def test_lists_are_asked_about_only_when_there_are_any(tmp_path):
    assert not any("list" in one.prior_id for one in elicited(load(tmp_path, CASE)))


def test_what_has_no_spread_is_told(tmp_path):
    assert fixed_priors(load(tmp_path, CASE)) == []
    assert [ident for ident, _ in fixed_priors(load(tmp_path, WHOLE))] == [
        "load_model.count_error",
        "lists_model.total",
        "lists.ais_gap.seen",
        "scenarios.mixed.share",
        "scenarios.mixed.mix.1.weight",
        "flows.own.per_month",
    ]


def test_every_key_that_takes_a_judgement_has_a_label():
    structs = {
        "calls_model": words.CallModel,
        "load_model": words.LoadModel,
        "claims_model": words.ClaimModel,
        "lists_model": words.ListModel,
        "lists": words.DetectionList,
        "legs": words.Leg,
        "scenarios": words.Scenario,
        "scenarios.mix": words.Part,
        "flows": words.Flow,
        "balances": words.Balance,
    }
    keys = KEYS | NESTED
    judged = {
        f"{section}.{field.name}"
        for section, struct in structs.items()
        for field in msgspec.structs.fields(struct)
        if field.type in {Quantiles, Quantiles | None}
    }
    assert judged == set(LABELS)
    assert all(name.rpartition(".")[2] in keys[name.rpartition(".")[0]] for name in judged)
