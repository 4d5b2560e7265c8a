"""What changed between two versions of a paper: figures, grants, lines, contracts and words."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.paper.changes import Change, between, difference, words
from approvals.paper.settled import OLD_LABELS

PAPER: dict[str, Any] = {
    "title": "Spending",
    "figures": {
        "grants": {"exact": "£100,001", "written": "£100k", "source": "Sum"},
        "number of grants": {"exact": "3", "written": "3", "source": "Count"},
    },
    "appendix_1": [{"reference": "AWD-1", "title": "Big", "amount": "60000.00", "recipient": "Mutual Aid"}],
    "appendix_2": [
        {"reference": "AWD-2", "title": "Small", "amount": "20000.50", "recipient": "Mutual Aid", "conditions": ""},
        {"reference": "AWD-3", "title": "Other", "amount": "20000.50", "recipient": "Somebody Else"},
    ],
    "contracts": [
        {
            "reference": "STA-1",
            "title": "Events",
            "amount": "40000.00",
            "profile": [["2026/27", "15000.00"], ["2027/28", "25000.00"]],
            "charged_to": "2026/27",
            "supplier": "Digital Centre",
        }
    ],
    "reconciliation": {"lines": [{"label": "Posts", "amount": "30000.00"}]},
    "recommendations": [{"verb": "approve", "text": "1 grant to third parties"}, {"verb": "note", "text": "2 grants"}],
    "sections": [
        {
            "key": "summary",
            "heading": "Executive summary",
            "paragraphs": [
                {"pieces": [{"text": "It costs "}, {"text": "£100k"}, {"text": "."}]},
                {"pieces": [{"text": "It is needed."}]},
            ],
        }
    ],
}


def changed(**change: Any) -> dict[str, Any]:
    return {**deepcopy(PAPER), **change}


def test_a_paper_does_not_differ_from_itself() -> None:
    changes = between(PAPER, deepcopy(PAPER))
    assert not changes
    assert not changes.in_the_register and not changes.in_the_text


def test_a_changed_figure_is_listed_before_and_after_with_its_difference() -> None:
    new = changed(
        figures={
            "grants": {"exact": "£90,001.50"},
            "number of grants": {"exact": "2"},
            "allocation": {"exact": "£200,000"},
        }
    )
    assert between(PAPER, new).figures == [
        Change("grants", "£100,001", "£90,001.50", "−£9,999.50"),
        Change("number of grants", "3", "2", "−1"),
        Change("allocation", "", "£200,000", "+£200,000"),
    ]


def test_a_grant_is_added_removed_or_changed_fact_by_fact() -> None:
    new = changed(
        appendix_1=[{**PAPER["appendix_1"][0], "amount": "61000.00", "recipient": "Another Body"}],
        appendix_2=[
            {**PAPER["appendix_2"][0], "conditions": "Report each quarter"},
            {"reference": "AWD-4", "title": "New", "amount": "10.00", "recipient": "Aide"},
        ],
    )
    grant_changes = between(PAPER, new).grants
    assert [
        (each.reference, each.fact, each.before, each.after, each.difference, each.kind) for each in grant_changes
    ] == [
        ("AWD-1", "Amount", "£60,000", "£61,000", "+£1,000", "changed"),
        ("AWD-1", "Recipient", "Mutual Aid", "Another Body", "", "changed"),
        ("AWD-2", "Conditions", "Nothing", "Report each quarter", "", "changed"),
        ("AWD-4", "Amount", "", "£10", "+£10", "added"),
        ("AWD-3", "Amount", "£20,000.50", "", "−£20,000.50", "removed"),
    ]


def test_a_grant_that_goes_up_changes_its_route_and_is_not_a_new_one() -> None:
    new = changed(appendix_1=[*PAPER["appendix_1"], PAPER["appendix_2"][1]], appendix_2=[PAPER["appendix_2"][0]])
    assert between(PAPER, new).grants == [
        Change("Other", "Approved under delegation", "For decision", "", "Goes to", "AWD-3")
    ]


def test_lines_and_contracts_are_compared_by_name_and_reference() -> None:
    new = changed(
        reconciliation={"lines": [{"label": "Posts", "amount": "29000.00"}, {"label": "Vans", "amount": "1000.00"}]},
        contracts=[{**PAPER["contracts"][0], "profile": [["2026/27", "40000.00"]]}],
    )
    changes = between(PAPER, new)
    assert changes.lines == [
        Change("Posts", "£30,000", "£29,000", "−£1,000"),
        Change("Vans", "", "£1,000", "+£1,000"),
    ]
    assert [(each.fact, each.before, each.after) for each in changes.contracts] == [
        ("By year", "2026/27 £15,000, 2027/28 £25,000", "2026/27 £40,000")
    ]


def in_years(**change: Any) -> dict[str, Any]:
    """The paper in a round of two years, with a grant and a row of Table 3 divided by them."""
    grant = {**PAPER["appendix_1"][0], "years": [["2026/27", "45000.00"], ["2027/28", "15000.00"]]}
    rows = [
        {"label": "Total allocated", "amount": "200000.00", "years": ["150000.00", "50000.00"]},
        {"label": "Grants to third parties (3)", "amount": "100001.00", "years": ["60000.00", "40001.00"]},
    ]
    return changed(**{"appendix_1": [grant], "table_3": rows, "table_3_years": ["2026/27", "2027/28"], **change})


def test_a_year_that_changes_though_the_whole_does_not_is_listed() -> None:
    old = in_years()
    grant = {**old["appendix_1"][0], "years": [["2026/27", "15000.00"], ["2027/28", "45000.00"]]}
    rows = [
        {"label": "Total allocated", "amount": "200000.00", "years": ["120000.00", "80000.00"]},
        {"label": "Grants to third parties (4)", "amount": "100001.00", "years": ["60000.00", "40001.00"]},
    ]
    changes = between(old, in_years(appendix_1=[grant], table_3=rows))
    assert changes.in_the_register
    assert changes.years == [
        Change("Total allocated in 2026/27", "£150,000", "£120,000", "−£30,000"),
        Change("Total allocated in 2027/28", "£50,000", "£80,000", "+£30,000"),
    ]
    before, after = "2026/27 £45,000, 2027/28 £15,000", "2026/27 £15,000, 2027/28 £45,000"
    assert changes.grants == [Change("Big", before, after, "", "By year", "AWD-1")]
    assert not between(old, in_years())


def test_a_changed_paragraph_shows_its_removed_and_added_words() -> None:
    new = deepcopy(PAPER)
    new["sections"][0]["paragraphs"][1]["pieces"] = [{"text": "It is badly needed."}]
    new["recommendations"][0]["text"] = "2 grants to third parties"
    changes = between(PAPER, new)
    (passage,) = changes.paragraphs
    assert passage.where == "Executive summary"
    assert [(piece.kind, piece.text) for piece in passage.pieces] == [
        ("kept", "It is "),
        ("added", "badly "),
        ("kept", "needed."),
    ]
    (recommendation,) = changes.recommendations
    assert (
        "".join(piece.text for piece in recommendation.pieces if piece.kind != "removed")
        == "Approve 2 grants to third parties"
    )
    assert "".join(piece.text for piece in recommendation.pieces if piece.kind == "removed").split() == ["1grant"]
    assert changes.in_the_text and not changes.in_the_register


def test_an_inserted_paragraph_is_added_whole_and_the_others_stay() -> None:
    new = deepcopy(PAPER)
    new["sections"][0]["paragraphs"].insert(1, {"pieces": [{"text": "Between."}]})
    (passage,) = between(PAPER, new).paragraphs
    assert [(piece.kind, piece.text) for piece in passage.pieces] == [("added", "Between.")]


def test_a_version_from_before_a_part_existed_counts_as_without_it() -> None:
    old = {"title": "Spending", "figures": {}}
    assert {each.kind for each in between(old, PAPER).grants} == {"added"}
    assert {each.kind for each in between(PAPER, old).contracts} == {"removed"}


def with_ground(**ground: str) -> dict[str, Any]:
    return changed(contracts=[{**PAPER["contracts"][0], **ground}])


def test_a_ground_with_a_new_label_is_no_change() -> None:
    label, value = next(iter(OLD_LABELS["ground"].items()))
    then, now = with_ground(ground=label), with_ground(ground="Another name", ground_value=value)
    assert not between(then, now)
    (change,) = between(now, with_ground(ground="Another ground", ground_value="urgency")).contracts
    assert (change.fact, change.before, change.after) == ("Ground", "Another name", "Another ground")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("£1,000", "£1,200.50", "+£200.50"),
        ("£1,200", "£1,000", "−£200"),
        ("−£5", "£5", "+£10"),
        ("£5", "−£5", "−£10"),
        ("", "£5", "+£5"),
        ("£5", "", "−£5"),
        ("1,300", "12", "−1,288"),
        ("", "3", "+3"),
        ("£5", "£5", ""),
        ("2026/27", "2027/28", ""),
        ("Mutual Aid", "", ""),
        ("£5 and more", "£6", ""),
    ],
)
def test_a_difference_has_its_sign_and_only_figures_have_one(before: str, after: str, expected: str) -> None:
    assert difference(before, after) == expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pieces_of_a_comparison_give_back_both_texts(before: str, after: str) -> None:
    pieces = words(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


@given(st.permutations(PAPER["appendix_2"]))
def test_the_order_of_an_appendix_is_no_change(mixed: list[Any]) -> None:
    assert not between(PAPER, changed(appendix_2=json.loads(json.dumps(mixed))))
