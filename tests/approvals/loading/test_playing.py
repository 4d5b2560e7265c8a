"""A folder with amounts in pence, its own limit and no scores is played to the requested stage."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from approvals.loading import playing
from approvals.loading.folder import BadFolder, Folder
from approvals.loading.playing import STAGES
from approvals.models import Award, Decision, DelegationRule
from approvals.reconciliation import position
from bids.intake.rows import COLUMNS, MAY_BE_MISSING
from bids.models import Bid, Scorecard
from grants import audit
from grants.models import Round
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

TOML = """
[round]
reference = "small-2026-27"
title = "Small round"
financial_year = "2026/27"
allocation = "10000.75"
opens_on = 2026-11-01
closes_on = 2026-11-10
scored = false
rules_confirmed_by = "small.lead"

[administrator]
username = "unused.admin"
name = "Unused Admin"

[[people]]
username = "small.lead"
name = "Small Lead"
roles = ["cpie_lead"]

[[people]]
username = "small.second"
name = "Small Second"
roles = ["cpie_lead"]

[[people]]
username = "small.chair"
name = "Small Chair"
roles = ["panel_chair"]

[[delegation_rules]]
kind = "grant"
limit = "1000.50"
below = "CPIE lead"
at_or_above = "Deputy Mayor"
citation = "Scheme 9.9"
valid_from = 2026-11-01

[[budget_lines]]
kind = "staffing"
label = "Posts"
amount = "2500.25"
by = "small.lead"
reason = "A post"

[stages.received]
on = 2026-11-10
by = "small.lead"

[stages.eligible]
on = 2026-11-11
by = "small.lead"
reason = "Complete"

[stages.outcomes]
on = 2026-11-12
by = "small.chair"

[stages.reviewed]
on = 2026-11-13
by = "small.lead"

[stages.routed]
on = 2026-11-14
by = "small.lead"

[stages.approved]
on = 2026-11-15
by = "small.second"
reason = "Below the limit"
"""
AMOUNTS = {"S-1": "1000.49", "S-2": "1000.50", "S-3": "1200.10"}


def write(path: Path, name: str, rows: list[dict[str, str]]) -> None:
    with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def bid(reference: str, amount: str) -> dict[str, str]:
    cells = {
        "your_reference": reference,
        "title": f"Project {reference}",
        "led_by": "external",
        "recipient": f"Small Body {reference}",
        "sponsoring_unit": "Central West",
        "amount": amount,
        "costs": f"All: {amount}",
        "boroughs": "Westminster",
        "themes": "violence",
        "priorities": "children",
        "starts_on": "2026-12-01",
        "ends_on": "2027-03-31",
        "employs_staff": "no",
        "personal_data": "no",
        "future_cost": "no",
    }
    empty = {"register", "register_number", "objectives", "london_living_wage", "future_cost_note", "illustrative"}
    return {
        name: cells.get(name, "" if name in empty else f"The {name}") for name in COLUMNS if name not in MAY_BE_MISSING
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "round.toml").write_text(TOML, encoding="utf-8")
    write(tmp_path, "bids", [bid(reference, amount) for reference, amount in AMOUNTS.items()])
    outcome = {"outcome": "recommend", "destination": "", "reason": "Good", "internal_reason": ""}
    write(tmp_path, "outcomes", [{"bid": reference, **outcome} for reference in AMOUNTS])
    write(
        tmp_path,
        "review",
        [
            {"bid": "S-1", "amount": "1000.49", "reason": ""},
            {"bid": "S-2", "amount": "1000.50", "reason": ""},
            {"bid": "S-3", "amount": "999.99", "reason": "A day less"},
        ],
    )
    return tmp_path


def play(folder: Path, until: str = "published") -> tuple[Round, list[str]]:
    lines: list[str] = []
    round = playing.play(Folder(folder, password=PASSWORD), until, say=lambda text: lines.append(str(text)))
    return round, [line.partition(": ")[2].partition(",")[0] for line in lines]


def test_a_round_without_scores_and_with_its_own_limit_is_played_to_its_end(folder: Path) -> None:
    round, stages = play(folder)
    assert stages == ["opened", "received", "eligible", "outcomes", "reviewed", "routed", "approved"]
    award_by_bid = {
        award.bid.source_reference: award for award in Award.objects.filter(round=round).select_related("bid")
    }
    assert {name: (award.amount, award.route, award.state) for name, award in award_by_bid.items()} == {
        "S-1": (Decimal("1000.49"), "delegated", "approved"),
        "S-2": (Decimal("1000.50"), "dmpc", "routed"),
        "S-3": (Decimal("999.99"), "delegated", "approved"),
    }
    assert award_by_bid["S-2"].sentence == "£1,000.50, not below £1,000.50. Scheme 9.9"
    assert not Scorecard.objects.filter(bid__round=round).exists()
    assert audit.verify(round).faults == ()


def test_its_figures_add_up_to_the_penny(folder: Path) -> None:
    round, _ = play(folder)
    day = max(award.routed_at for award in Award.objects.filter(round=round) if award.routed_at).date()
    reconciliation = position.reconcile(round, day)
    assert reconciliation.balances
    assert (reconciliation.dmpc.total, reconciliation.delegated.total) == (Decimal("1000.50"), Decimal("2000.48"))
    assert (reconciliation.expenditure, reconciliation.underspend) == (Decimal("5501.23"), Decimal("4499.52"))


def test_a_limit_of_the_folder_replaces_the_default(folder: Path) -> None:
    round, _ = play(folder, "opened")
    confirmed = DelegationRule.objects.filter(round=round, kind="grant").exclude(confirmed_by=None)
    assert [rule.limit for rule in confirmed] == [Decimal("1000.50")]


@pytest.mark.parametrize(
    ("until", "bids", "awards"),
    [
        ("opened", {}, set()),
        ("received", {"received": 3}, set()),
        ("eligible", {"eligible": 3}, set()),
        ("scoring", {"eligible": 3}, set()),
        ("outcomes", {"recommended": 3}, set()),
        ("reviewed", {"agreed": 3}, {"agreed"}),
        ("routed", {"agreed": 3}, {"routed"}),
        ("approved", {"agreed": 3}, {"approved", "routed"}),
    ],
)
def test_playing_stops_after_the_requested_stage(
    folder: Path, until: str, bids: dict[str, int], awards: set[str]
) -> None:
    round, stages = play(folder, until)
    states = list(Bid.objects.filter(round=round).values_list("state", flat=True))
    assert {state: states.count(state) for state in states} == bids
    assert set(Award.objects.filter(round=round).values_list("state", flat=True)) == awards
    assert all(STAGES.index(stage) <= STAGES.index(until) for stage in stages)
    assert not Decision.objects.filter(round=round).exists()


def test_each_step_is_recorded_for_its_person_and_day(folder: Path) -> None:
    round, _ = play(folder)
    events = [(event.action, event.actor_name, event.at.date().isoformat()) for event in round.events.all()]
    assert ("take in bid", "Small Lead", "2026-11-10") in events
    assert ("record outcome", "Small Chair", "2026-11-12") in events
    assert ("approve award", "Small Second", "2026-11-15") in events
    assert [event.at for event in round.events.all()] == sorted(event.at for event in round.events.all())


def test_a_wrong_row_is_named_with_its_cell_and_no_bid_comes_in(folder: Path) -> None:
    write(folder, "bids", [bid("S-1", "1000.49"), bid("S-2", "£1000,50"), bid("S-3", "1")])
    with pytest.raises(BadFolder, match=r"bids\.csv, line 3, amount \(H3\): .*comma in the wrong place"):
        play(folder)
    assert not Bid.objects.filter(round__reference="small-2026-27").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[round]", "[round", "round.toml"),
        ('by = "small.second"', 'by = "nobody.here"', "there is no person nobody.here"),
        (
            '"small-2026-27"',
            '"cpie-2019-20"',
            "the stage opened has been played, and what it rests on in the folder has changed since",
        ),
    ],
)
def test_a_folder_that_cannot_be_played_says_why(folder: Path, old: str, new: str, message: str) -> None:
    (folder / "round.toml").write_text(TOML.replace(old, new), encoding="utf-8")
    with pytest.raises(BadFolder, match=message):
        play(folder)


def test_a_folder_without_its_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"has no round\.toml"):
        call_command("load_round", str(tmp_path))


def test_a_person_who_is_not_entitled_stops_the_round(folder: Path) -> None:
    wrong = TOML.replace('on = 2026-11-13\nby = "small.lead"', 'on = 2026-11-13\nby = "small.chair"')
    (folder / "round.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(CommandError, match="Small Chair may not do this here"):
        call_command("load_round", str(folder))
    assert not Award.objects.filter(round__reference="small-2026-27").exists()
