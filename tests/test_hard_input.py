"""Odd and prying requests get a clear answer that reveals nothing."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from approvals.prose import checking, figures
from approvals.prose.matches import Standing
from bids.models import Bid, Interest
from bids.panel import closing, reading
from bids.ranking import ranking
from grants import audit
from grants.models import AuditEvent, Round, User
from grants.roles import Role
from tests import factories
from tests.factories import NOW, person

pytestmark = pytest.mark.django_db


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


@pytest.mark.parametrize("address", ["/register/?q=%00", "/register/%00/", "/bids/%00/"])
def test_a_null_character_is_refused(address: str) -> None:
    assert signed_in("grace.hall").get(address).status_code == 400


@pytest.mark.parametrize("version", ["²", "9" * 5000, "-1", ""])
def test_a_version_that_is_no_number_counts_as_an_old_page(version: str) -> None:
    member = User.objects.get(username="amara.cole")
    progress = reading.progress(member, Round.objects.get(reference="safer-summer-2026-27"))
    bid = Bid.objects.get(reference=progress.next)
    assert bid
    address = reverse("bids:score", args=[bid.reference])
    data = {"version": version, "then": "draft", "reason_1": "A reason"}
    assert signed_in("amara.cole").post(address, data).status_code in (302, 409)


@pytest.mark.parametrize("target", ["foo", "//evil.example", "https://evil.example/", "\\\\evil.example"])
def test_signing_in_leads_nowhere_else(target: str) -> None:
    data = {"username": "grace.hall", "password": "demo-password-2019", "next": target}
    assert Client().post(reverse("grants:sign_in"), data)["Location"] == reverse("grants:home")


@pytest.mark.parametrize("typed", ["£" + "9" * 40, "£1." + "0" * 30 + "1"])
def test_an_absurd_figure_is_unmatched_and_breaks_nothing(typed: str) -> None:
    known = {"grants": figures.Figure("grants", "Grants", amount=Decimal(100))}
    assert [each.standing for each in checking.check(typed, checking.Known(known))] == [Standing.UNMATCHED]


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 5000 + " of £100", "1" + ",999" * 2000, "٣٩"])
def test_an_absurd_count_breaks_nothing(number: str) -> None:
    known = {"grants": figures.Figure("grants", "Grants", amount=Decimal(100))}
    for text in (
        f"{number} grants",
        f"{number} of the 4 grants",
        f"{number} were",
        f"{number} each",
        f"each above £{number}",
    ):
        assert all(0 <= each.mention.start < each.mention.end for each in checking.check(text, checking.Known(known)))


def test_the_trail_shows_no_mark_while_the_panel_scores() -> None:
    round = Round.objects.get(reference="safer-summer-2026-27")
    assert AuditEvent.objects.filter(round=round, action="submit scorecard").exists()
    for username in ("grace.hall", "sam.wills"):
        client = signed_in(username)
        for action in ("submit scorecard", "save draft", "declare interest"):
            page = client.get(reverse("grants:round_trail", args=[round.reference]), {"action": action})
            assert "No events match" in page.content.decode()
        bid = Bid.objects.filter(round=round, scorecards__state="submitted")[0]
        page = client.get(reverse("bids:bid_trail", args=[bid.reference])).content.decode()
        assert "scorecard" not in page


def test_the_trail_hides_how_much_was_scored_while_the_panel_scores() -> None:
    round = Round.objects.get(reference="safer-summer-2026-27")
    head = audit.head(round)
    for username in ("grace.hall", "sam.wills"):
        address = reverse("grants:round_trail", args=[round.reference])
        page = signed_in(username).get(address, {"check": "1"}).content.decode()
        assert "The trail is unbroken, including the events that are not shown." in page
        assert "The numbers and hashes of all events are not shown" in page
        assert "Hash" not in page and head not in page and "Details of event" not in page
    factories.close(round)
    page = signed_in("sam.wills").get(address, {"check": "1"}).content.decode()
    assert head in page and "Details of event" in page and "not shown" not in page


def test_an_interest_locks_the_bid_for_a_chair_and_for_whatever_one_becomes() -> None:
    round = factories.open_round()
    chair = person(Role.CHAIR, Role.MEMBER, round=round)
    bid = factories.bid(round)
    factories.scorecard(bid, person(Role.MEMBER, round=round))
    Interest.objects.filter(bid=bid, member=chair).update(conflicted=True, nature="A sister")
    factories.close(round)
    client = Client()
    client.force_login(chair)
    for name in ("bids:bid", "bids:record_outcome"):
        assert client.get(reverse(name, args=[bid.reference])).status_code == 404
    assert bid.title not in client.get(reverse("bids:ranking", args=[round.reference])).content.decode()
    chair.holdings.update(ended_at=NOW)
    factories.RoleHolding.objects.create(user=chair, role=Role.LEAD, round=round, given_at=NOW)
    client.force_login(User.objects.get(pk=chair.pk))
    assert client.get(reverse("approvals:review_bid", args=[bid.reference])).status_code == 404


def test_a_membership_that_ended_in_one_round_is_not_kept_alive_by_another() -> None:
    first, second = factories.open_round(), factories.open_round()
    member = person(Role.MEMBER, round=first)
    factories.RoleHolding.objects.create(user=member, role=Role.MEMBER, round=second, given_at=NOW)
    bid = factories.bid(first)
    factories.scorecard(bid, member, submit=False)
    member.holdings.filter(round=first).update(ended_at=NOW)
    client = Client()
    client.force_login(member)
    assert client.get(reverse("bids:score", args=[bid.reference])).status_code == 404


def test_a_password_link_leads_to_who_made_it() -> None:
    signed_in("iris.jonas").post(reverse("grants:password_link", args=["amara.cole"]))
    event = AuditEvent.objects.filter(action="make password link").latest("number")
    assert (event.actor.username, event.subject) == ("iris.jonas", "amara.cole")


def test_a_payment_form_sent_twice_books_once() -> None:
    grant = factories.Award.objects.get(bid__source_reference="CPIE-001")
    client = signed_in("kit.lane")
    address = reverse("approvals:record_payment", args=[grant.reference])
    data = {
        "version": grant.version,
        "amount": "100",
        "paid_on_0": "1",
        "paid_on_1": "9",
        "paid_on_2": "2019",
    }
    assert client.post(address, data).status_code == 302
    assert client.post(address, data).status_code == 200
    assert grant.payments.count() == 1


def test_the_funding_line_counts_what_a_grant_can_go_to() -> None:
    round = factories.open_round()
    chair = person(Role.CHAIR, round=round)
    members = [person(Role.MEMBER, round=round) for _ in range(3)]
    first = factories.bid(round, amount=Decimal(100))
    rejected = factories.bid(round, amount=Decimal(200))
    internal = factories.bid(round, amount=Decimal(300), led_by="internal", recipient=None)
    for bid, member in zip((first, rejected, internal), members, strict=True):
        factories.scorecard(bid, member)
    factories.close(round)
    closing.record_outcome(bid=rejected, verdict="reject", reason="Weak", by=chair, at=NOW)
    rows = {row["bid__reference"]: row["running"] for row in ranking.rows(round, ranking.visible(round, chair))}
    assert rows == {first.reference: Decimal(100), rejected.reference: None, internal.reference: None}
