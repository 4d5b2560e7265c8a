"""Rules of sign-offs: what an adviser saw, and what makes their sign-off void. No database."""

from typing import Any

import pytest

from approvals.decisions import advice
from approvals.enums import Area


def paper(**changed: Any) -> dict[str, Any]:
    """A small paper: each comment one paragraph with a figure, one recommendation, two lines, one contract."""

    def section(key: str) -> dict[str, Any]:
        figure = {"text": "£0.95m", "figure": "grants", "exact": changed.get("grants", "£947,234"), "link": ""}
        plain = {"text": f"What {key} says of ", "figure": "", "exact": "", "link": ""}
        return {"key": key, "heading": key.capitalize(), "paragraphs": [{"number": "1", "pieces": [plain, figure]}]}

    contract = {"title": "Events", "supplier": "A Ltd", "amount": "400000.00", "ground": "Teckal", "evidence": "Owned."}
    contents: dict[str, Any] = {
        "sections": [section(key) for key in ("summary", "financial", "legal", "commercial", "equality")],
        "recommendations": [{"number": 1, "verb": "approve", "text": "11 grants, £947,234 in all"}],
        "table_3": [{"label": "Posts", "amount": "1900702.00"}, {"label": "Underspend", "amount": "754005.00"}],
        "figures": {"grants": {"exact": changed.get("grants", "£947,234")}, "bids": {"exact": "83"}},
        "figure_notes": [{"number": "1", "name": "grants", "exact": "£947,234", "source": "Sum of 39 grants"}],
        "contracts": [contract],
        "appendix_1": [],
        "appendix_2": [],
    }
    return {**contents, **{key: value for key, value in changed.items() if key != "grants"}}


@pytest.mark.parametrize(
    ("area", "count"),
    [
        # Own paragraph, its figure, the recommendation; finance also table 3 and every figure; legal the contract too.
        (Area.FINANCE, 3 + 2 + 1),
        (Area.LEGAL, 3 + 2),
        (Area.COMMERCIAL, 3 + 2),
        (Area.EQUALITY, 3),
    ],
)
def test_each_adviser_answers_for_their_own_part(area: Area, count: int) -> None:
    texts = advice.seen(area, paper())
    assert len(texts) == count
    own = "Financial" if area is Area.FINANCE else area.label
    assert f"{own}, paragraph 1" in texts
    assert not any(name.startswith("Summary") for name in texts)


@pytest.mark.parametrize("area", Area)
def test_a_sign_off_holds_while_nothing_that_was_seen_changes(area: Area) -> None:
    then = advice.seen(area, paper())
    assert advice.standing(area, paper(), then, objected=False).holds
    elsewhere = paper(figures={**paper()["figures"], "bids": {"exact": "84"}})
    assert advice.standing(area, elsewhere, then, objected=False).holds == (area is not Area.FINANCE)


@pytest.mark.parametrize("area", Area)
def test_a_changed_figure_voids_it_and_is_named(area: Area) -> None:
    then = advice.seen(area, paper())
    standing = advice.standing(area, paper(grants="£947,235"), then, objected=False)
    assert standing.state == "void"
    assert str(standing.changes[0]) == "The figure “grants” was £947,234 and is £947,235"


@pytest.mark.parametrize(
    ("change", "area", "sentence"),
    [
        ({"recommendations": []}, Area.EQUALITY, "Recommendation 1 is no longer there"),
        (
            {"recommendations": [{"number": 1, "verb": "note", "text": "11 grants, £947,234 in all"}]},
            Area.LEGAL,
            "Recommendation 1 was Approve 11 grants, £947,234 in all and is Note 11 grants, £947,234 in all",
        ),
        (
            {"table_3": [{"label": "Posts", "amount": "1900703.00"}, {"label": "Underspend", "amount": "754005.00"}]},
            Area.FINANCE,
            "Table 3, Posts was £1,900,702 and is £1,900,703",
        ),
        (
            {"table_3": [*paper()["table_3"], {"label": "Rent", "amount": "1.00"}]},
            Area.FINANCE,
            "Table 3, Rent is new",
        ),
        (
            {"contracts": [{**paper()["contracts"][0], "evidence": "Owned by another."}]},
            Area.COMMERCIAL,
            "Contract Events was A Ltd; £400,000; Teckal; Owned. and is A Ltd; £400,000; Teckal; Owned by another.",
        ),
    ],
)
def test_each_kind_of_change_is_named(change: dict[str, Any], area: Area, sentence: str) -> None:
    then = advice.seen(area, paper())
    standing = advice.standing(area, paper(**change), then, objected=False)
    assert [str(difference) for difference in standing.changes] == [sentence]


@pytest.mark.parametrize(
    ("area", "holds"),
    [(Area.FINANCE, False), (Area.LEGAL, False), (Area.COMMERCIAL, True), (Area.EQUALITY, True)],
)
def test_another_recipient_of_a_grant_voids_who_answers_for_its_money_and_its_power(area: Area, holds: bool) -> None:
    grant = {
        "title": "Lanterns",
        "recipient": "A Trust",
        "amount": "70000.00",
        "legal_power": "The Act",
        "conditions": "",
        "early_reason": "",
    }
    then = advice.seen(area, paper(appendix_1=[grant]))
    other = paper(appendix_1=[{**grant, "recipient": "B Trust"}])
    assert advice.standing(area, other, then, objected=False).holds == holds


def test_other_performance_of_a_contract_voids_legal_and_commercial() -> None:
    contract = {**paper()["contracts"][0], "performance": "Six events"}
    for area in (Area.LEGAL, Area.COMMERCIAL):
        then = advice.seen(area, paper(contracts=[contract]))
        now = paper(contracts=[{**contract, "performance": "Two events"}])
        assert [change.what for change in advice.standing(area, now, then, objected=False).changes] == [
            "Appendices 3 and 4, Events"
        ]


def test_two_lines_with_one_name_are_numbered() -> None:
    twice = [{"label": "A Ltd: contract", "amount": "1.00"}, {"label": "A Ltd: contract", "amount": "2.00"}]
    texts = advice.seen(Area.FINANCE, paper(table_3=twice))
    assert (texts["Table 3, A Ltd: contract"], texts["Table 3, A Ltd: contract (2)"]) == ("£1", "£2")


def test_without_a_contract_nothing_commercial_is_needed() -> None:
    assert advice.needed(paper()) == list(Area)
    assert Area.COMMERCIAL not in advice.needed(paper(contracts=[]))


def test_nobody_has_answered_is_not_an_objection() -> None:
    assert advice.standing(Area.LEGAL, paper(), None, objected=False).state == "missing"
    assert advice.standing(Area.LEGAL, paper(), advice.seen(Area.LEGAL, paper()), objected=True).state == "objected"


def test_a_figure_from_elsewhere_is_seen_by_finance_and_by_whose_section_has_it() -> None:
    note = {"number": "2", "name": "from elsewhere", "exact": "of", "source": "The budget"}
    noted = paper(figure_notes=[note])
    noted["sections"] = [section for section in noted["sections"] if section["key"] in ("summary", "legal")]
    has = {area for area in Area if "From elsewhere, of" in advice.seen(area, noted)}
    assert has == {Area.FINANCE, Area.LEGAL}
