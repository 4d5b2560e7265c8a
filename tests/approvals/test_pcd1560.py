"""PCD 1560 from its folder: three boroughs, two years, pence. Each figure is as published."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from approvals.loading import playing
from approvals.loading.folder import Folder
from approvals.models import Award, Decision
from approvals.outputs import verifying, word
from approvals.paper import pack as packs
from approvals.reconciliation import position
from grants import years
from tests.approvals.outputs.test_same_figures import differences
from tests.conftest import DEMO_PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
D = Decimal
# A table that goes over a page of the PDF repeats its heading, which holds the years.
REPEATED = "PDF, table 3: has {'2023': 1, '24': 1, '2024': 1, '25': 1}, lacks {}"


@pytest.fixture
def decision() -> Decision:
    folder = Folder(Path(settings.BASE_DIR) / "fixtures" / "pcd1560", password=DEMO_PASSWORD)
    playing.play(folder, "published", say=lambda line: None)
    return Decision.objects.select_related("round", "record__pack").get(reference="PCD-1560")


def test_pcd_1560_reconciles_by_year_and_in_all(decision: Decision) -> None:
    assert decision.state == "published"
    reconciled = position.reconcile(decision.round, date(2023, 10, 23))
    assert reconciled.balances
    assert (reconciled.allocation, reconciled.expenditure, reconciled.underspend) == (
        D("990324.28"),
        D("990324.28"),
        D("0.00"),
    )
    assert [(each.slot.label, each.allocation, each.dmpc, each.underspend) for each in reconciled.years] == [
        ("2023/24", D("455631.44"), D("455631.44"), D(0)),
        ("2024/25", D("534692.84"), D("534692.84"), D(0)),
    ]


@pytest.mark.parametrize(
    ("bid", "amount", "first", "second"),
    [
        ("SS-LEW", "502992.00", "272664.00", "230328.00"),
        ("SS-HAR", "239832.28", "100467.44", "139364.84"),
        ("SS-CRO", "247500.00", "82500.00", "165000.00"),
    ],
)
def test_each_borough_of_pcd_1560_has_its_published_years(
    decision: Decision, bid: str, amount: str, first: str, second: str
) -> None:
    grant = Award.objects.select_related("round").get(round=decision.round, bid__source_reference=bid)
    assert (grant.amount, grant.state) == (D(amount), "approved")
    assert years.by_year(grant.years) == {"2023/24": D(first), "2024/25": D(second)}


def test_page_pdf_word_and_data_of_pcd_1560_have_the_same_years(decision: Decision) -> None:
    frozen = decision.record.pack
    paper = packs.read(frozen)
    assert paper["table_3_years"] == ["2023/24", "2024/25"]
    for row in paper["table_3"]:
        assert sum(map(D, row["years"])) == D(row["amount"])
    problems = differences(frozen, html=frozen.html, pdf=frozen.pdf, docx=word.of_pack(frozen))
    assert set(problems) <= {REPEATED}
    assert all(check.holds for check in verifying.checks(decision))
