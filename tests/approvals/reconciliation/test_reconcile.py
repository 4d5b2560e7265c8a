"""What `manage.py reconcile` prints adds up at every stage of a round, in text and in JSON."""

import json
import re
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from approvals.decisions.deciding import Answer
from approvals.enums import ItemKind
from approvals.items import asking
from approvals.models import Award, Decision
from approvals.review import reviewing
from approvals.routing import approving, awards
from grants.models import Round, User
from grants.roles import Role
from tests import factories
from tests.approvals.items.steps import OF_EACH_KIND
from tests.approvals.steps import decide, open_paper, sign
from tests.factories import NOW, person

pytestmark = pytest.mark.django_db


def printed(reference: str, *options: str) -> str:
    out = StringIO()
    # A round that does not balance yet ends the command with 1, and is printed all the same.
    try:
        call_command("reconcile", reference, *options, stdout=out)
    except SystemExit as ended:
        assert ended.code == 1
    return out.getvalue()


def amount(text: str) -> Decimal:
    return Decimal(re.sub(r"[£,]", "", text).replace("\u2212", "-"))


def hold(round: Round) -> list[str]:
    """Assert that the rows make up the total, and the total and what is left the allocation; return the labels."""
    lines = [line for line in printed(round.reference).splitlines() if re.search(r"\s{2,}\u2212?£[\d,.]+$", line)]
    rows = [(label, amount(text)) for label, text in (line.rsplit(maxsplit=1) for line in lines)]
    (_, allocation), *parts, (total_name, total), (left_name, left) = rows
    assert (total_name.strip(), left_name.strip()) == ("Total expenditure", "Underspend")
    assert sum(each for _, each in parts) == total == allocation - left
    data: dict[str, Any] = json.loads(printed(round.reference, "--json"))
    grants = data["grants"]
    routes = [grants[name] for name in ("dmpc", "delegated", "unrouted") if name in grants]
    for name in ("count", "total"):
        assert sum(Decimal(each[name]) for each in routes) == Decimal(grants[name])
    taken = [*(each["amount"] for each in (*data["lines"], *data.get("items", ()))), data["contracts"]["total"]]
    assert sum(map(Decimal, taken)) + Decimal(grants["total"]) == Decimal(data["expenditure"]) == total
    assert Decimal(data["allocation"]) - total == Decimal(data["underspend"]) == left
    return [label.strip() for label, _ in parts]


def test_the_parts_add_up_at_every_stage_of_a_round() -> None:
    round = factories.open_round()
    lead = person(Role.LEAD, round=round)
    hold(round)
    for value in ("20000.50", "60000", "30000"):
        factories.award(round, amount=Decimal(value))
    inside = factories.bid(round, led_by="internal", recipient=None, amount=Decimal(1000))
    factories.outcome(inside)
    reviewing.review(bid=inside, amount=Decimal(900), reason="Less", by=lead, at=NOW)
    assert "Grants not routed (3)" in hold(round)
    factories.contract(round, lead, "40000")
    assert "Contracts (1)" in hold(round)
    awards.route_awards(round=round, by=lead, at=NOW)
    assert "Grants under delegation (2)" in hold(round)
    assert not any("not routed" in label for label in hold(round))
    factories.award(round, amount=Decimal(500))
    assert {"Grants not routed (1)", "Grants under delegation (2)"} <= set(hold(round))
    below = list(Award.objects.filter(round=round, amount=Decimal(30000)))
    approving.approve_awards(awards=below, reason="Below", by=person(Role.LEAD, round=round), at=NOW)
    hold(round)
    paper = open_paper(round, "PCD-700", lead)
    asking.ask_item(decision=paper, content=OF_EACH_KIND[ItemKind.FEE], by=lead, at=NOW)
    assert "Management fee" in hold(round)
    Round.objects.filter(pk=round.pk).update(allocation=Decimal(100))
    hold(round)


def test_the_parts_add_up_before_and_after_a_decision(decision: Decision, robin: User) -> None:
    hold(decision.round)
    decide(decision, robin, item_5=Answer("refused", reason="Not now"))
    sign(decision, robin)
    hold(decision.round)
