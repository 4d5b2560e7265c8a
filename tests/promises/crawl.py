"""One walk of the whole site as one person: each address of the resolver, and each form sent back, with its answer."""

import io
import logging
import random
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.db import connection
from django.db.models import Model
from django.http import HttpResponse
from django.http.cookie import SimpleCookie
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils.functional import cached_property

from approvals.families.workbench import Workbench
from approvals.models import Award, Condition, DelegationRule, MatchFunding, NamedRecipient, PaperItem
from bids.models import AssignmentPlan, Bid, Criterion, Export, Interest, Mark, Meeting, Scorecard, Upload
from bids.panel.blindness import Part, Phase, may_see
from bids.panel.hidden import BLIND
from bids.panel.members import Stage
from grants.access import holdings
from grants.models import AuditEvent, PowerProposal, RoleHolding, Round, User
from grants.people import people
from tests import files
from tests.bodies import MPS
from tests.conftest import DEMO_PASSWORD, undone
from tests.every_page import FILE
from tests.factories import NOW
from tests.promises import worlds
from tests.promises.worlds import DECIDED
from tests.test_house import pages
from tests.test_matrix import ROLES, TABLE

# Who looks: each role of the matrix, and a member in each position towards the bid.
STILL = "member who still scores it"
MEMBERS = {
    STILL: worlds.STILL_SCORES,
    "member who has scored it": worlds.HAS_SCORED,
    "member whose scorecard may be reopened": worlds.MAY_BE_REOPENED,
    "member whose scorecard is reopened": worlds.REOPENED,
    "member who is not asked": worlds.NOT_ASKED,
    "member and lead who still scores it": worlds.LEADS_AND_SCORES,
}
# A chair with an interest in the bid: its marks and interests are not theirs to know; how the panel gets on is.
SHUT_OUT = "chair with an interest in it"
PEOPLE = {
    **MEMBERS,
    SHUT_OUT: worlds.SHUT_OUT,
    **{MPS.offices.of(role): name for letter, (role, name) in ROLES.items() if letter != "m"},
    "public": "",
}
HIDDEN: tuple[type[Model], ...] = (Scorecard, Mark, Interest, AuditEvent)


@dataclass(frozen=True)
class Answer:
    """All of an answer that its reader could tell apart from another."""

    status: int
    headers: tuple[tuple[str, str], ...]
    cookies: str
    body: bytes
    queries: int
    mail: tuple[str, ...]


@contextmanager
def frozen() -> Iterator[None]:
    """Everything random is drawn alike and the clock stands still, so that two equal worlds answer equally."""
    moment = SimpleNamespace(now=lambda tz=None: NOW.astimezone(tz) if tz else NOW.replace(tzinfo=None))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: NOW)
        # Copying what a template knew takes longer than drawing it.
        patch.setattr("django.test.client.store_rendered_templates", lambda *args, **kwargs: None)
        for name in ("django.request", "django.security.DisallowedModelAdminLookup"):
            patch.setattr(logging.getLogger(name), "disabled", True)
        patch.setattr("django.contrib.auth.tokens.PasswordResetTokenGenerator._now", lambda self: moment.now())
        patch.setattr("django.middleware.csrf._mask_cipher_secret", lambda secret: "m" * 32 + secret)
        patch.setattr("django.middleware.csrf._get_new_csrf_string", lambda: "s" * 32)
        patch.setattr("grants.typed._new_mark", lambda: "n" * 8)
        clocks = (
            "django.http.response",
            "django.core.signing",
            "django.utils.cache",
            "django.contrib.sessions.middleware",
        )
        for module in clocks:
            patch.setattr(f"{module}.time", SimpleNamespace(time=NOW.timestamp))
        patch.setattr("grants.models.references.secrets", random.Random(681))
        for module in ("openpyxl.packaging.core", "openpyxl.writer.excel"):
            patch.setattr(f"{module}.datetime", SimpleNamespace(datetime=_Standing, timezone=_Standing.UTC))
        files.make_once(patch)
        yield


class _Standing(datetime):
    UTC = SimpleNamespace(utc=NOW.tzinfo)

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return NOW


@dataclass
class Visitor:
    """A person with their session, or nobody who signed in."""

    label: str
    username: str

    @cached_property
    def client(self) -> Client:
        client = Client()
        if self.username:
            client.force_login(User.objects.get(username=self.username))
        return client

    @cached_property
    def session(self) -> str:
        return self.client.cookies.output(header="", sep=";")

    @cached_property
    def letters(self) -> set[str]:
        """The roles that they hold, as the matrix writes them."""
        held = set(RoleHolding.objects.filter(user__username=self.username).values_list("role", flat=True))
        return {letter for letter, (role, _) in ROLES.items() if role in held}

    def is_told(self, fact: worlds.Fact, stage: Stage) -> bool:
        """Whether the table of blindness lets them know the fact."""
        opened = stage is Stage.OPEN
        if not self.username:
            return False
        if self.username == worlds.MAY_BE_REOPENED and opened and fact.one.reopens != fact.other.reopens:
            return True
        if self.label == SHUT_OUT:
            in_sums = Part.PROGRESS in fact.told_by or Part.MEETING in fact.told_by
            return in_sums or (opened and fact.is_of_a_value)
        user, bid = User.objects.get(username=self.username), worlds.bid_of(worlds.SUBJECT)
        cards = Scorecard.objects.filter(bid=bid, member=user, state=Scorecard.State.SUBMITTED)
        submitted = fact.card_is_in and cards.exists() and self.username != worlds.REOPENED
        phase, roles = Phase.OPEN if opened else Phase.BLIND, holdings(user).in_round(bid.round_id)
        return any(may_see(part, roles, phase, own_submitted=submitted) for part in fact.told_by)

    def walk(self, addresses: Iterable[str], only_read: frozenset[str] = frozenset()) -> dict[str, Answer]:
        """The answer to each address and to each form on its page, by method and address."""
        answers: dict[str, Answer] = {}
        with frozen():
            for address in addresses:
                answers[f"GET {address}"] = answer = self.ask(address)
                # Signing in and setting a password are the same for everybody, and slow by design.
                own = TABLE.get(page_of(address), "*") != "*" and address not in only_read
                for number, form in enumerate(sent_back(answer) if own else []):
                    with undone():
                        answers[f"POST {address} #{number}"] = self.ask(form.action or address, form.data)
        return answers

    def ask(self, address: str, data: dict[str, list[str]] | None = None) -> Answer:
        # What one page sets must not follow to the next.
        self.client.cookies = SimpleCookie(self.session)
        sent = len(mail.outbox)
        # The log holds so many and no more, after which it no longer counts.
        connection.queries_log.clear()
        with CaptureQueriesContext(connection) as captured:
            response = self.client.get(address) if data is None else self.client.post(address, data)
        session = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if session and not self.username:
            # A visitor's session is new in each walk, and its key is drawn at random.
            session.set(settings.SESSION_COOKIE_NAME, "new", "new")
        return Answer(
            response.status_code,
            tuple(sorted(response.items())),
            response.cookies.output(),
            _body(response),
            len(captured),
            tuple(message.message().as_string() for message in mail.outbox[sent:]),
        )


def _body(response: HttpResponse) -> bytes:
    body: bytes = b"".join(response) if response.streaming else response.content
    if not body.startswith(b"PK"):
        return body
    # A zip says when it was made; what is in it does not.
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return b"\n".join(name.encode() + b"\n" + book.read(name) for name in book.namelist())


# Addresses


def addresses_of(round: str) -> list[str]:
    """Every page of the product that is about no round or about this one, and its lists with all they can be asked."""
    objects = _OBJECTS[round]()
    addresses = [address for name in pages() for address in _of_page(name, objects)]
    if round == DECIDED:
        return addresses
    for name, asked in ASKED.items():
        key = "round" if name.startswith("bids:") else "reference"
        addresses += [f"{reverse(name, kwargs={key: round})}?{urlencode(each)}" for each in asked]
    return addresses


@cache
def page_of(address: str) -> str:
    """The name of the page at an address."""
    return resolve(address.partition("?")[0]).view_name


ASKED: dict[str, list[dict[str, str]]] = {
    "bids:bids": [
        {"q": "S", "state": "eligible", "led_by": "external", "sort": "-amount", "page": "2"},
        {"q": "S", "sort": "state", "scorecards__isnull": "0"},
        {"theme": "violence", "scorecards__state": "submitted", "scorecards": "1", "sort": "scorecards"},
    ],
    "grants:round_trail": [
        {"check": "1", "page": "2"},
        {"person": "Dev"},
        {"bid": worlds.SUBJECT},
        *({"action": action} for action in BLIND),
    ],
}


def _of_page(name: str, objects: dict[str, str]) -> Iterator[str]:
    pattern = pages()[name].pattern
    wanted = set(pattern.converters)
    kind = str(pattern).removeprefix("trail/").split("/")[0]
    arguments: dict[str, Any] = {"username": worlds.DRAFTED_BY, "version": 1, "number": 1, "key": "summary"}
    arguments["file"] = FILE
    arguments |= {"kind": "csv", "part": "grants", "area": "finance", "award": objects.get("awards", "none")}
    arguments["item"] = objects.get("items", "none")
    if name == "grants:propose_password_link":
        arguments["username"] = "robin.vale"
    if name == "grants:set_password":
        yield reverse(name, args=people.password_link(User.objects.get(username="henry.ives")))
    elif not wanted & {"reference", "round"}:
        yield reverse(name, kwargs={key: arguments[key] for key in wanted})
    elif kind in objects:
        arguments |= {"round": objects[kind], "reference": objects[kind], "bid": objects["bids"]}
        if "pk" in wanted:
            arguments["pk"] = _organisation(objects[kind])
        if name in ALIKE:
            arguments |= _alike(name, objects[kind])
        yield reverse(name, kwargs={key: arguments[key] for key in wanted})


ALIKE = ("approvals:likeness", "approvals:same_body", "approvals:undo_dismissal")


def _alike(name: str, round: str) -> dict[str, str]:
    """By what key a page about things that are alike finds them, where the round has any."""
    bench = Workbench(Round.objects.get(reference=round), User.objects.get(username="grace.hall"), NOW)
    by_page = dict(zip(ALIKE, (bench.suggestions, bench.body_suggestions, bench.dismissals), strict=True))
    return {"kind": "bids", "key": by_page[name][0].key if by_page[name] else "none"}


def _organisation(round: str) -> int:
    """The number of an organisation that asks for a grant in the round."""
    return int(
        Bid.objects.filter(round__reference=round).exclude(recipient=None).values_list("recipient", flat=True)[0]
    )


def _of_round(reference: str, bid: str, paper: str) -> dict[str, str]:
    """What an address of each kind can be about in a round: the first word of the address, and a reference."""
    round = Round.objects.get(reference=reference)
    rows: dict[str, Any] = {
        "awards": round.awards.order_by("pk"),
        "contracts": round.single_tender_actions.order_by("pk"),
        "rules": DelegationRule.objects.filter(round=round),
        "lines": round.lines.order_by("pk"),
        "powers": PowerProposal.objects.order_by("pk"),
        "virements": round.virements.order_by("pk"),
        "carry-overs": round.carry_overs.order_by("pk"),
        "direct-awards": Bid.rows.filter(round=round, led_by=Bid.Led.DIRECT).order_by("pk"),
        "recipients": NamedRecipient.objects.filter(award__round=round).order_by("pk"),
        "other-money": MatchFunding.objects.filter(award__round=round).order_by("pk"),
        "over-allocations": round.over_allocations.order_by("pk"),
        "income": round.income.order_by("pk"),
        "imports": Upload.objects.filter(round=round).order_by("-pk"),
        "decisions": round.decisions.filter(reference=paper),
        "items": PaperItem.objects.filter(decision__reference=paper).order_by("pk"),
        "conditions": Condition.objects.filter(award__round=round).order_by("pk"),
        "plans": AssignmentPlan.objects.filter(round=round),
        "meetings": Meeting.objects.filter(round=round),
        "exports": Export.objects.filter(round=round),
        "scenarios": round.scenarios.order_by("pk"),
    }
    first_of_kind = {kind: each[0].reference for kind, each in rows.items() if each}
    return {"rounds": reference, "bids": bid, "register": paper, **first_of_kind}


_OBJECTS: dict[str, Callable[[], dict[str, str]]] = {
    worlds.SCORING: lambda: _of_round(worlds.SCORING, worlds.bid_of(worlds.SUBJECT).reference, worlds.PAPER),
    worlds.QUIET: lambda: _of_round(worlds.QUIET, worlds.bid_of(worlds.UNTOUCHED).reference, "none"),
    DECIDED: lambda: _of_round(DECIDED, Award.objects.filter(round__reference=DECIDED)[0].bid.reference, "PCD-681"),
}


def addresses_of_admin() -> list[str]:
    """Each page of the admin, asked as well for what it does not list: through a relation, or by a number."""
    addresses = [reverse(f"admin:{name}") for name in ("index", "jsi18n", "autocomplete", "password_change")]
    addresses += [reverse("admin:view_on_site", args=each) for each in _shortcuts()]
    criteria = Criterion.objects.filter(round__reference=worlds.QUIET).values_list("pk", flat=True)
    addresses.append(reverse("admin:bids_criterion_change", args=criteria[:1]))
    for model in sorted(admin.site._registry, key=str):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        changelist = reverse(f"{name}_changelist")
        addresses += [changelist, reverse(f"{name}_add")]
        addresses += [f"{changelist}?{asked}" for asked in _lookups(model)]
        for number in _numbers(model):
            asked_for = ("change", "history", "delete") if model in HIDDEN else ("change",)
            addresses += [reverse(f"{name}_{page}", args=[number]) for page in asked_for]
    return addresses


def _shortcuts() -> Iterator[tuple[int, int]]:
    for model in HIDDEN:
        yield from ((ContentType.objects.get_for_model(model).pk, number) for number in _numbers(model))


def _lookups(model: type[Model]) -> Iterator[str]:
    for each in model._meta.get_fields():
        if each.related_model in HIDDEN:
            yield f"{each.name}__isnull=0"
            yield from (f"{each.name}={number}" for number in _numbers(each.related_model))
        elif model in HIDDEN and each.concrete:
            yield f"{each.name}__isnull=0&o=-1"


def _numbers(model: type[Model]) -> list[int]:
    """The first row of a table, and for what is hidden those that only one of two worlds may have."""
    numbers = model._default_manager.order_by("pk").values_list("pk", flat=True)
    last = numbers.last() or 0
    return [*numbers[:1], *([last + 1, last + 2] if model in HIDDEN else [])]


# Forms


@dataclass
class Filled:
    """A form as a browser sends it: its address, empty for that of its page, and its answers."""

    action: str
    data: dict[str, list[str]] = field(default_factory=dict)


def sent_back(answer: Answer) -> list[Filled]:
    """What a browser sends for each form on the page that is posted, empty answers filled in."""
    if b'method="post"' not in answer.body:
        return []
    reader = _Forms()
    reader.feed(answer.body.decode(errors="replace"))
    return reader.forms


# Signing out, and discarding what was typed.
_OF_EVERY_PAGE = (reverse("grants:sign_out"), reverse("grants:discard_typed"))


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Filled] = []
        self._form: dict[str, list[str]] | None = None
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and values.get("method") == "post" and values.get("action") not in _OF_EVERY_PAGE:
            self.forms.append(Filled(values.get("action", "")))
            self._form = self.forms[-1].data
        if self._form is None:
            return
        name = values.get("name", "")
        if tag in ("input", "button") and name:
            self._fill_in(name, values)
        elif tag == "textarea":
            self._text = name
            self._form[name] = []
        elif tag == "select":
            self._select = name
        elif tag == "option" and values.get("value") and ("selected" in values or self._select not in self._form):
            self._form[self._select] = [values["value"]]

    def _fill_in(self, name: str, values: dict[str, str]) -> None:
        assert self._form is not None
        kind = values.get("type", "text")
        if kind in ("radio", "checkbox"):
            # Where nothing is ticked, the first answer is.
            if "checked" in values or name not in self._form:
                self._form[name] = [values.get("value", "on")]
        elif kind == "password":
            self._form[name] = [DEMO_PASSWORD]
        elif kind != "file":
            self._form[name] = [values.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self._text and self._form is not None:
            self._form[self._text].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._form is not None:
            self._form[self._text] = ["".join(self._form[self._text]).strip() or "Because"]
            self._text = ""
        elif tag == "form":
            self._form = None


def differences(one: dict[str, Answer], other: dict[str, Answer]) -> list[str]:
    """Each request that the worlds answer differently, with what differs."""
    assert one.keys() == other.keys(), sorted(one.keys() ^ other.keys())[:5]
    return [
        f"{request}: {_difference(one[request], other[request])}" for request in one if one[request] != other[request]
    ]


def _difference(one: Answer, other: Answer) -> str:
    names = ("status", "body", "cookies", "mail", "queries", "headers")
    name = next(name for name in names if getattr(one, name) != getattr(other, name))
    if name == "headers":
        return f"headers {sorted({*one.headers} ^ {*other.headers})}"
    if name != "body":
        return f"{name} {getattr(one, name)!r} and {getattr(other, name)!r}"
    lines = zip(one.body.splitlines(), other.body.splitlines(), strict=False)
    first = next(((a, b) for a, b in lines if a != b), (one.body[-80:], other.body[-80:]))
    return " and ".join(line.decode(errors="replace").strip()[:160] for line in first)
