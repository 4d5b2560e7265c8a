"""Promise 16, non-interference: worlds that differ in a hidden fact of blind scoring are one to who may not know it.

Each role walks the whole site in both, and every byte, status, header, cookie, mail and number of queries is the same.
Who may know what is asked of the table in `bids/panel/blindness.py`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.mail import send_mail
from django.urls import reverse

from approvals import tasks
from bids.models import Scorecard
from bids.panel import reading
from bids.panel.blindness import Part
from bids.panel.members import Stage
from grants import access
from grants.models import RoleHolding, Round, User
from grants.roles import Role
from tests.bodies import MPS
from tests.every_page import publish, upload_of
from tests.promises import crawl, worlds
from tests.promises.crawl import DECIDED, PEOPLE, Answer, Visitor
from tests.promises.worlds import ALL_AT_ONCE, BASE, CONTENT, EVERYTHING, FACTS, NOT_IN, QUIET, SCORING, Fact, World
from tests.test_matrix import POST_ONLY, TABLE

pytestmark = pytest.mark.walk

IN_WORDS = {Stage.SCORING: "while scoring", Stage.CLOSED: "after it closed", Stage.OPEN: "once the marks are open"}
CASES = [
    pytest.param(name, stage, id=f"{name}, {IN_WORDS[stage]}")
    for name, fact in FACTS.items()
    for stage in ((Stage.SCORING, Stage.OPEN) if fact.outlasts else (Stage.SCORING,))
    if stage is Stage.OPEN or not fact.begins_when_closed
]
STAGES = {"ids": list(IN_WORDS.values()), "argvalues": list(Stage)}
# What two roles show together is walked once, with all facts at once.
SECOND_ROLE = "member and lead who still scores it"
# They may know of no fact and are nearest to all of them: the others who may know of none are told of all at once.
NEAREST = {crawl.STILL, MPS.offices.of(Role.LEAD)}
# Where the bids, the panel and the trail are read: these pages are walked for each fact on its own.
NEAR = {name for name in TABLE if name.startswith("bids:")} | {"grants:home", "grants:round", "grants:round_trail"}
NEAR -= {"bids:bid_template", "bids:add_bid", "bids:import_bids", "bids:import_preview", "bids:eligibility"}
NEAR -= {"bids:choose_sheet", "bids:map_columns", "bids:choose_rows"}
Walks = dict[str, dict[str, Answer]]


class Site:
    """The product in one transaction, walked in one world after another. What was walked once is remembered."""

    def __init__(self) -> None:
        with crawl.frozen():
            worlds.known_to_all()
            publish()
            upload_of(Round.objects.get(reference=SCORING), User.objects.get(username="grace.hall"))
            worlds.panel_of_the_decided_round()
            self.visitors = {label: Visitor(label, username) for label, username in PEOPLE.items()}
            assert all(visitor.session or not visitor.username for visitor in self.visitors.values())
            # What is asked once and remembered by the process would tell the first world from the second.
            ContentType.objects.get_for_models(*apps.get_models())
            self.addresses = {round: crawl.addresses_of(round) for round in (SCORING, QUIET, DECIDED)}
            self.admin = crawl.addresses_of_admin()
        self._decided = self._each_by_one()
        self.stage = worlds.Stage()
        self._walked: dict[Any, dict[str, Answer]] = {}

    def is_told(self, label: str, fact: Fact, stage: Stage) -> bool:
        return self.visitors[label].is_told(fact, stage)

    def whole(self, labels: list[str], world: World, stage: Stage) -> Walks:
        """What each is answered by every page of theirs; one who is blind tries all the others of the round as well.

        The decided round is for pages that have nothing to be about before that, and which closing does not touch.
        What it shows of the other round on a page that both have is asked of one person who may open it. A page for
        anybody is opened by somebody without a session and by one who is blind.
        """

        def everything(visitor: Visitor) -> list[str]:
            here = self.addresses[SCORING] if visitor.label == crawl.STILL else self._open(visitor, SCORING)
            admin = self.admin if visitor.label == "Administrator" else self.admin[:1]
            there = self._decided[visitor.label] if stage is Stage.SCORING else []
            if visitor.username and visitor.label != crawl.STILL:
                here, there = ([each for each in own if TABLE[crawl.page_of(each)] != "*"] for own in (here, there))
            return [*here, *there, *admin]

        return self._walk(labels, everything, world, stage)

    def near(self, labels: list[str], world: World, round: str, stage: Stage) -> Walks:
        """What each is answered by their pages of a round that read of its bids, its panel or its trail."""

        def nearby(visitor: Visitor) -> list[str]:
            return [each for each in self._open(visitor, round) if crawl.page_of(each) in NEAR and "?" not in each]

        return self._walk(labels, nearby, world, stage)

    def _each_by_one(self) -> dict[str, list[str]]:
        """Who opens which pages of the decided round: a page that the other round has too is opened by one person.

        That is somebody with a part in that round, who may know of nothing, where there is one.
        """

        def choice(visitor: Visitor) -> tuple[bool, bool]:
            here = RoleHolding.objects.filter(user__username=visitor.username, round__reference=DECIDED)
            return visitor.is_told(EVERYTHING, Stage.SCORING), not here.exists()

        in_both = {crawl.page_of(each) for each in self.addresses[SCORING]}
        taken: set[str] = set()
        mine = {}
        for visitor in sorted(self.visitors.values(), key=choice):
            mine[visitor.label] = [each for each in self._open(visitor, DECIDED) if each not in taken]
            taken.update(each for each in mine[visitor.label] if crawl.page_of(each) in in_both)
        return mine

    def _open(self, visitor: Visitor, round: str) -> list[str]:
        return [each for each in self.addresses[round] if set(TABLE[crawl.page_of(each)]) & {"*", *visitor.letters}]

    def _walk(self, labels: list[str], addresses: Callable[[Visitor], list[str]], world: World, stage: Stage) -> Walks:
        wanted = {label: tuple(dict.fromkeys(addresses(self.visitors[label]))) for label in labels}
        keys = {label: (label, own, world, stage) for label, own in wanted.items()}
        missing = [label for label, key in keys.items() if key not in self._walked]
        if missing:
            with self.stage.world(world, stage):
                for label in missing:
                    with self.stage.visit():
                        decided = frozenset(self.addresses[DECIDED])
                        self._walked[keys[label]] = self.visitors[label].walk(wanted[label], only_read=decided)
        return {label: self._walked[key] for label, key in keys.items()}


@pytest.fixture(scope="module")
def site(module_db: None) -> Iterator[Site]:
    made = Site()
    yield made
    made.stage.leave()


def differing(one: Walks, other: Walks) -> str:
    return "\n".join(f"{who}, {each}" for who in one for each in crawl.differences(one[who], other[who]))


@pytest.mark.parametrize(("name", "stage"), CASES)
def test_who_may_not_know_a_fact_sees_the_same_round_in_both_worlds(site: Site, name: str, stage: Stage) -> None:
    fact = FACTS[name]
    labels = [
        label
        for label in site.visitors
        if label != SECOND_ROLE
        and not site.is_told(label, fact, stage)
        and (label in NEAREST or name not in ALL_AT_ONCE or site.is_told(label, EVERYTHING, stage))
    ]
    one, other = (site.near(labels, world, fact.round, stage) for world in (fact.one, fact.other))
    differences = differing(one, other)
    assert not differences, differences


@pytest.mark.parametrize("name", FACTS)
def test_the_worlds_that_differ_in_everything_differ_in_each_fact(name: str) -> None:
    if name not in ALL_AT_ONCE:
        assert FACTS[name].round == QUIET or FACTS[name].begins_when_closed
        return
    for fact in (FACTS[name], EVERYTHING):
        one, other = (ALL_AT_ONCE[name](world) for world in (fact.one, fact.other))
        assert one != other


@pytest.mark.parametrize("stage", **STAGES)
@pytest.mark.parametrize("fact", [EVERYTHING, NOT_IN, CONTENT], ids=["everything", "what is not in", "what is said"])
def test_the_whole_site_tells_nobody_what_they_may_not_know(site: Site, fact: Fact, stage: Stage) -> None:
    already = [EVERYTHING, NOT_IN, CONTENT][: [EVERYTHING, NOT_IN, CONTENT].index(fact)]
    labels = [
        label
        for label in site.visitors
        if not site.is_told(label, fact, stage) and all(site.is_told(label, each, stage) for each in already)
    ]
    one, other = (site.whole(labels, world, stage) for world in (fact.one, fact.other))
    differences = differing(one, other)
    assert not differences, differences


# No decision of the rounds walked here is signed, so that no paper can amend one: `test_amending` holds these pages.
OF_AN_AMENDMENT = {"approvals:amend_grant", "approvals:leave_grant"}


def test_every_page_is_walked_by_somebody_who_may_open_it(site: Site) -> None:
    opened = set()
    for answers in site.whole(list(site.visitors), BASE, Stage.SCORING).values():
        for request, answer in answers.items():
            if answer.status in (200, 302) and not dict(answer.headers).get("Location", "").startswith("/sign-in/"):
                opened.add(crawl.page_of(request.removeprefix("GET ")) if request.startswith("GET") else "")
    assert set(TABLE) - POST_ONLY - opened == OF_AN_AMENDMENT


def test_the_table_is_asked_who_may_know(site: Site) -> None:
    def knowing(fact: Fact, stage: Stage) -> set[str]:
        return {label for label in site.visitors if site.is_told(label, fact, stage)}

    assert knowing(FACTS["that a draft exists"], Stage.SCORING) == {"Panel chair", "Auditor", crawl.SHUT_OUT}
    for stage in (Stage.SCORING, Stage.CLOSED):
        assert knowing(FACTS["the value of a submitted mark"], stage) == set()
    seen_by_members = knowing(FACTS["the value of a submitted mark"], Stage.OPEN) & set(crawl.MEMBERS)
    assert seen_by_members == {"member who has scored it", "member whose scorecard may be reopened", SECOND_ROLE}
    assert knowing(FACTS["the value of a mark in a draft"], Stage.SCORING) == set()
    after = {"Panel chair", "CPIE lead", "Auditor", SECOND_ROLE}
    # The chair with an interest in the bid sees its value in the places of the others, and its reasons nowhere.
    assert knowing(FACTS["the value of a mark in a draft"], Stage.OPEN) == {*after, crawl.SHUT_OUT}
    assert knowing(FACTS["the reason of a mark in a draft"], Stage.OPEN) == after
    assert knowing(FACTS["what an interest is"], Stage.SCORING) == {"Panel chair", "Auditor"}


# Controls: each leak is planted, and found.


def cards() -> int:
    return Scorecard.objects.filter(bid=worlds.bid_of(worlds.SUBJECT)).count()


def a_number(*, rounds: Sequence[Round], **kwargs: Any) -> dict[int, str]:
    return {round.pk: f"{cards()} scorecards." for round in rounds}


def a_query(**kwargs: Any) -> dict[int, str]:
    # Where there are enough cards it looks once more, and says nothing of it.
    assert cards() > 5 or cards() >= 0
    return {}


def a_mail(**kwargs: Any) -> dict[int, str]:
    send_mail("Scoring", f"{cards()} scorecards", "service@example.com", ["office@example.com"])
    return {}


def a_header(response: Any, **kwargs: Any) -> None:
    response["X-Scorecards"] = str(cards())


def every_part(*args: Any, **kwargs: Any) -> set[Part]:
    return set(Part)


HOME, BID, TRAIL = "grants:home", "bids:bid", "grants:round_trail"
PLANTED: dict[str, tuple[Any, str, Any, str, str, str]] = {
    "a number": (tasks, "standing", a_number, "DMPC office", HOME, "that a draft exists"),
    "a query": (tasks, "standing", a_query, "DMPC office", HOME, "that a draft exists"),
    "a mail": (tasks, "standing", a_mail, "DMPC office", HOME, "that a draft exists"),
    "a header": (access, "patch_cache_control", a_header, "CPIE lead", HOME, "that a draft exists"),
    "a mark": (reading, "parts_seen", every_part, crawl.STILL, BID, "the value of a submitted mark"),
    "a mark to who has submitted": (
        reading,
        "parts_seen",
        every_part,
        "member who has scored it",
        BID,
        "the value of a submitted mark",
    ),
    "an author": (reading, "parts_seen", every_part, crawl.STILL, BID, "who submitted a card"),
}


@pytest.mark.parametrize("leak", PLANTED)
def test_a_planted_leak_is_found(site: Site, leak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, planted, label, page, fact_name = PLANTED[leak]
    fact, visitor = FACTS[fact_name], site.visitors[label]
    args = [worlds.bid_of(worlds.SUBJECT).reference] if page == BID else []

    def leaks() -> list[str]:
        walked = []
        for world in (fact.one, fact.other):
            with site.stage.world(world, Stage.SCORING), site.stage.visit():
                walked.append(visitor.walk([reverse(page, args=args)]))
        return crawl.differences(*walked)

    assert leaks() == []
    monkeypatch.setattr(module, name, planted)
    assert len(leaks()) == 1
