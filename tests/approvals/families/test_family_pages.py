"""The pages of families: what they show, what they save, and their errors."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals.families import grouping, workbench
from approvals.families.workbench import Workbench
from approvals.models import Award
from approvals.routing import awards
from bids.models import Bid, Dismissal
from grants.models import Alias, Round, User
from grants.roles import Role
from tests.factories import NOW, OrganisationFactory, award, bid, open_round, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    return open_round()


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


@pytest.fixture
def lots(round: Round) -> list[Bid]:
    body = OrganisationFactory(name="Camps of Kent")
    return [award(round, title=f"Camp, lot {n}", amount=Decimal(49200), recipient=body).bid for n in (1, 2, 3)]


@pytest.fixture
def client(lead: User) -> Client:
    made = Client()
    made.force_login(lead)
    return made


def page(client: Client, name: str, round: Round, *args: str) -> str:
    answer = client.get(reverse(f"approvals:{name}", args=[round.reference, *args]))
    assert answer.status_code == 200
    return words(answer.content.decode())


def words(html: str) -> str:
    """Return the text of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&amp;", "&").split())


def key(round: Round, lead: User) -> str:
    return Workbench(round, lead, NOW).suggestions[0].key


def answered(round: Round, lead: User, lots: list[Bid], **changes: Any) -> dict[str, Any]:
    version = sum(Bid.objects.filter(pk__in=[lot.pk for lot in lots]).values_list("version", flat=True))
    return {
        "version": version,
        "answer": "confirm",
        "bids": [lot.reference for lot in lots],
        "name": "Camp",
        "reason": "Lots of one camp",
        "then": "save",
        **changes,
    }


def test_the_list_shows_why_bids_are_alike_and_the_effect_of_grouping_them(
    round: Round, client: Client, lots: list[Bid]
) -> None:
    text = page(client, "families", round)
    assert "Camp: 3 bids, £147,600" in text
    assert "They go to Camps of Kent" in text
    assert "Together £147,600, not below £50,000: 3 grants would go from delegation to decision." in text


def test_the_list_shows_splits_and_amounts_just_below_the_limit(round: Round, client: Client, lots: list[Bid]) -> None:
    award(round, amount=Decimal("49000.00"), title="Just below")
    award(round, amount=Decimal("48999.99"), title="Further below")
    text = page(client, "families", round)
    splits, _, near = text.partition("no more than 2% below the limit")
    assert "Camps of Kent: 3 grants, £147,600" in splits
    near = near.partition("Current families")[0]
    assert "Just below" in near and "Camp, lot 1" in near and "Further below" not in near


def test_a_family_is_no_longer_shown_as_a_split(round: Round, client: Client, lead: User, lots: list[Bid]) -> None:
    grouping.group_bids(round=round, name="Camp", bids=lots, reason="Lots", by=lead, at=NOW)
    text = page(client, "families", round)
    assert "Suggestions: 0" in text
    assert "Camp: £147,600, at or above the limit" in text
    assert "no more than 2% below" not in text


def test_a_page_shows_twenty_five_suggestions_and_the_strongest_come_first(round: Round, client: Client) -> None:
    for number in range(26):
        body = OrganisationFactory(name=f"Body {chr(97 + number) * 8}")
        for title in ("Allotment", "Court"):
            bid(round, title=f"{title} {chr(97 + number) * 8}", recipient=body)
    strong = [bid(round, title="Safe Night Camp", recipient=OrganisationFactory()) for _ in range(2)]
    first = page(client, "families", round)
    assert "Suggestions: 27" in first
    assert first.count("Confirm or dismiss") == 25
    assert first.index(strong[0].source_reference) < first.index("They go to")
    second = words(client.get(reverse("approvals:families", args=[round.reference]) + "?page=2").content.decode())
    assert second.count("Confirm or dismiss") == 2


def test_a_likeness_is_confirmed_on_its_page(round: Round, client: Client, lead: User, lots: list[Bid]) -> None:
    awards.route_awards(round=round, by=lead, at=NOW)
    address = reverse("approvals:likeness", args=[round.reference, key(round, lead)])
    answer = client.post(address, answered(round, lead, lots), follow=True)
    assert "Camp is now a project family. Routes were updated" in words(answer.content.decode())
    assert set(Award.objects.filter(round=round).values_list("route", flat=True)) == {"dmpc"}


def test_a_likeness_is_dismissed_and_the_dismissal_undone(
    round: Round, client: Client, lead: User, lots: list[Bid]
) -> None:
    address = reverse("approvals:likeness", args=[round.reference, key(round, lead)])
    data = answered(round, lead, lots, answer="dismiss", reason="Three camps")
    after = words(client.post(address, data, follow=True).content.decode())
    assert "Suggestions: 0" in after and "Dismissed: 1" in after and "Three camps" in after
    made = Dismissal.objects.get(round=round)
    undo = reverse("approvals:undo_dismissal", args=[round.reference, "bids", made.key])
    after = words(client.post(undo, {"reason": "One landlord"}, follow=True).content.decode())
    assert "Suggestions: 1" in after and "Dismissed" not in after.partition("Current families")[2]


def test_a_preview_saves_nothing_requires_nothing_and_keeps_the_typed_values(
    round: Round, client: Client, lead: User, lots: list[Bid]
) -> None:
    address = reverse("approvals:likeness", args=[round.reference, key(round, lead)])
    data = answered(round, lead, lots, then="preview", bids=[lots[0].reference], reason="", name="Camp One")
    shown = client.post(address, data).content.decode()
    assert "Together £49,200, below £50,000: no route would change." in words(shown)
    assert "There is a problem" not in shown
    assert 'value="Camp One"' in shown
    ticked = re.findall(r'name="bids"[^>]*value="([^"]+)" checked', shown)
    assert ticked == [lots[0].reference]
    assert not Bid.objects.filter(round=round).exclude(family=None).exists()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": ""}, "Enter the project family"),
        ({"bids": []}, "Select at least one bid"),
        ({"answer": ""}, "Select an answer"),
        ({"reason": ""}, "Enter reason"),
        ({"version": 1}, "Somebody changed these bids after you opened this page."),
    ],
)
def test_an_incomplete_answer_has_an_error_and_keeps_the_typed_values(
    round: Round, client: Client, lead: User, lots: list[Bid], changes: dict[str, Any], error: str
) -> None:
    address = reverse("approvals:likeness", args=[round.reference, key(round, lead)])
    answer = client.post(address, answered(round, lead, lots) | changes)
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert error in words(shown)
    assert "Lots of one camp" in shown or "reason" in changes
    assert not Bid.objects.filter(round=round).exclude(family=None).exists()


def test_a_stale_answer_is_saved_when_it_is_sent_again(
    round: Round, client: Client, lead: User, lots: list[Bid]
) -> None:
    address = reverse("approvals:likeness", args=[round.reference, key(round, lead)])
    shown = client.post(address, answered(round, lead, lots, version=1)).content.decode()
    (version,) = re.findall(r'name="version" value="(\d+)"', shown)
    assert client.post(address, answered(round, lead, lots, version=version)).status_code == 302


@pytest.mark.parametrize("name", ["likeness", "same_body"])
def test_a_suggestion_that_was_answered_meanwhile_saves_nothing(round: Round, client: Client, name: str) -> None:
    address = reverse(f"approvals:{name}", args=[round.reference, "0123456789abcdef"])
    for answer in (client.get(address), client.post(address, {"answer": "confirm", "reason": "Late"})):
        assert "Somebody has answered this, or the bids have changed" in words(answer.content.decode())
    assert not Dismissal.objects.filter(round=round).exists()


def test_the_bids_of_a_split_are_ticked_on_the_grouping_page_with_their_effect(
    round: Round, client: Client, lots: list[Bid]
) -> None:
    listed = client.get(reverse("approvals:families", args=[round.reference])).content.decode()
    (address,) = re.findall(r'href="([^"]+/families/group/\?[^"]+)"', listed)
    shown = client.get(address.replace("&amp;", "&")).content.decode()
    assert "3 grants would go from delegation to decision" in words(shown)
    assert len(re.findall(r'name="bids"[^>]* checked', shown)) == 3


def test_bids_are_separated_by_hand(round: Round, client: Client, lead: User, lots: list[Bid]) -> None:
    grouping.group_bids(round=round, name="Camp", bids=lots, reason="Lots", by=lead, at=NOW)
    data = {"name": "", "bids": [lot.reference for lot in lots], "reason": "Three projects"}
    address = reverse("approvals:group_bids", args=[round.reference])
    shown = words(client.post(address, data | {"then": "preview"}).content.decode())
    assert "Each by itself: 3 grants would go from decision to delegation" in shown
    assert "The person who groups them cannot approve them." in shown
    client.post(address, data)
    assert not Bid.objects.filter(round=round).exclude(family=None).exists()


def test_two_organisations_are_merged_or_dismissed_on_their_page(round: Round, client: Client, lead: User) -> None:
    Alias.objects.filter(name__in=("Sharan Project", "Sharon Project")).delete()
    kept, other = (OrganisationFactory(name=name) for name in ("Sharan Project", "Sharon Project"))
    for body in (kept, other):
        award(round, title=f"Of {body.pk}", recipient=body, amount=Decimal(30000))
    suggestion_key = Workbench(round, lead, NOW).body_suggestions[0].key
    address = reverse("approvals:same_body", args=[round.reference, suggestion_key])
    shown = words(client.get(address).content.decode())
    assert "“Sharan Project” and “Sharon Project”: spelled alike" in shown
    assert "Together £60,000, not below £50,000: 2 grants would get a warning." in shown
    data = {"answer": "merge", "bodies": [kept.pk, other.pk], "kept": kept.pk, "reason": "One body"}
    lacking = words(client.post(address, data | {"kept": ""}).content.decode())
    assert "Select the record to keep" in lacking
    alone = words(client.post(address, data | {"bodies": [kept.pk]}).content.decode())
    assert "Select at least one other organisation to merge" in alone
    after = words(client.post(address, data, follow=True).content.decode())
    assert "Organisations merged. Routes were updated" in after
    assert "Sharan Project, Sharon Project" in after


def test_a_dismissal_of_another_round_answers_404(round: Round, client: Client, lead: User, lots: list[Bid]) -> None:
    other = open_round()
    made = grouping.dismiss_likeness(
        round=other, alike=[bid(other), bid(other)], reason="x", by=person(Role.LEAD, round=other), at=NOW
    )
    address = reverse("approvals:undo_dismissal", args=[round.reference, "bids", made.key])
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("role", "shown"), [(Role.LEAD, True), (Role.AUDITOR, True), (Role.CHAIR, False), (Role.FINANCE, False)]
)
def test_only_leads_and_auditors_see_the_contact_of_a_bid(round: Round, role: Role, shown: bool) -> None:
    made = bid(round, contact="Ida Fenn", contact_email="ida@x.example")
    client = Client()
    client.force_login(person(role, round=round))
    answer = client.get(reverse("bids:bid", args=[made.reference]))
    assert answer.status_code == 200
    assert ("Ida Fenn, ida@x.example" in words(answer.content.decode())) is shown


def test_bids_to_group_are_found_and_paged_and_stay_ticked(
    round: Round, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbench, "LISTED", 4)
    monkeypatch.setattr(workbench, "TICKED", 2)
    made = [bid(round, title=f"Youth club {number:02}") for number in range(10)] + [bid(round, title="Night bus")]
    address = reverse("approvals:group_bids", args=[round.reference])

    def inputs(page: str, kind: str) -> dict[str, bool]:
        """Each input of this kind for a bid, by its value, and whether it is ticked."""
        tags = [tag for tag in re.findall(r"<input[^>]*>", page) if 'name="bids"' in tag and f'type="{kind}"' in tag]
        return {re.findall(r'value="([^"]+)"', tag)[0]: " checked" in tag for tag in tags}

    def listed(page: str) -> list[str]:
        return list(inputs(page, "checkbox"))

    def sent(page: str) -> set[str]:
        return {*inputs(page, "hidden"), *(value for value, ticked in inputs(page, "checkbox").items() if ticked)}

    def post(then: str, ticked: set[str], **typed: str) -> str:
        data = {"name": "Clubs", "reason": "One project", "bids": sorted(ticked), "then": then, **typed}
        return client.post(address, data).content.decode()

    references = {each.title: each.reference for each in made}
    first = client.get(address).content.decode()
    assert len(listed(first)) == 4 and "Bids 1 to 4 of 11" in words(first)
    bus = post("find", {references["Youth club 00"]}, q="night BUS")
    assert listed(bus) == [references["Youth club 00"], references["Night bus"]]
    assert sent(bus) == {references["Youth club 00"]} and 'value="Clubs"' in bus and "One project</textarea>" in bus
    onward = post("next", set(sent(bus)), number="1")
    assert len(listed(onward)) == 4 and "Bids 4 to 6 of 10" in words(onward)
    assert "Bids 1 to 3 of 10" in words(post("previous", sent(onward), number="2"))
    ticked = {each.reference for each in made[:5]}
    many = post("preview", ticked, number="2")
    assert sent(many) == ticked and len(listed(many)) == 4 and "3 further bids are ticked" in words(many)
    assert "No other bids match" in words(post("find", ticked, q="submarine"))
    post("save", sent(many), q="submarine")
    assert {each.reference for each in Bid.objects.filter(round=round).exclude(family=None)} == ticked
