"""A folder is read by its schema before anything is written: every kind of mistake is named by its place."""

from pathlib import Path

import pytest
from django.conf import settings

from approvals.loading import checking, values
from approvals.loading.folder import BadFolder
from approvals.models import DecisionItem, DelegationRule, SingleTenderAction
from bids.models import PanelOutcome
from grants.models import BudgetLine, Round, User
from tests.approvals.loading.test_playing import TOML, folder, play

__all__ = ["folder"]

FIXTURES = sorted(file.parent for file in (Path(settings.BASE_DIR) / "fixtures").glob("*/round.toml"))
PAPER = """
[stages.paper]
on = 2026-11-16
by = "small.lead"

[decision]
reference = "42/2024"
title = "Small decision"
decision_by = "Deputy Mayor"

[decision.sections]
summary = "A summary."
"""


def errors(path: Path) -> list[str]:
    return checking.errors_in(path, people=(), criteria=range(1, 8))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_every_folder_of_the_repository_passes(path: Path) -> None:
    criteria = range(1, 5 if path.name == "vale-safer-streets" else 8)
    assert checking.errors_in(path, people=(), criteria=criteria) == []


def test_a_small_folder_with_a_paper_passes(folder: Path) -> None:
    (folder / "round.toml").write_text(TOML + PAPER, encoding="utf-8")
    assert errors(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("[stages.approved]", "[stages.aproved]", "[stages]: “aproved” is not known. Did you mean “approved”?"),
        ("[[budget_lines]]", "[[budget_line]]", ": “budget_line” is not known. Did you mean “budget_lines”?"),
        (
            'on = 2026-11-14\nby = "small.lead"',
            'on = 2026-11-14\nby = "small.lead"\nescalation = [{ bid = "S-1", reason = "Large" }]',
            "[stages.routed]: “escalation” is not known. Did you mean “escalations”?",
        ),
        ('kind = "staffing"', 'kind = "staff"', "[[budget_lines]] 1, kind: “staff” must be one of staffing, "),
        ('roles = ["panel_chair"]', 'roles = ["chair"]', "[[people]] 3, roles: “chair” must be one of panel_member, "),
        ('roles = ["panel_chair"]', "roles = []", "[[people]] 3, roles: must be a list of at least one value"),
        (
            'limit = "1000.50"',
            'limit = "0"',
            "[[delegation_rules]] 1, limit: must be more than £0 where somebody approves below it",
        ),
        ('below = "CPIE lead"', 'below = ""', "[[delegation_rules]] 1, below: must name who approves below the limit"),
        ('limit = "1000.50"', 'limit = "1000.505"', "limit: “1000.505” is not an amount of pounds and whole pence"),
        ('allocation = "10000.75"', 'allocation = "10,000"', "[round], allocation: “10,000” is not an amount"),
        ('allocation = "10000.75"', 'allocation = "NaN"', "[round], allocation: “NaN” is not an amount"),
        ('amount = "2500.25"', 'amount = "-1"', "[[budget_lines]] 1, amount: must be £0 or more"),
        ('amount = "2500.25"', 'amount = "9999999999999"', "[[budget_lines]] 1, amount: is too large"),
        ('"2026/27"', '"2026-27"', "[round], financial_year: “2026-27” must be like 2019/20"),
        ('"small-2026-27"', '"small 2026"', "[round], reference: “small 2026” must be like grants-2026-27"),
        ('"small-2026-27"', f'"{"x" * 41}"', "[round], reference: must be at most 40 characters long"),
        ("scored = false", 'scored = "no"', "[round], scored: “no” must be true or false"),
        ("scored = false", "scored = false\ngrace_days = 61", "grace_days: “61” must be a whole number from 0 to 60"),
        ("closes_on = 2026-11-10", "closes_on = 2026-10-31", "closes_on: 2026-10-31 is before opens_on, which is on"),
        ("opens_on = 2026-11-01", 'opens_on = "1 November"', "[round], opens_on: “1 November” is not a day like"),
        ("on = 2026-11-13", "on = 2026-11-02", "[stages.reviewed], on: 2026-11-02 is before outcomes, which is on"),
        ('by = "small.second"', 'by = "small.secnd"', "no person small.secnd. Did you mean “small.second”?"),
        ('title = "Small round"\n', "", "[round], title: is missing"),
        ('title = "Small round"', 'titel = "Small round"', "[round]: “titel” is not known. Did you mean “title”?"),
        ('username = "small.second"', 'username = "small.lead"', "[[people]] 2: small.lead appears twice"),
        ('username = "small.second"', 'username = "Small Second"', "[[people]] 2, username: “Small Second” must be"),
        ("[stages.received]", "[[stages.received]]", "[stages], received: must be a table of keys"),
        ("[[delegation_rules]]", "[delegation_rules]", ": must be tables, each under [[delegation_rules]]"),
        ('"42/2024"', f'"PCD-{"1" * 42}"', "[decision], reference: must be at most 20 characters long"),
        ('"42/2024"', '"42//2024"', "[decision], reference: “42//2024” must be like PCD-681 or 42/2024"),
        ('summary = "A', 'sumary = "A', "[decision.sections], sumary: “sumary” must be one of summary, "),
        ("[decision.sections]", "[[decision.items]]\nkind = 'give'\n[decision.sections]", "items]] 1, kind: "),
        (
            "[[delegation_rules]]",
            '[[organisations]]\nname = "A"\nregister = "charity"\nnumber = "12"\n[[delegation_rules]]',
            "[[organisations]] 1, number: ",
        ),
        (
            "[[delegation_rules]]",
            '[[single_tender_actions]]\namount = "10"\nprofile = { "2026/27" = "9" }\n[[delegation_rules]]',
            "[[single_tender_actions]] 1, profile: the years come to £9, not £10",
        ),
    ],
)
def test_a_mistake_in_the_toml_is_named_by_its_table_and_key(folder: Path, old: str, new: str, error: str) -> None:
    assert old in TOML + PAPER
    (folder / "round.toml").write_text((TOML + PAPER).replace(old, new, 1), encoding="utf-8")
    listed = errors(folder)
    assert any(each.startswith("round.toml") and error in each for each in listed), listed


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("review.csv", "bid,amuont,reason\nS-1,1,\n", "line 1: “amuont” is not known. Did you mean “amount”?"),
        ("review.csv", "bid,amount\nS-1,1\n", "review.csv, line 1: the column “reason” is missing"),
        ("review.csv", "bid,bid,amount,reason\nS-1,S-1,1,\n", "review.csv, line 1: the column “bid” appears twice"),
        ("review.csv", 'bid,amount,reason\nS-1,1,"a\nb"\nS-2,x,\n', "review.csv, line 4, amount: “x” is not an amount"),
        ("review.csv", "bid,amount,reason\nS-1,1\n", "review.csv, line 2: has 2 cells under 3 columns"),
        ("review.csv", "bid,amount,reason\nS-11,1,\n", "line 2, bid: there is no bid S-11. Did you mean “S-1”?"),
        ("revue.csv", "bid,amount,reason\n", "revue.csv: “revue.csv” is not known. Did you mean “review.csv”?"),
        ("outcomes.csv", "bid,outcome,destination,reason,internal_reason\nS-1,yes,,,\n", "line 2, outcome: “yes” must"),
        ("assignments.csv", "bid,member\nS-1,nobody\n", "line 2, member: there is no person nobody"),
        ("scorecards.csv", "bid,member,on,state,8\n", "scorecards.csv, line 1: “8” is not known"),
        ("payments.csv", "bid,amount,paid_on,reason,illustrative\nS-1,0,2026-11-14,,\n", "2, amount: must be more"),
        ("payments.csv", "bid,amount,paid_on,reason,illustrative\nS-1,1,14/11/2026,,\n", "2, paid_on: “14/11/2026”"),
        ("families.csv", "family,bid\nCaf\udce9,S-1\n", "families.csv: "),
    ],
)
def test_a_mistake_in_a_table_is_named_by_its_line_and_column(
    folder: Path, name: str, content: str, error: str
) -> None:
    (folder / name).write_text(content, encoding="utf-8", errors="surrogateescape")
    assert any(error in each for each in errors(folder)), errors(folder)


def test_a_limit_of_nought_is_read_where_nothing_is_delegated(folder: Path) -> None:
    nothing = TOML.replace('limit = "1000.50"', 'limit = "0"').replace('below = "CPIE lead"', 'below = ""')
    (folder / "round.toml").write_text(nothing, encoding="utf-8")
    assert errors(folder) == []


@pytest.mark.django_db
def test_all_mistakes_are_listed_at_once_and_nothing_is_written(folder: Path) -> None:
    wrong = TOML.replace('limit = "1000.50"', 'limit = "0"').replace('"panel_chair"', '"chair"')
    (folder / "round.toml").write_text(wrong, encoding="utf-8")
    (folder / "review.csv").write_text("bid,amount,reason\nS-1,ten,\n", encoding="utf-8")
    people = User.objects.count()
    with pytest.raises(BadFolder) as refused:
        play(folder)
    lines = str(refused.value).splitlines()
    assert [line.partition(": ")[0] for line in lines[1:]] == [
        "round.toml, [[people]] 3, roles",
        "round.toml, [[delegation_rules]] 1, limit",
        "review.csv, line 2, amount",
    ]
    assert User.objects.count() == people
    assert not Round.objects.filter(reference="small-2026-27").exists()


@pytest.mark.parametrize(
    ("listed", "stored"),
    [
        (values.LIMIT_KINDS, DelegationRule.Kind),
        (values.LINE_KINDS, BudgetLine.Kind),
        (values.GROUNDS, SingleTenderAction.Ground),
        (values.OUTCOMES, PanelOutcome.Verdict),
        (values.ANSWERS, DecisionItem.Answer),
    ],
)
def test_the_schema_lists_the_values_that_are_stored(listed: tuple[str, ...], stored: type) -> None:
    assert set(listed) == set(stored.values)  # type: ignore[attr-defined]  # Django gives choices their values
