"""What is typed in any form of any page outlives an ended session, and a fault of the service."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models import F
from django.test import Client
from django.urls import resolve, reverse

from bids.models import Bid
from grants.models import Round, TypedDraft, User
from grants.roles import Role
from tests import factories
from tests.factories import NOW
from tests.test_matrix import ROLES, TABLE, addresses

__all__ = ["addresses"]

TEMPLATES = Path(__file__).parent.parent / "templates"
# Forms of buttons alone, and those in which nobody is signed in or only a password is typed.
NOTHING_TO_KEEP = {
    "base.html": "signing out, and discarding what was typed",
    "grants/people/person.html": "the button that makes a password link",
    "grants/people/account.html": "the button that signs out everywhere else",
    "grants/people/set_password.html": "nobody is signed in yet",
}
# Their scripts save what is typed in the section and in the scorecard themselves.
OWN_DRAFTS = {"approvals:edit_section", "bids:score"}
LONG_TEXTS = {"bids:record_outcome", "approvals:decide_items"}
_FORM = re.compile(r'<form\b[^>]*method="post".*?</form>', re.S)
_TEXT = re.compile(r'<(textarea|input)\b(?=[^>]*\bname="([^"]+)")(?P<rest>[^>]*)>')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
WORDS = "O’Brien’s “plan” & <b>more</b> 🚸"


def test_every_form_of_every_template_keeps_what_is_typed() -> None:
    bare = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        for form in re.findall(r'<form\b[^>]*method="post".*?</form>', path.read_text(), re.S)
        if "{% typed_here" not in form and 'value="{{ name }}"' not in form
    }
    assert bare == set(NOTHING_TO_KEEP) | {"500.html"}


def texts_in(form: str) -> list[str]:
    """The names of the fields of a form in which somebody types."""
    return [
        name
        for tag, name, rest in _TEXT.findall(form)
        if tag == "textarea" or re.search(r'type="(text|email|search|number)"', rest)
    ]


def asked(page: str) -> list[tuple[str, list[str]]]:
    """The forms of a page in which somebody types, each with the names of those fields."""
    forms = [(form, texts_in(form)) for form in _FORM.findall(page)]
    return [(form, names) for form, names in forms if names]


def as_shown(page: str, name: str) -> str:
    """What the page shows in a field."""
    area = re.search(rf'<textarea\b[^>]*name="{re.escape(name)}"[^>]*>\n?(.*?)</textarea>', page, re.S)
    if area:
        return html.unescape(area[1]).strip()
    field = re.search(rf'<input\b[^>]*name="{re.escape(name)}"[^>]*>', page)
    value = field and re.search(r'value="([^"]*)"', field[0])
    return html.unescape(value[1]) if value else ""


@pytest.fixture
def each_form(addresses: dict[str, str]) -> Callable[[], Any]:
    """Each form with text of each page: its name, address, the client of somebody who may send it, and data."""

    def forms() -> Any:
        for name, allowed in TABLE.items():
            for letter in filter(allowed.__contains__, ROLES):
                client, person = Client(), User.objects.get(username=ROLES[letter][1])
                client.force_login(person)
                answer = client.get(addresses[name])
                is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
                written = asked(answer.content.decode()) if is_page else []
                for form, names in written:
                    action = re.search(r'<form\b[^>]*action="([^"]*)"', form)
                    address = html.unescape(action[1]) if action else addresses[name]
                    hidden = {key: html.unescape(value) for key, value in _HIDDEN.findall(form)}
                    typed = dict.fromkeys(names, WORDS if "textarea" in form else "7x")
                    yield name, address, client, person, hidden | typed, names
                if written:
                    # Others who may send it see the same form.
                    break

    return forms


@pytest.mark.walk
@pytest.mark.django_db
def test_an_ended_session_costs_no_word_on_any_page(each_form: Callable[[], Any]) -> None:
    met, lost = set(), {}
    for name, address, client, person, data, names in each_form():
        client.logout()
        sent = client.post(address, data)
        assert (sent.status_code, sent["Location"].startswith("/sign-in/?next=")) == (302, True), name
        client.force_login(person)
        page = client.get(address).content.decode()
        lost |= {(name, field): as_shown(page, field) for field in names if as_shown(page, field) != data[field]}
        met.add(name)
    assert not lost
    assert len(met) >= 40


@pytest.mark.walk
@pytest.mark.django_db
def test_a_closed_tab_costs_no_word_of_a_long_text_on_any_page(each_form: Callable[[], Any]) -> None:
    """The draft that a script saved is in its fields when the page is opened again."""
    met, lost = set(), set()
    for name, address, client, _, data, names in each_form():
        if name in OWN_DRAFTS:
            continue
        assert client.post("/typed/", data, headers={"X-Autosave": "stay"}).status_code == 200, name
        page = client.get(address).content.decode()
        lost |= {(name, field) for field in names if as_shown(page, field) != data[field]}
        assert "only you can see it" in page, name
        met.add(name)
    assert not lost
    assert met >= LONG_TEXTS
    assert len(met) >= 40


@pytest.mark.walk
@pytest.mark.django_db
def test_a_database_that_fails_costs_no_word_on_any_page(
    each_form: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    met = set()
    for name, address, client, _, data, names in each_form():
        client.raise_request_exception = False
        with monkeypatch.context() as patched:
            patched.setattr("grants.typed._typist", fails)
            answer = client.post(address, data)
        page = answer.content.decode()
        assert (answer.status_code, answer["Retry-After"]) == (503, "5"), name
        again = {key: html.unescape(value) for key, value in _HIDDEN.findall(page)}
        assert {field: again[field] for field in names} == {field: data[field] for field in names}, name
        assert resolve(re.findall(r'action="([^"?]*)', page)[0]), name
        met.add(name)
    assert len(met) >= 40


class TestDrafts:
    """What a script keeps with the server while somebody types."""

    pytestmark = pytest.mark.django_db

    @pytest.fixture
    def round(self) -> Round:
        return factories.open_round()

    @pytest.fixture
    def lead(self, round: Round) -> User:
        return factories.person(Role.LEAD, round=round)

    @pytest.fixture
    def address(self, round: Round) -> str:
        return reverse("grants:extend_bids", args=[round.reference])

    @staticmethod
    def ticket(client: Client, address: str) -> str:
        field = re.search(r'name="typed_by" value="([^"]*)"', client.get(address).content.decode())
        assert field
        return field[1]

    def keep(self, client: Client, address: str, words: str = WORDS) -> Any:
        data = {"typed_by": self.ticket(client, address), "reason": words, "password": "secret"}
        return client.post("/typed/", data, headers={"X-Autosave": "stay"})

    def test_a_draft_is_back_in_its_field_for_its_writer_alone(self, lead: User, round: Round, address: str) -> None:
        client, other = Client(), Client()
        client.force_login(lead)
        other.force_login(factories.person(Role.LEAD, round=round))
        assert re.fullmatch(r"Draft saved \d\d:\d\d", self.keep(client, address).json()["kept"])
        page = client.get(address).content.decode()
        assert as_shown(page, "reason") == WORDS
        assert "only you can see it" in page
        assert as_shown(other.get(address).content.decode(), "reason") == ""
        assert "password" not in TypedDraft.objects.get().fields

    def test_a_draft_goes_when_the_form_is_taken_and_not_when_it_is_refused(
        self, lead: User, round: Round, address: str
    ) -> None:
        client = Client()
        client.force_login(lead)
        self.keep(client, address)
        ticket = self.ticket(client, address)
        day = round.closes_on + timedelta(days=3)
        data = {"typed_by": ticket, "reason": WORDS, "closes_on_0": "31", "closes_on_1": "2", "closes_on_2": "2027"}
        assert client.post(address, data).status_code == 200
        assert TypedDraft.objects.count() == 1
        data |= {"closes_on_0": str(day.day), "closes_on_1": str(day.month), "closes_on_2": str(day.year)}
        taken = client.post(address, data)
        assert taken.status_code == 302, taken.content.decode()
        assert not TypedDraft.objects.unsent().exists()
        assert taken.cookies["saved"].value == ticket[-16:]

    def test_a_draft_is_discarded_by_its_writer_alone(self, lead: User, round: Round, address: str) -> None:
        client, other = Client(), Client()
        client.force_login(lead)
        other.force_login(factories.person(Role.LEAD, round=round))
        self.keep(client, address)
        ticket = self.ticket(client, address)
        other.post("/typed/discard/", {"typed_by": ticket})
        assert TypedDraft.objects.unsent().exists()
        assert client.post("/typed/discard/", {"typed_by": ticket})["Location"] == address
        assert not TypedDraft.objects.unsent().exists()

    def test_a_draft_that_arrives_after_its_form_was_taken_is_not_kept(
        self, lead: User, round: Round, address: str
    ) -> None:
        client = Client()
        client.force_login(lead)
        ticket, other = self.ticket(client, address), self.ticket(client, address)
        day = round.closes_on + timedelta(days=3)
        closes = {"closes_on_0": str(day.day), "closes_on_1": str(day.month), "closes_on_2": str(day.year)}
        data = {"typed_by": ticket, "reason": WORDS}
        assert client.post(address, data | closes).status_code == 302
        late = client.post("/typed/", data, headers={"X-Autosave": "stay"})
        assert (late.status_code, late.json()) == (409, {"error": "You sent this form already"})
        assert as_shown(client.get(address).content.decode(), "reason") == ""
        # Another window, and the same page opened anew, keep theirs.
        assert client.post("/typed/", data | {"typed_by": other}, headers={"X-Autosave": "stay"}).status_code == 200
        assert self.keep(client, address).status_code == 200
        assert as_shown(client.get(address).content.decode(), "reason") == WORDS

    def test_a_draft_that_arrives_after_it_was_discarded_is_not_kept(self, lead: User, address: str) -> None:
        client = Client()
        client.force_login(lead)
        ticket = self.ticket(client, address)
        client.post("/typed/discard/", {"typed_by": ticket})
        late = client.post("/typed/", {"typed_by": ticket, "reason": WORDS}, headers={"X-Autosave": "stay"})
        assert late.status_code == 409
        assert as_shown(client.get(address).content.decode(), "reason") == ""

    def test_what_was_taken_long_ago_leaves_nothing(self, lead: User, round: Round, address: str) -> None:
        client = Client()
        client.force_login(lead)
        client.post("/typed/discard/", {"typed_by": self.ticket(client, address)})
        TypedDraft.objects.update(kept_at=NOW - timedelta(days=400))
        elsewhere = f"{address}?again"
        client.post("/typed/discard/", {"typed_by": self.ticket(client, elsewhere)})
        assert [draft.path for draft in TypedDraft.objects.all()] == [elsewhere]

    def test_a_draft_of_an_older_version_says_so(self, round: Round) -> None:
        client = Client()
        bid = factories.bid(round)
        factories.outcome(bid)
        address = reverse("bids:record_outcome", args=[bid.reference])
        client.force_login(factories.person(Role.CHAIR, round=round))
        page = client.get(address).content.decode()
        version = as_shown(page, "version")
        data = {"typed_by": self.ticket(client, address), "version": version, "internal_reason": WORDS}
        assert client.post("/typed/", data, headers={"X-Autosave": "stay"}).status_code == 200
        assert "data-typed-before-a-change" not in client.get(address).content.decode()
        Bid.objects.filter(pk=bid.pk).update(version=F("version") + 1)
        page = client.get(address).content.decode()
        assert page.count("data-typed-before-a-change") == 1
        assert as_shown(page, "version") == str(int(version) + 1)
        assert as_shown(page, "internal_reason") == WORDS

    @pytest.mark.parametrize("sent", ["", "made-up", "of another"])
    def test_a_draft_without_a_ticket_of_ones_own_is_not_kept(
        self, lead: User, round: Round, address: str, sent: str
    ) -> None:
        client, other = Client(), Client()
        client.force_login(lead)
        other.force_login(factories.person(Role.LEAD, round=round))
        ticket = self.ticket(other, address) if sent == "of another" else sent
        answer = client.post("/typed/", {"typed_by": ticket, "reason": WORDS}, headers={"X-Autosave": "stay"})
        assert (answer.status_code, "error" in answer.json()) == (403, True)
        assert not TypedDraft.objects.unsent().exists()

    def test_a_draft_that_is_too_long_is_refused_in_words(self, lead: User, address: str) -> None:
        client = Client()
        client.force_login(lead)
        answer = self.keep(client, address, "a" * 100_001)
        assert (answer.status_code, answer.json()) == (413, {"error": "This is too long to keep as a draft"})

    def test_a_null_character_is_dropped_from_what_was_typed(self, lead: User, address: str) -> None:
        client = Client()
        client.force_login(lead)
        assert self.keep(client, address, "Be\x00cause").status_code == 200
        assert TypedDraft.objects.get().fields["reason"] == "Because"
