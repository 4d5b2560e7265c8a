"""The search of the decisions of a round: what is found, what is not, and that its words are in step."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from approvals.decisions import writing
from approvals.models import Decision, DecisionSection, DecisionWords, PartTwo, SectionDraft
from grants.models import Round, User
from grants.roles import Role
from tests.factories import NOW, open_round, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    return open_round()


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


@pytest.fixture
def decision(round: Round, lead: User) -> Decision:
    made = writing.prepare_decision(
        round=round, reference="PCD-900", title="Lamps for St John’s", decision_by="Deputy Mayor", by=lead, at=NOW
    )
    section = made.sections.order_by("pk")[0]
    section.text = "Café owners report fewer robberies: {allocation} in all."
    section.save()
    return made


def page(user: User, round: Round, q: str) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("approvals:decisions", args=[round.reference]), {"q": q})
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize("words", ["st johns lamp", "PCD 900", "900", "cafe", "robbery", "owners lamps"])
def test_a_decision_is_found_by_its_reference_title_and_sections(
    words: str, round: Round, lead: User, decision: Decision
) -> None:
    assert reverse("approvals:decision", args=["PCD-900"]) in page(lead, round, words)
    assert "No decisions match your search" in page(lead, round, f"zeppelin {words}")


def test_what_was_hit_is_in_bold_and_a_figure_is_no_code(round: Round, lead: User, decision: Decision) -> None:
    shown = page(lead, round, "robbery")
    assert 'report fewer <mark class="app-hit">robberies</mark>: … in all.' in shown


def test_part_2_and_drafts_are_not_searched(round: Round, lead: User, decision: Decision) -> None:
    PartTwo.objects.create(decision=decision, text="Zanzibar", exemption="Zanzibar", written_by=lead, written_at=NOW)
    section = decision.sections.order_by("pk")[0]
    SectionDraft.objects.create(section=section, person=lead, text="Zanzibar", seen=1, kept_at=NOW)
    assert "No decisions match your search" in page(lead, round, "zanzibar")


def test_a_decision_of_another_round_is_not_found(round: Round, lead: User, decision: Decision) -> None:
    other = open_round()
    assert "PCD-900" not in page(person(Role.LEAD, round=other), other, "lamps")


def in_step() -> bool:
    kept = list(DecisionWords.objects.order_by("pk").values())
    decisions = list(Decision.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT approvals_write_decision_words(%s::bigint[])", [decisions])
    return kept == list(DecisionWords.objects.order_by("pk").values()) and len(kept) == len(decisions)


def test_the_words_are_in_step_after_each_kind_of_change(round: Round, lead: User, decision: Decision) -> None:
    assert in_step()
    for change in ({"title": "Zanzibar"}, {"reference": "PCD-901"}, {"decision_by": "Somebody"}):
        Decision.objects.filter(pk=decision.pk).update(**change)
        assert in_step()
    DecisionSection.objects.filter(decision=decision).update(text="Zeppelin")
    assert in_step()
    assert "PCD-901" in page(lead, round, "zeppelin zanzibar")
    DecisionSection.objects.filter(decision=decision).delete()
    assert in_step()
