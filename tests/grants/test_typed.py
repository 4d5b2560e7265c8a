"""Text that could not be saved comes back to the person who typed it, and to nobody else."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bids.models import Bid, Scorecard
from grants import typed
from grants.models import User
from grants.roles import Role
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

WORDS = "O’Brien’s “plan” 🚸 <b>שלום</b> & so on"
NOTE = "is not saved yet"


@pytest.fixture
def bid() -> Bid:
    return factories.bid(factories.open_round())


@pytest.fixture
def member(bid: Bid) -> User:
    return _member(bid)


def _member(bid: Bid) -> User:
    member = factories.person(Role.MEMBER, round=bid.round)
    member.set_password(PASSWORD)
    member.save()
    factories.scorecard(bid, member, submit=False)
    return member


@pytest.fixture
def browser(member: User) -> Client:
    """The member's browser, which checks CSRF tokens as a real one does."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    return client


@pytest.fixture
def address(bid: Bid) -> str:
    return reverse("bids:score", args=[bid.reference])


def hidden(client: Client, address: str) -> dict[str, str]:
    """The hidden fields of the page's form, as the browser holds them."""
    page = client.get(address).content.decode().partition("data-autosave")[2]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


def filled(client: Client, address: str, words: str = WORDS, **also: Any) -> dict[str, Any]:
    return {**hidden(client, address), "score_4": "2", "reason_4": words, "then": "draft", **also}


def sign_in(client: Client, user: User, to: str = "") -> Any:
    page = client.get(f"/sign-in/?next={to}").content.decode()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    data = {"username": user.username, "password": PASSWORD, "csrfmiddlewaretoken": token[1], "next": to}
    return client.post("/sign-in/", data)


def end_session(client: Client) -> None:
    Session.objects.filter(session_key=client.cookies["sessionid"].value).delete()


def reason(member: User) -> str:
    return str(Scorecard.objects.get(member=member).marks.get(criterion__number=4).reason)


def test_an_ended_session_gives_back_what_was_typed(browser: Client, address: str, member: User, bid: Bid) -> None:
    form = filled(browser, address)
    end_session(browser)
    answer = browser.post(address, form)
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={address}")
    assert "What you typed is kept" in browser.get(answer["Location"]).content.decode()
    assert sign_in(browser, member, address)["Location"] == address

    page = browser.get(address)
    assert page.context["form"]["reason_4"].value() == WORDS
    assert page.context["form"]["score_4"].value() == "2"
    assert NOTE in page.content.decode()
    # Nothing is saved by having been kept, and a second look loses nothing.
    assert reason(member) == "Because of the plan."
    assert browser.get(address).context["form"]["reason_4"].value() == WORDS

    kept = {name: page.context["form"].initial[name] for name in ("reason_4", "score_4")}
    assert browser.post(address, {**hidden(browser, address), **kept, "then": "draft"}).status_code == 302
    assert reason(member) == WORDS
    assert NOTE not in browser.get(address).content.decode()


def test_a_token_from_before_the_last_sign_in_leads_straight_back(browser: Client, address: str, member: User) -> None:
    form = filled(browser, address)
    sign_in(browser, member)
    answer = browser.post(address, form)
    assert (answer.status_code, answer["Location"]) == (302, address)
    page = browser.get(address)
    assert page.context["form"]["reason_4"].value() == WORDS
    assert NOTE in page.content.decode()
    assert reason(member) == "Because of the plan."


def test_an_old_token_without_a_session_leads_to_the_sign_in(browser: Client, address: str, member: User) -> None:
    form = filled(browser, address)
    end_session(browser)
    browser.cookies["csrftoken"] = "x" * 32
    answer = browser.post(address, form)
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={address}")
    sign_in(browser, member)
    assert browser.get(address).context["form"]["reason_4"].value() == WORDS


def test_another_person_who_signs_in_sees_nothing_and_the_text_is_dropped(
    browser: Client, address: str, member: User, bid: Bid
) -> None:
    other = _member(bid)
    form = filled(browser, address)
    end_session(browser)
    browser.post(address, form)
    sign_in(browser, other)
    page = browser.get(address)
    assert WORDS not in page.content.decode()
    assert page.context["form"]["reason_4"].value() == "Because of the plan."
    assert not browser.session["typed"]
    sign_in(browser, member)
    assert browser.get(address).context["form"]["reason_4"].value() == "Because of the plan."


def test_what_one_person_typed_is_never_saved_as_another(browser: Client, address: str, member: User, bid: Bid) -> None:
    other = _member(bid)
    form = filled(browser, address)
    sign_in(browser, other)
    assert browser.post(address, form).status_code == 403
    # Not even with the token that holds now, as a script would send it.
    form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"].value
    refused = browser.post(address, form)
    assert refused.status_code == 403
    assert "somebody else filled in the page" in refused.content.decode()
    response = browser.post(address, form, headers={"X-Autosave": "stay"})
    assert (response.status_code, response.json()) == (403, {"error": typed.ANOTHER_PERSON})
    assert reason(other) == reason(member) == "Because of the plan."
    assert not typed.waits(browser.get(address).wsgi_request)


def test_text_that_waits_survives_signing_out_for_the_same_person(browser: Client, address: str, member: User) -> None:
    form = filled(browser, address)
    sign_in(browser, member)
    browser.post(address, form)
    token = browser.cookies["csrftoken"].value
    browser.post("/sign-out/", {"csrfmiddlewaretoken": token})
    sign_in(browser, member)
    assert browser.get(address).context["form"]["reason_4"].value() == WORDS


@pytest.mark.parametrize("field", ["", "made-up", "W10:1abc:xyz", "🚸"])
def test_a_form_without_a_valid_signature_is_refused_and_not_kept(browser: Client, address: str, field: str) -> None:
    form = filled(browser, address, typed_by=field)
    browser.cookies["csrftoken"] = "x" * 32
    refused = browser.post(address, form)
    assert refused.status_code == 403
    assert "Send the page again" in refused.content.decode()
    assert "typed" not in browser.session


def test_a_signature_counts_for_its_own_address_and_for_a_week(
    browser: Client, address: str, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = filled(browser, address)
    end_session(browser)
    browser.post("/rounds/", form)
    assert "typed" not in browser.session
    assert signing.loads(form["typed_by"], salt="grants.typed")[:2] == [member.pk, address]
    later = timezone.now() + timedelta(hours=13)
    monkeypatch.setattr("django.core.signing.time.time", later.timestamp)
    browser.post(address, form)
    assert address in browser.session["typed"]
    browser.session.flush()
    monkeypatch.setattr("django.core.signing.time.time", (later + timedelta(days=8)).timestamp)
    assert browser.post(address, form)["Location"] == f"/sign-in/?next={address}"
    assert "typed" not in browser.session


def test_a_form_from_another_site_is_not_kept(browser: Client, address: str) -> None:
    form = filled(browser, address)
    refused = browser.post(address, form, headers={"Origin": "https://elsewhere.example"})
    assert refused.status_code == 403
    assert "typed" not in browser.session


def test_kept_text_is_limited(browser: Client, address: str) -> None:
    form = filled(browser, address, "a" * (typed.LONGEST + 1))
    end_session(browser)
    assert browser.post(address, form).status_code == 403
    assert "typed" not in browser.session
    form = filled_by_hand(form, {f"field_{n}": "" for n in range(typed.MOST_FIELDS + 1)})
    assert browser.post(address, form).status_code == 403


def filled_by_hand(form: dict[str, Any], also: dict[str, str]) -> dict[str, Any]:
    return {**form, "reason_4": "short", **also}


def test_only_the_last_pages_are_kept(member: User, browser: Client, bid: Bid) -> None:
    bids = [factories.bid(bid.round) for _ in range(typed.MOST_PAGES + 1)]
    for each in bids:
        factories.scorecard(each, member, submit=False)
    addresses = [reverse("bids:score", args=[each.reference]) for each in bids]
    forms = [filled(browser, address) for address in addresses]
    end_session(browser)
    for address, form in zip(addresses, forms, strict=True):
        browser.post(address, form)
    assert list(browser.session["typed"]) == addresses[1:]


def test_a_script_learns_that_the_session_ended_and_keeps_the_text_itself(browser: Client, address: str) -> None:
    form = filled(browser, address)
    end_session(browser)
    response = browser.post(address, form, headers={"X-Autosave": "stay"})
    assert (response.status_code, response.json()) == (401, {"error": typed.SIGNED_OUT})
    assert "typed" not in browser.session


def test_the_chairs_reason_comes_back_too(bid: Bid) -> None:
    chair = factories.person(Role.CHAIR, round=bid.round)
    chair.set_password(PASSWORD)
    chair.save()
    factories.scorecard(bid, factories.person(Role.MEMBER, round=bid.round))
    factories.close(bid.round)
    client = Client(enforce_csrf_checks=True)
    client.force_login(chair)
    address = reverse("bids:record_outcome", args=[bid.reference])
    page = client.get(address).content.decode()
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    end_session(client)
    client.post(address, {**form, "verdict": "reject", "reason": WORDS})
    sign_in(client, chair, address)
    shown = client.get(address)
    assert shown.context["form"]["reason"].value() == WORDS
    assert NOTE in shown.content.decode()
    fresh = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.content.decode()))
    assert client.post(address, {**fresh, "verdict": "reject", "reason": WORDS}).status_code == 302
    assert not typed.waits(client.get(address).wsgi_request)
