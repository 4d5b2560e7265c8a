"""PCD 1596 from its folder: an uplift and two grants. As it was published, one grant had two values, £18,000 apart."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from approvals.decisions import submission, writing
from approvals.loading import playing
from approvals.loading.folder import Folder
from approvals.models import Award, Decision
from approvals.paper import pack as packs
from grants.models import User
from grants.refusal import Refused
from tests.conftest import DEMO_PASSWORD
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
Play = Callable[[str], Decision]


@pytest.fixture
def play() -> Play:
    """Play the folder up to a stage, and return its paper."""

    def played(until: str) -> Decision:
        folder = Folder(Path(settings.BASE_DIR) / "fixtures" / "pcd1596", password=DEMO_PASSWORD)
        playing.play(folder, until, say=lambda line: None)
        return Decision.objects.select_related("round").get(reference="PCD-1596")

    return played


def problems(decision: Decision) -> list[str]:
    return [each.message for each in submission.of(decision, at=NOW).problems if each.check == "prose"]


def test_pcd_1596_publishes_once_its_sums_agree(play: Play) -> None:
    decision = play("published")
    assert decision.state == "published"
    paper = packs.read(decision.record.pack)
    assert [(each["verb"], each["amount"]) for each in paper["recommendations"]] == [
        ("accept", "919250.00"),
        ("approve", "396700.00"),
        ("note", "7988282.00"),
    ]
    amounts = Award.objects.filter(round=decision.round).values_list("bid__source_reference", "amount")
    assert dict(amounts) == {"GRIP-JDI": Decimal("246700.00"), "GRIP-BTP": Decimal("150000.00")}
    # No figure needs a source: the decision explains each of them.
    assert [source for *_, stored in decision.sections.values_list("key", "figure_sources") for source in stored] == []


@pytest.mark.parametrize("section", ["summary", "issues"])
def test_pcd_1596_as_it_was_is_refused_with_its_18_000_pounds(play: Play, section: str) -> None:
    decision = play("paper")
    lead = User.objects.get(username="hana.reeve")
    text = decision.sections.get(key=section).text
    assert not problems(decision)
    was = text.replace("£246,700", "£264,700")
    writing.write_section(decision=decision, key=section, text=was, by=lead, at=NOW)
    [problem] = problems(decision)
    assert "£264,700" in problem and "£18,000" in problem and "£246,700" in problem
    with pytest.raises(Refused):
        writing.submit_pack(decision=decision, by=lead, at=NOW)
    # Mended, it has no problem left in its words.
    writing.write_section(decision=decision, key=section, text=text, by=lead, at=NOW)
    assert not problems(decision)
