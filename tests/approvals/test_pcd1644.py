"""PCD 1644 from its folder: two programmes whose recipients were named later, and a package £0.1m above its parts."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from approvals.decisions import submission, writing
from approvals.loading import playing
from approvals.loading.folder import Folder
from approvals.models import Award, Decision
from approvals.outputs import published
from approvals.paper import pack as packs
from approvals.recipients import naming
from approvals.reconciliation import position
from bids.models import Bid
from grants.models import User
from grants.refusal import Refused
from tests.conftest import DEMO_PASSWORD
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
D = Decimal
Play = Callable[[str], Decision]


@pytest.fixture
def play() -> Play:
    """Play the folder up to a stage, and return its paper."""

    def played(until: str) -> Decision:
        folder = Folder(Path(settings.BASE_DIR) / "fixtures" / "pcd1644", password=DEMO_PASSWORD)
        playing.play(folder, until, say=lambda line: None)
        return Decision.objects.select_related("round").get(reference="PCD-1644")

    return played


def problems(decision: Decision) -> list[str]:
    return [each.message for each in submission.of(decision, at=NOW).problems if each.check == "prose"]


def test_pcd_1644_publishes_and_reconciles_by_year_without_a_bid(play: Play) -> None:
    decision = play("published")
    assert decision.state == "published" and not Bid.objects.filter(round=decision.round).exists()
    reconciled = position.reconcile(decision.round, date(2024, 6, 24))
    assert reconciled.balances
    assert [(each.slot.label, each.allocation, each.dmpc, each.underspend) for each in reconciled.years] == [
        ("2024/25", D("3200000.00"), D("2700000.00"), D(0)),
        ("2025/26", D("3200000.00"), D("2700000.00"), D(0)),
    ]
    assert [source for *_, stored in decision.sections.values_list("key", "figure_sources") for source in stored] == []
    paper = packs.read(decision.record.pack)
    recipients = {entry["bid"]: entry["recipient"] for entry in paper["appendix_1"]}
    assert recipients == {
        "ROBBERY": "Up to 15 London boroughs, to be named by 30 September 2024",
        "MYENDS": "Up to 8 neighbourhood partnerships",
    }


@pytest.mark.parametrize("section", ["summary", "introduction"])
def test_pcd_1644_as_it_was_is_refused_with_its_0_1m(play: Play, section: str) -> None:
    decision = play("paper")
    lead = User.objects.get(username="hana.reeve")
    text = decision.sections.get(key=section).text
    assert not problems(decision)
    was = text.replace("£6.4m", "£6.5m")
    writing.write_section(decision=decision, key=section, text=was, by=lead, at=NOW)
    [problem] = problems(decision)
    assert "£6.5m" in problem and "£0.1m" in problem
    with pytest.raises(Refused):
        writing.submit_pack(decision=decision, by=lead, at=NOW)
    # Mended, it has no problem left in its words.
    writing.write_section(decision=decision, key=section, text=text, by=lead, at=NOW)
    assert not problems(decision)


def test_the_recipients_of_pcd_1644_that_are_named_are_published_apart(play: Play) -> None:
    decision = play("named")
    award = Award.objects.select_related("bid").get(round=decision.round, bid__source_reference="ROBBERY")
    assert naming.left_to_name(award, naming.standing(award)) == D("2600000.00")
    rows = [(each.recipient, each.amount) for each in published.grants(decision.round)]
    assert sorted(rows) == [
        ("London Borough of Invented Ward", D("200000.00")),
        ("London Borough of Supposed Park", D("200000.00")),
        ("Up to 15 London boroughs, to be named by 30 September 2024", D("2600000.00")),
        ("Up to 8 neighbourhood partnerships", D("2400000.00")),
    ]
    listed = Client().get(reverse("approvals:open_data_json")).json()["grants"]
    own = [each for each in listed if each["grantProgramme"][0]["code"] == decision.round.reference]
    assert sum(D(str(each["amountAwarded"])) for each in own) == D("5400000.00")
    assert len({each["id"] for each in own}) == len({each["recipientOrganization"][0]["id"] for each in own}) == 4
