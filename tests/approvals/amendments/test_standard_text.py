"""The standard text of an amendment is of the amendment: it passes every check and speaks of nothing else."""

import pytest
from django.test import Client
from django.urls import reverse

from approvals.decisions import submission, writing
from approvals.models import Award, Decision
from approvals.paper import contents, sources
from approvals.paper.sections import BY_KEY
from grants.models import User
from tests.approvals.amendments.steps import change
from tests.approvals.steps import decide, open_paper, sign
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(decision: Decision, grace: User, robin: User) -> Decision:
    """A paper that makes one grant of PCD 681 smaller."""
    decide(decision, robin)
    sign(decision, robin)
    decision.refresh_from_db()
    made = open_paper(decision.round, "PCD-700", grace, title="Less", amends=decision)
    change(made, Award.objects.for_routes().get(round=decision.round, amount=70000, route="dmpc"), grace)
    return made


def test_the_standard_text_of_an_amendment_passes_every_check(paper: Decision, grace: User) -> None:
    client = Client()
    client.force_login(grace)
    for key in BY_KEY:
        page = client.get(reverse("approvals:edit_section", args=[paper.reference, key]) + "?text=standard")
        text = page.context["form"]["text"].value()
        # A commercial section is there only where a contract is asked for.
        assert bool(text) == (key != "commercial")
        assert "contract" not in text.lower()
        writing.write_section(decision=paper, key=key, text=text, by=grace, at=NOW)
    source_values = sources.sources(paper, NOW.date())
    problems = submission.faults(source_values, contents.checked_prose(source_values))
    assert [each.message for each in problems if each.check in ("section", "figure", "prose")] == []


def test_a_table_of_one_row_does_not_count_its_rows(paper: Decision, grace: User) -> None:
    client = Client()
    client.force_login(grace)
    page = client.get(reverse("approvals:decision", args=[paper.reference])).content.decode()
    assert "Table 2: grants for decision, 1</caption>" in page
