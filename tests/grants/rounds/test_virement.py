"""Money moved between budget lines: by two people, never below £0, and never while a paper is submitted."""

from decimal import Decimal
from typing import Any

import pgtrigger
import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.models import Decision
from approvals.reconciliation import position
from grants.access import holdings
from grants.models import AuditEvent, BudgetLine, Round, User, Virement
from grants.refusal import NotEntitled, Refused
from grants.roles import Role
from grants.rounds import rounds, virement
from grants.tasks import tasks
from tests import factories
from tests.factories import NOW, open_round, person

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def round() -> Round:
    """£1,000,000 with £100,000 for projects led by units and £1,000.50 for vans."""
    round = open_round()
    rounds.keep_budget_line(
        round=round,
        content=rounds.LineContent(kind="other", label="Vans", amount=D("1000.50")),
        reason="Needed",
        by=person(Role.FINANCE, round=round),
        at=NOW,
    )
    return round


@pytest.fixture
def kit(round: Round) -> User:
    return person(Role.FINANCE, round=round, name="Kit")


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


def line(round: Round, label: str) -> BudgetLine:
    return BudgetLine.objects.get(round=round, label=label)


def propose(
    round: Round, by: User, source: str = "Vans", target: str = "Projects led by units", **kwargs: Any
) -> Virement:
    facts: dict[str, Any] = {"amount": D("400.25"), "reason": "Fewer vans.", **kwargs}
    return virement.propose_virement(
        round=round,
        source=line(round, source) if source else None,
        target=line(round, target) if target else None,
        by=by,
        at=NOW,
        **facts,
    )


def confirm(made: Virement, by: User) -> None:
    virement.confirm_virement(virement=made, by=by, at=NOW)


def amounts(round: Round) -> dict[str, Decimal]:
    return dict(round.lines.values_list("label", "amount"))


def test_a_proposal_moves_nothing_and_is_recorded_in_the_trail(round: Round, kit: User) -> None:
    before = amounts(round)
    made = propose(round, kit)
    assert amounts(round) == before
    event = AuditEvent.objects.filter(round=round).last()
    assert event is not None
    assert (event.action, event.actor, event.because) == ("propose virement", kit, "Fewer vans.")
    assert event.facts == {"from": "Vans", "to": "Projects led by units", "amount": "400.25"}
    assert made.state == "proposed"


def test_a_second_person_moves_the_money_in_one_event(round: Round, kit: User, lead: User) -> None:
    made = propose(round, kit)
    events = AuditEvent.objects.filter(round=round).count()
    versions = dict(round.lines.values_list("label", "version"))
    confirm(made, lead)
    assert amounts(round) == {"Vans": D("600.25"), "Projects led by units": D("100400.25")}
    assert dict(round.lines.values_list("label", "version")) == {label: each + 1 for label, each in versions.items()}
    made.refresh_from_db()
    assert (made.state, made.answered_by) == ("confirmed", lead)
    event = AuditEvent.objects.filter(round=round).last()
    assert AuditEvent.objects.filter(round=round).count() == events + 1
    assert event is not None
    assert (event.action, event.actor) == ("confirm virement", lead)
    assert event.before == {"Vans": "1000.50", "Projects led by units": "100000.00"}
    assert event.facts["lines"] == {"Vans": "600.25", "Projects led by units": "100400.25"}


def test_the_proposer_cannot_confirm_or_refuse(round: Round, kit: User) -> None:
    made = propose(round, kit)
    before = amounts(round)
    with pytest.raises(Refused, match=r"You proposed this\. Ask somebody else to confirm it"):
        confirm(made, kit)
    with pytest.raises(Refused, match="Withdraw it instead"):
        virement.refuse_virement(virement=made, reason="No", by=kit, at=NOW)
    assert amounts(round) == before


@settings(max_examples=25)
@given(st.decimals(min_value="0.01", max_value="1000.50", places=2))
def test_a_virement_between_lines_never_changes_their_total(amount: Decimal) -> None:
    with transaction.atomic():
        round = open_round()
        vans = BudgetLine.objects.create(
            round=round, reference="LINE-VANS", kind="other", label="Vans", amount=D("1000.50")
        )
        other = round.lines.exclude(pk=vans.pk).get()
        lead, second = person(Role.LEAD, round=round), person(Role.LEAD, round=round)
        made = virement.propose_virement(
            round=round, source=vans, target=other, amount=amount, reason="Law", by=lead, at=NOW
        )
        confirm(made, second)
        assert sum(amounts(round).values()) == D("101000.50")
        assert amounts(round)["Vans"] == D("1000.50") - amount >= 0
        transaction.set_rollback(True)


def test_a_line_gives_all_it_holds_and_no_penny_more(round: Round, kit: User, lead: User) -> None:
    with pytest.raises(Refused, match=r"Vans holds £1,000\.50\. Enter that amount or less") as refused:
        propose(round, kit, amount=D("1000.51"))
    assert refused.value.field == "amount"
    confirm(propose(round, kit, amount=D("1000.50")), lead)
    assert amounts(round)["Vans"] == 0


def test_money_that_the_line_no_longer_holds_is_not_moved(round: Round, kit: User, lead: User) -> None:
    first, second = propose(round, kit, amount=D(600)), propose(round, kit, amount=D(600))
    confirm(first, lead)
    before = amounts(round)
    with pytest.raises(Refused, match=r"Vans holds £400\.50\. Enter that amount or less"):
        confirm(second, lead)
    assert amounts(round) == before
    assert Virement.objects.get(pk=second.pk).state == "proposed"


def test_from_the_unallocated_rest_a_line_grows_and_back_to_it_shrinks(round: Round, kit: User, lead: User) -> None:
    confirm(propose(round, kit, source="", target="Vans", amount=D(500)), lead)
    assert amounts(round)["Vans"] == D("1500.50")
    assert position.reconcile(round, NOW.date()).underspend == D("898499.50")
    confirm(propose(round, kit, source="Vans", target="", amount=D("1500.50")), lead)
    assert amounts(round)["Vans"] == 0
    assert position.reconcile(round, NOW.date()).underspend == D(900000)


def test_the_rest_that_grants_are_promised_is_not_moved_into_a_line(round: Round, kit: User, lead: User) -> None:
    factories.award(round, amount=D(898000))
    made = propose(round, kit, source="", target="Vans", amount=D("999.51"))
    with pytest.raises(Refused, match="is left for budget lines"):
        confirm(made, lead)
    confirm(propose(round, kit, source="", target="Vans", amount=D("999.50")), lead)
    assert position.reconcile(round, NOW.date()).underspend == 0


def test_nothing_moves_while_a_paper_is_with_the_office(kit: User) -> None:
    round = Round.objects.get(reference="cpie-2019-20")
    kit = User.objects.get(username="kit.lane")
    lead = User.objects.get(username="henry.ives")
    made = propose(round, kit, source="Staffing posts", target="Corporate internal projects", amount=D(1))
    with pytest.raises(Refused, match="PCD-681 is submitted"):
        confirm(made, lead)
    Decision.objects.filter(round=round).update(state="returned")
    confirm(made, lead)
    reconciliation = position.reconcile(round, NOW.date())
    assert reconciliation.balances
    assert reconciliation.underspend == D(754005)
    assert amounts(round) == {"Staffing posts": D(1900701), "Corporate internal projects": D(288696)}


@pytest.mark.parametrize(
    ("ends", "field"),
    [(("Vans", "Vans"), "target"), (("", ""), "target")],
    ids=["one line", "nowhere to nowhere"],
)
def test_two_different_places_are_needed(round: Round, kit: User, ends: tuple[str, str], field: str) -> None:
    with pytest.raises(Refused, match="two different lines") as refused:
        propose(round, kit, *ends)
    assert refused.value.field == field


@pytest.mark.parametrize(("change", "field"), [({"amount": D(0)}, "amount"), ({"reason": " "}, "reason")])
def test_an_amount_and_a_reason_are_needed(round: Round, kit: User, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        propose(round, kit, **change)
    assert refused.value.field == field


def test_a_line_of_another_round_is_refused(round: Round, kit: User) -> None:
    other = open_round().lines.get()
    with pytest.raises(Refused, match="of this round"):
        virement.propose_virement(round=round, source=other, target=None, amount=D(1), reason="No", by=kit, at=NOW)


def test_an_answer_is_given_once(round: Round, kit: User, lead: User) -> None:
    made = propose(round, kit)
    confirm(made, lead)
    before = amounts(round)
    for again in (
        lambda: confirm(made, lead),
        lambda: virement.refuse_virement(virement=made, reason="No", by=lead, at=NOW),
        lambda: virement.withdraw_virement(virement=made, reason="No", by=kit, at=NOW),
    ):
        with pytest.raises(Refused, match=r"VIR-[A-Z0-9]{5} was already answered: confirmed"):
            again()
    assert amounts(round) == before


def test_a_refused_and_a_withdrawn_one_stay_with_their_reason(round: Round, kit: User, lead: User) -> None:
    before = amounts(round)
    refused, withdrawn = propose(round, kit), propose(round, kit)
    virement.refuse_virement(virement=refused, reason="Not now", by=lead, at=NOW)
    with pytest.raises(Refused, match="Kit proposed this"):
        virement.withdraw_virement(virement=withdrawn, reason="A slip", by=lead, at=NOW)
    virement.withdraw_virement(virement=withdrawn, reason="A slip", by=kit, at=NOW)
    assert [(each.state, each.answer) for each in round.virements.order_by("id")] == [
        ("refused", "Not now"),
        ("withdrawn", "A slip"),
    ]
    actions = AuditEvent.objects.filter(round=round).order_by("-number").values_list("action", "because")[:2]
    assert list(actions) == [("withdraw virement", "A slip"), ("refuse virement", "Not now")]
    assert amounts(round) == before


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.FINANCE, Role.LEAD)])
def test_only_finance_and_leads_propose_and_confirm(round: Round, kit: User, role: Role) -> None:
    other = person(role, round=round)
    with pytest.raises(NotEntitled):
        propose(round, other)
    made = propose(round, kit)
    with pytest.raises(NotEntitled):
        confirm(made, other)
    assert Virement.objects.get(pk=made.pk).state == "proposed"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"amount": D(0)}, "virement_amount_above_zero"),
        ({"reason": ""}, "virement_has_its_reason"),
        ({"source": None, "target": None}, "virement_between_two_places"),
        ({"target": "the source"}, "virement_between_two_places"),
        ({"state": "confirmed"}, "virement_answered_by_a_second_person"),
        (
            {"state": "confirmed", "answered_at": NOW, "answered_by": "who proposed"},
            "virement_answered_by_a_second_person",
        ),
        ({"state": "withdrawn", "answered_at": NOW, "answered_by": "another"}, "virement_answered_by_a_second_person"),
    ],
)
def test_the_database_refuses_an_impossible_virement(
    round: Round, kit: User, lead: User, change: dict[str, Any], constraint: str
) -> None:
    source, target = round.lines.all()
    stands = {"the source": source, "who proposed": kit, "another": lead}
    facts = {"source": source, "target": target, "amount": D(1), "reason": "x", "state": "proposed"} | {
        name: stands.get(value, value) if isinstance(value, str) else value for name, value in change.items()
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Virement.objects.create(round=round, reference="VIR-1", proposed_by=kit, proposed_at=NOW, **facts)


def test_the_database_keeps_a_virement_as_it_was_proposed_and_answered(round: Round, kit: User, lead: User) -> None:
    made = propose(round, kit)
    rows = Virement.objects.filter(pk=made.pk)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        rows.update(amount=D(2))
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        rows.delete()
    confirm(made, lead)
    with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
        rows.update(state="refused")
    with pgtrigger.ignore("grants.Virement:stays_as_proposed"):
        assert rows.update(amount=D(2)) == 1


def test_a_proposal_waits_for_everybody_but_its_author(round: Round, kit: User, lead: User) -> None:
    propose(round, kit)
    waiting = {
        user.pk: [
            (task.text, task.count) for task in tasks(user=user, held=holdings(user), rounds=[round]).get(round.pk, [])
        ]
        for user in (kit, lead, person(Role.FINANCE, round=round), person(Role.AUDITOR, round=round))
    }
    answering = [("Confirm or refuse virements", 1)]
    assert list(waiting.values()) == [[], answering, answering, []]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_virement_goes_through_its_pages(round: Round, kit: User, lead: User) -> None:
    page = reverse("grants:propose_virement", args=[round.reference])
    typed = {"source": line(round, "Vans").reference, "target": "none", "amount": "£1,000.51", "reason": "Fewer vans."}
    finance = signed_in(kit)
    answer = finance.post(page, typed)
    assert "Vans holds £1,000.50. Enter that amount or less" in answer.content.decode()
    assert finance.post(page, typed | {"target": typed["source"]}).context["form"].errors["target"]
    answer = finance.post(page, typed | {"amount": "400.25"}, follow=True)
    html = answer.content.decode()
    assert "£400.25 from Vans to What no line holds" in html
    assert "Withdraw</a>" in html and "Confirm</a>" not in html
    made = Virement.objects.get(round=round)
    other = signed_in(lead)
    shown = other.get(reverse("grants:virement", args=[made.reference])).content.decode()
    assert "Confirm</a>" in shown and "Withdraw</a>" not in shown
    answer = other.post(reverse("grants:confirm_virement", args=[made.reference]), {"sent": "yes"}, follow=True)
    assert "You confirmed VIR-" in answer.content.decode()
    assert "and moved the money" in answer.content.decode()
    assert amounts(round)["Vans"] == D("600.25")
    listed = finance.get(reverse("grants:virements", args=[round.reference])).content.decode()
    assert made.reference in listed and "Confirmed" in listed
    reconciled = finance.get(reverse("approvals:reconciliation", args=[round.reference])).content.decode()
    assert made.reference in reconciled


def test_a_refusal_is_shown_on_the_page(round: Round, kit: User) -> None:
    made = propose(round, kit)
    answer = signed_in(kit).post(reverse("grants:confirm_virement", args=[made.reference]), {"sent": "yes"})
    assert "You proposed this. Ask somebody else to confirm it." in answer.content.decode()
    page = signed_in(kit).get(reverse("grants:confirm_virement", args=[made.reference])).content.decode()
    assert "You proposed this. Ask somebody else to confirm it." in page
    assert "Confirm and move the money" not in page
    answer = signed_in(kit).post(reverse("grants:withdraw_virement", args=[made.reference]), {"reason": ""})
    assert answer.context["form"].errors["reason"]
