"""A whole round that tells capital from revenue, from its folder to the published decision."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from approvals.loading import playing
from approvals.loading.folder import BadFolder, Folder
from approvals.models import Award, Decision
from approvals.paper import pack as packs
from approvals.reconciliation import position, year_parts
from grants import money, years
from grants.models import Round
from tests.conftest import DEMO_PASSWORD

pytestmark = pytest.mark.django_db
D = Decimal
# PCD 1560 with some of each year as capital; the allocation and each grant keep the sums that were published.
SLOTS = {"2023/24 capital": "100000.00", "2023/24 revenue": "355631.44", "2024/25 revenue": "534692.84"}
CELLS = {
    "2023/24: 272664.00; 2024/25: 230328": (
        "2023/24 capital: 60000.00; 2023/24 revenue: 212664.00; 2024/25 revenue: 230328.00"
    ),
    "2023/24: 100467.44; 2024/25: 139364.84": (
        "2023/24 capital: 40000.00; 2023/24 revenue: 60467.44; 2024/25 revenue: 139364.84"
    ),
    "2023/24: 82500.00; 2024/25: 165000.00": "2023/24 revenue: 82500.00; 2024/25 revenue: 165000.00",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "capital"
    shutil.copytree(Path(settings.BASE_DIR) / "fixtures" / "pcd1560", made)
    slots = ", ".join(f'"{slot}" = "{amount}"' for slot, amount in SLOTS.items())
    toml = (made / "round.toml").read_text()
    toml = toml.replace('{ "2023/24" = "455631.44", "2024/25" = "534692.84" }', f"{{ {slots} }}")
    (made / "round.toml").write_text(toml)
    review = (made / "review.csv").read_text()
    for whole, parts in CELLS.items():
        assert whole in review
        review = review.replace(whole, parts)
    (made / "review.csv").write_text(review)
    return made


def play(path: Path) -> Decision:
    playing.play(Folder(path, password=DEMO_PASSWORD), "published", say=lambda line: None)
    return Decision.objects.select_related("round", "record__pack").get(reference="PCD-1560")


def test_a_round_of_capital_and_revenue_publishes_and_reconciles_in_each_slot(folder: Path) -> None:
    decision = play(folder)
    reconciled = position.reconcile(decision.round, date(2023, 10, 23))
    assert reconciled.balances
    assert {each.slot.label: money.text(each.allocation) for each in reconciled.years} == SLOTS
    assert [each.underspend for each in reconciled.years] == [D(0), D(0), D(0)]
    figures = position.position(decision.round, date(2023, 10, 23))
    for row in year_parts.table_3(figures, year_parts.splits(figures)):
        assert money.total([cell.total for cell in row.by_slot]) == row.part.total, row.part.label
    paper = packs.read(decision.record.pack)
    assert paper["table_3_years"] == list(SLOTS)
    lewisham = Award.objects.select_related("round").get(round=decision.round, bid__source_reference="SS-LEW")
    assert years.by_year(lewisham.years) == {"2023/24": D("272664.00"), "2024/25": D("230328.00")}


def test_capital_above_its_slot_keeps_the_paper_back_though_the_year_fits(folder: Path) -> None:
    review = (folder / "review.csv").read_text()
    # £1,000 of Croydon's revenue becomes capital: the year and the whole stay, and capital is over by £1,000.
    (folder / "review.csv").write_text(
        review.replace("2023/24 revenue: 82500.00", "2023/24 capital: 1000.00; 2023/24 revenue: 81500.00")
    )
    over = "In 2023/24 capital all that is used comes to £101,000, £1,000 more than the £100,000 of that year"
    with pytest.raises(BadFolder, match=over):
        play(folder)
    round = Round.objects.get(reference="safer-streets-2023-25")
    assert position.reconcile(round, date(2023, 10, 23)).underspend == 0
