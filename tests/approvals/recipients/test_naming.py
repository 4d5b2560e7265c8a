"""Recipients of a direct award are named by a person, within its ceilings, and only then is one paid."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals.enums import Key
from approvals.families import bodies
from approvals.models import Approval, Award, NamedRecipient
from approvals.recipients import naming
from approvals.review import reviewing
from approvals.routing import approving, awards, routes
from approvals.routing.routes import Claim, Claims, Limit, Share
from bids.models import Bid
from grants.models import AuditEvent, Organisation, Round, User
from grants.refusal import Refused
from grants.roles import Role
from tests import factories
from tests.factories import NOW, person

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def round() -> Round:
    return factories.open_round(scored=False)


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


def agreed(round: Round, lead: User, **kwargs: Any) -> Award:
    """The routed grant of a direct award."""
    row = factories.direct(round, lead, **kwargs)
    reviewing.review(bid=row, amount=row.amount, by=lead, at=NOW)
    awards.route_awards(round=round, by=lead, at=NOW)
    return Award.objects.get(bid=row)


def name(award: Award, by: User, body: str, amount: str = "30000", **kwargs: Any) -> NamedRecipient:
    draft = {"recipient": body, "register": Organisation.Register.NOT_STATED, "register_number": "", **kwargs}
    return naming.identify_recipient(
        award=award, naming=naming.Naming(draft, D(amount), "It has most robberies."), by=by, at=NOW
    )


def test_recipients_are_named_up_to_the_number_and_the_amount(round: Round, lead: User) -> None:
    award = agreed(round, lead)
    first = name(award, lead, "Ashby Council")
    assert naming.left_to_name(award, naming.standing(award)) == D("60000.00")
    with pytest.raises(Refused, match="no more than the £60,000"):
        name(award, lead, "Barrow Council", "60000.01")
    with pytest.raises(Refused, match="named already"):
        name(award, lead, "Ashby Council", "1")
    name(award, lead, "Barrow Council", "20000")
    name(award, lead, "Carlow Council", "20000")
    with pytest.raises(Refused, match="at most 3 recipients"):
        name(award, lead, "Dunmore Council", "1")
    event = AuditEvent.objects.filter(action="identify recipient", bid=award.bid.reference).earliest("number")
    assert event.facts == {"recipient": "Ashby Council", "amount": "30000.00", "named": first.reference}
    naming.withdraw_recipient(recipient=first, reason="It declined", by=lead, at=NOW)
    assert name(award, lead, "Dunmore Council", "50000").amount == D("50000")


def test_a_payment_needs_a_named_recipient_and_stays_within_its_part(round: Round, lead: User) -> None:
    award = agreed(round, lead, amount=D("40000.00"))
    approver, finance = person(Role.LEAD, round=round), person(Role.FINANCE, round=round)
    approving.approve_awards(awards=[award], reason="Fits", by=approver, at=NOW)

    def pay(amount: str, to: NamedRecipient | None) -> None:
        details = approving.PaymentDetails(D(amount), NOW.date(), named=to)
        approving.record_payment(award=award, details=details, by=finance, at=NOW)

    with pytest.raises(Refused, match="Name the recipient before you pay"):
        pay("100", None)
    one = name(award, lead, "Ashby Council", "10000")
    with pytest.raises(Refused, match="no more than the £10,000 left to pay to this recipient"):
        pay("10000.01", one)
    pay("10000", one)
    with pytest.raises(Refused, match="no more than the £0"):
        pay("1", one)
    with pytest.raises(Refused, match="Money was paid to Ashby Council"):
        naming.withdraw_recipient(recipient=one, reason="No", by=lead, at=NOW)
    other = agreed(round, lead, your_reference="P-9", amount=D("20000.00"))
    with pytest.raises(Refused, match="Name the recipient before you pay"):
        pay("1", name(other, lead, "Barrow Council", "1000"))
    # The page lists who is named and asks which of them was paid.
    client = Client()
    client.force_login(finance)
    page = client.get(reverse("approvals:record_payment", args=[award.reference])).content.decode()
    assert "Ashby Council, which receives £10,000" in page and "Barrow Council" not in page


def test_naming_routes_again_and_never_lower(round: Round, lead: User) -> None:
    round.routing_key = "recipient"
    round.save()
    own = factories.award(round, lead, amount=D("30000.00"))
    award = agreed(round, lead, amount=D("40000.00"))
    approver = person(Role.LEAD, round=round)
    own.refresh_from_db()
    assert (own.route, award.route) == ("delegated", "delegated")
    approving.approve_awards(awards=[own, award], reason="Fits", by=approver, at=NOW)
    assert own.bid.recipient
    award.refresh_from_db()
    name(award, lead, own.bid.recipient.name, "20000")
    own.refresh_from_db()
    award.refresh_from_db()
    assert (own.route, award.route) == ("dmpc", "dmpc")
    assert "£50,000" in own.sentence and "£50,000" in award.sentence
    assert not Approval.objects.filter(award__round=round, invalid_at=None).exists()


def test_the_amount_cannot_fall_below_what_was_named(round: Round, lead: User) -> None:
    award = agreed(round, lead)
    name(award, lead, "Ashby Council", "50000")
    with pytest.raises(Refused, match="at least £50,000, which its named recipients receive"):
        reviewing.review(bid=award.bid, amount=D("49999.99"), reason="Less", by=lead, at=NOW)


def test_somebody_with_an_interest_in_the_organisation_does_not_name_it(round: Round, lead: User) -> None:
    other = factories.bid(round)
    chair = person(Role.CHAIR, Role.LEAD, round=round)
    other.interests.filter(member=chair).update(conflicted=True, nature="A friend")
    award = agreed(round, lead)
    assert other.recipient
    with pytest.raises(Refused, match="declared an interest"):
        name(award, chair, other.recipient.name)
    assert name(award, lead, other.recipient.name).organisation == other.recipient


def test_a_merged_organisation_takes_what_the_other_was_named_for(round: Round, lead: User) -> None:
    award = agreed(round, lead)
    one, two = name(award, lead, "Ashby Council", "10000"), name(award, lead, "Ashby Borough", "10000")
    with pytest.raises(Refused, match="names Ashby Council and another"):
        bodies.merge_bodies(
            round=round, kept=one.organisation, others=[two.organisation], reason="One", by=lead, at=NOW
        )
    naming.withdraw_recipient(recipient=one, reason="Twice", by=lead, at=NOW)
    bodies.merge_bodies(round=round, kept=one.organisation, others=[two.organisation], reason="One", by=lead, at=NOW)
    assert [each.organisation for each in naming.standing(award)] == [one.organisation]


def test_the_home_page_asks_for_the_names_when_their_day_is_near(round: Round, lead: User) -> None:
    award = agreed(round, lead, named_by=date(2027, 1, 31))
    near = date(2027, 1, 31) - naming.NEAR
    assert naming.due([round], near - timedelta(days=1)) == []
    assert naming.due([round], near) == [award] == naming.due([round], date(2027, 3, 1))
    name(award, lead, "Ashby Council", "90000")
    assert naming.due([round], near) == []


def test_the_pages_name_a_recipient_and_withdraw_it(round: Round, lead: User) -> None:
    award = agreed(round, lead)
    client = Client()
    client.force_login(lead)
    address = reverse("approvals:identify_recipient", args=[award.reference])
    assert "0 recipients are named, and £90,000 is left" in client.get(address).content.decode()
    data = {"version": award.version, "recipient": "Ashby Council", "amount": "30,000", "reason": "Most robberies"}
    wrong = client.post(address, data | {"recipient": "To be confirmed", "amount": "x"})
    assert {"recipient", "amount"} == set(wrong.context["form"].errors)
    assert client.post(address, data).status_code == 302
    [recipient] = naming.standing(award)
    page = client.get(reverse("approvals:award", args=[award.reference])).content.decode()
    assert "Ashby Council: £30,000, named by" in page and "Up to 3 local councils" in page
    response = client.post(reverse("approvals:withdraw_recipient", args=[recipient.reference]), {"reason": "Declined"})
    assert response.status_code == 302 and naming.standing(award) == []


def test_a_grant_with_its_recipient_takes_no_other(round: Round, lead: User) -> None:
    award = agreed(round, lead, recipient="Ashby Council", described_as="", most_recipients=None)
    with pytest.raises(Refused, match="has its recipient already"):
        name(award, lead, "Barrow Council")
    assert Bid.rows.get(pk=award.bid_id).recipient_name == "Ashby Council"


LIMIT = Limit(D(50000), "Lead", "Decider", "4.8", date(2019, 4, 1))


@pytest.mark.parametrize("key", list(Key))
def test_a_share_only_raises_routes(key: Key) -> None:
    claims = [Claim(f"A{n}", D(amount), "", f"Body {n}", f"b{n}") for n, amount in enumerate((30000, 45000, 60000))]
    programme = Claim("P", D(49000), "", "")
    before = {each.reference: routes.route(each, Claims([*claims, programme]), LIMIT, key) for each in claims}
    alone = routes.route(programme, Claims([*claims, programme]), LIMIT, key)
    for shares in (
        (Share("Body 0", "b0", D(20000)),),
        (Share("Body 1", "b1", D(1)), Share("Body 0", "b0", D(19999))),
        (Share("Body 9", "b9", D(49000)),),
    ):
        named = Claim("P", D(49000), "", "", "", shares)
        with_shares = Claims([*claims, named])
        assert routes.route(named, with_shares, LIMIT, key).step >= alone.step
        for each in claims:
            now = routes.route(each, with_shares, LIMIT, key)
            assert now.step >= before[each.reference].step
            if key is Key.RECIPIENT and each.payee in {share.payee for share in shares}:
                assert now.binding.total > before[each.reference].binding.total and "P" in now.binding.members
