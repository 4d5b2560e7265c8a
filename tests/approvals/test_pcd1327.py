"""PCD 1327 from its folder: money of three years accepted, two direct awards of the first. Figures as published."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from approvals.loading import playing
from approvals.loading.folder import Folder
from approvals.models import Award, Decision
from approvals.outputs import published, verifying, word
from approvals.paper import pack as packs
from approvals.paper.figures import known_of
from approvals.paper.sources import sources
from approvals.prose.checking import Standing, check
from approvals.reconciliation import position
from bids.models import Bid
from grants import years
from tests.approvals.outputs.test_same_figures import differences
from tests.conftest import DEMO_PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
D = Decimal


@pytest.fixture
def decision() -> Decision:
    folder = Folder(Path(settings.BASE_DIR) / "fixtures" / "pcd1327", password=DEMO_PASSWORD)
    playing.play(folder, "published", say=lambda line: None)
    return Decision.objects.select_related("round", "record__pack").get(reference="PCD-1327")


def test_pcd_1327_is_published_and_reconciles_by_year(decision: Decision) -> None:
    assert decision.state == "published"
    reconciled = position.reconcile(decision.round, date(2022, 6, 27))
    assert reconciled.balances
    assert (reconciled.allocation, reconciled.grants.total, reconciled.underspend) == (
        D("24664846.00"),
        D("433382.00"),
        D("0.00"),
    )
    assert [(each.slot.label, each.allocation, each.dmpc, each.underspend) for each in reconciled.years] == [
        ("2022/23", D("8688282.00"), D("433382.00"), D(0)),
        ("2023/24", D("7988282.00"), D(0), D(0)),
        ("2024/25", D("7988282.00"), D(0), D(0)),
    ]
    # No figure needs a source: the decision explains each of them.
    assert [source for *_, stored in decision.sections.values_list("key", "figure_sources") for source in stored] == []


def test_pcd_1327_grants_to_two_named_bodies_without_a_bid(decision: Decision) -> None:
    assert not Bid.objects.filter(round=decision.round).exists()
    grants = Award.objects.filter(round=decision.round).select_related("round").order_by("bid__source_reference")
    assert [(each.bid.recipient_name, each.amount, years.by_year(each.years)) for each in grants] == [
        ("British Transport Police", D("150000.00"), {"2022/23": D("150000.00")}),
        ("Jill Dando Institute", D("283382.00"), {"2022/23": D("283382.00")}),
    ]
    paper = packs.read(decision.record.pack)
    assert [(each["verb"], each["amount"]) for each in paper["recommendations"]] == [
        ("accept", "23964846.00"),
        ("accept", "700000.00"),
        ("approve", "433382.00"),
    ]
    assert paper["appendix_1"][0]["reason"].startswith("The Home Office named the force in its offer.")
    assert {each.recipient for each in published.grants(decision.round)} == {
        "British Transport Police",
        "Jill Dando Institute",
    }


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("The Home Office gives £8,688,282 in 2022/23.", "£8,868,282"),
        ("Home Office money of £7,988,282 follows in 2024/25.", "£7,898,282"),
        ("The uplift of the Home Office is £700,000.", "£70,000"),
    ],
)
def test_what_the_home_office_gives_needs_no_source(decision: Decision, sentence: str, wrong: str) -> None:
    known = known_of(sources(decision, date(2022, 6, 27)))
    assert {match.standing for match in check(sentence, known)} == {Standing.MATCHED}
    false = re.sub(r"£[\d,]+", wrong, sentence)
    assert Standing.UNMATCHED in {match.standing for match in check(false, known)}


def test_the_register_and_open_data_say_what_the_home_office_gives(decision: Decision) -> None:
    page = Client().get(reverse("approvals:published_decision", args=["PCD-1327"])).content.decode()
    assert "Home Office gives £23,964,846 of the allocation" in page and "Own budget, £0" in page
    grants = Client().get(reverse("approvals:open_data_json")).json()["grants"]
    assert {sum(each["amount"] for each in grant["allocationIncome"]) for grant in grants} == {24664846.0}


def test_page_pdf_word_and_data_of_pcd_1327_agree(decision: Decision) -> None:
    frozen = decision.record.pack
    problems = differences(frozen, html=frozen.html, pdf=frozen.pdf, docx=word.of_pack(frozen))
    assert all(problem.startswith("PDF, table 3: has") for problem in problems)
    assert all(check.holds for check in verifying.checks(decision))
