"""Recipients who are named after a decision was published: the register finds them and its page shows them."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals.decisions import writing
from approvals.families import bodies
from approvals.models import Award, Decision, NamedRecipient, RegisterEntry
from approvals.recipients import naming
from approvals.register.registering import ACTS_ON_RECIPIENTS
from approvals.review import reviewing
from approvals.routing import awards, withholding
from approvals.routing.withholding import Withholding
from grants.models import Organisation, Round, User
from grants.roles import ACTIONS, Role
from tests import factories
from tests.approvals.items import steps
from tests.approvals.outputs.test_withheld import public_texts
from tests.approvals.steps import LATER, decide, sign
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TERMS = Withholding("Freedom of Information Act 2000, section 38", "A safe place", "Beds for people who flee.")


@pytest.fixture
def round() -> Round:
    return factories.open_round()


@pytest.fixture
def hired(round: Round) -> dict[Role, User]:
    return steps.people(round)


@pytest.fixture
def grants(round: Round, hired: dict[Role, User]) -> list[Award]:
    """Two direct awards to be named later, of which the second is withheld, and a grant that is neither."""
    lead = hired[Role.LEAD]
    for title in ("Robbery response", "Lanternhouse"):
        row = factories.direct(round, lead, title=title, most_recipients=5)
        reviewing.review(bid=row, amount=row.amount, by=lead, at=NOW)
    factories.award(round, amount=Decimal(55000), title="Open doors")
    awards.route_awards(round=round, by=lead, at=NOW)
    secret = Award.objects.get(bid__title="Lanternhouse")
    withholding.withhold_recipient(award=secret, terms=TERMS, by=lead, at=NOW)
    return [Award.objects.get(bid__title="Robbery response"), secret]


@pytest.fixture
def signed(grants: list[Award], round: Round, hired: dict[Role, User]) -> Decision:
    made = steps.put_forward(steps.open_paper(round, "PCD-991", hired[Role.LEAD]), hired)
    decide(made, hired[Role.DMPC])
    sign(made, hired[Role.DMPC], factories.PASSWORD)
    return made


@pytest.fixture
def decision(signed: Decision, hired: dict[Role, User]) -> Decision:
    writing.publish_decision(decision=signed, by=hired[Role.OFFICE], at=LATER)
    return signed


def name(award: Award, by: User, body: str, amount: str = "20000", **number: Any) -> NamedRecipient:
    draft = {"recipient": body, "register": Organisation.Register.NOT_STATED, "register_number": "", **number}
    details = naming.Naming(draft, Decimal(amount), "It has most robberies.")
    return naming.identify_recipient(award=award, naming=details, by=by, at=LATER)


def finds(**asked: str) -> bool:
    return [each.decision.reference for each in Client().get(reverse("approvals:register"), asked).context["page"]] == [
        "PCD-991"
    ]


def must_show(*names: str) -> None:
    """Hold that the entry, its search and its filter, the page and the open data name these bodies and no other."""
    assert RegisterEntry.objects.get().later_recipients == sorted(names)
    page = Client().get(reverse("approvals:published_decision", args=["PCD-991"])).content.decode()
    package = Client().get(reverse("approvals:open_data_json")).json()
    published = {grant["recipientOrganization"][0]["name"] for grant in package["grants"]}
    choices = Client().get(reverse("approvals:register")).context["filter"].filters["recipient"].extra["choices"]
    for body in ("Ashby Council", "Barrow Council", "Carlow Refuge"):
        assert finds(q=body) == (body in published) == ((body, body) in choices) == (body in names), body
        assert (f"{body}</th>" in page or f"{body} (" in page) == (body in names), body
        assert body not in names or finds(recipient=body)


def test_the_register_follows_each_act_on_a_published_grant(
    grants: list[Award], decision: Decision, round: Round, hired: dict[Role, User]
) -> None:
    lead = hired[Role.LEAD]
    must_show()
    first = name(grants[0], lead, "Ashby Council", register="charity", register_number="1987654")
    must_show("Ashby Council")
    assert finds(q="1987654")
    second = name(grants[0], lead, "Barrow Council")
    must_show("Ashby Council", "Barrow Council")
    naming.withdraw_recipient(recipient=second, reason="It declined", by=lead, at=LATER)
    must_show("Ashby Council")
    bodies.correct_number(
        round=round, body=first.organisation, register="charity", number="1876543", reason="Typed wrong", by=lead,
        at=LATER,
    )  # fmt: skip
    assert finds(q="1876543") and not finds(q="1987654")
    third = name(grants[0], lead, "Barrow Council")
    naming.withdraw_recipient(recipient=first, reason="One body", by=lead, at=LATER)
    bodies.merge_bodies(
        round=round, kept=first.organisation, others=[third.organisation], reason="One body", by=lead, at=LATER
    )
    must_show("Ashby Council")


def test_who_is_named_between_signature_and_publication_is_entered(
    grants: list[Award], signed: Decision, hired: dict[Role, User]
) -> None:
    name(grants[0], hired[Role.LEAD], "Ashby Council")
    writing.publish_decision(decision=signed, by=hired[Role.OFFICE], at=LATER)
    must_show("Ashby Council")


def test_a_withheld_name_reaches_nothing_public(
    grants: list[Award], decision: Decision, hired: dict[Role, User]
) -> None:
    lead, (openly, secret) = hired[Role.LEAD], grants
    name(openly, lead, "Ashby Council")
    name(openly, lead, "Carlow Refuge")
    must_show("Ashby Council", "Carlow Refuge")
    # Nobody may learn from the other grant who the recipient of the withheld one is.
    name(secret, lead, "Carlow Refuge")
    must_show("Ashby Council")
    assert not [address for address, text in public_texts(decision) if "Carlow" in text]
    client = Client()
    client.force_login(hired[Role.DMPC])
    part_two = client.get(reverse("approvals:part_two", args=["PCD-991"])).content.decode()
    assert "Carlow Refuge: £20,000" in part_two and "Ashby" not in part_two
    # Once it may be named, the other grant names it, and its own from the next paper on.
    withholding.name_recipient(award=Award.objects.get(pk=secret.pk), reason="It moved", by=lead, at=LATER)
    must_show("Ashby Council", "Carlow Refuge")


def test_the_acts_that_change_who_is_published_are_acts() -> None:
    assert not ACTS_ON_RECIPIENTS - set(ACTIONS)
