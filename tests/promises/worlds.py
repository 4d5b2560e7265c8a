"""Worlds that differ in one hidden fact of blind scoring, made by the product's own transitions.

The fact is about a bid of the demo's round in mid-scoring, or about one of a round in which nobody has begun to
score. What everybody may know of the worlds is the same in all of them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import connection

from approvals.decisions import writing
from approvals.families import grouping
from approvals.items import asking
from approvals.models import Award, CarryOver
from approvals.recipients import naming
from approvals.review import reviewing
from bids.meetings import meetings
from bids.models import Bid, Panel, Scorecard, Upload
from bids.panel import assignments, interests, members, opening, scorecards
from bids.panel.blindness import Part
from grants.models import Organisation, OverAllocation, RoleHolding, Round, User
from grants.people import powers
from grants.roles import Role
from grants.rounds import income, rounds, virement
from tests import factories
from tests.conftest import undone
from tests.every_page import export_of, file_of, match_of, meet
from tests.factories import NOW

SCORING, QUIET = "safer-summer-2026-27", "quiet-round"
DECIDED, PAPER = "cpie-2019-20", "PCD-902"
# In the demo nobody has begun to score the first; the second is the bid of the quiet round.
SUBJECT, UNTOUCHED = "SSF-16", "Q-1"
SUBMITTED_BY, DRAFTED_BY, NOT_BEGUN, UNANSWERED = "ben.hart", "dev.patel", "farid.aziz", "gita.rao"
# A second chair, whose interest is a fact, and a third who has one in every world.
DEPUTY, SHUT_OUT = "petra.vance", "rhys.moss"
STILL_SCORES, HAS_SCORED, NOT_ASKED, LEADS_AND_SCORES = "amara.cole", "ella.frost", "chloe.ng", "hana.lund"
# Once the marks are open, the chair reopens the scorecard of the one in every world, and of the other in one of two.
REOPENED, MAY_BE_REOPENED = "zora.hill", "wes.ford"


@dataclass(frozen=True)
class Card:
    """A scorecard on the bid: whose, how far, how often its draft was saved, and what it says.

    `changed_from` is the mark that was submitted first, where the member changed it.
    """

    member: str
    submitted: bool
    score: int = 3
    why: str = "Because of the plan."
    saves: int = 1
    bid: str = SUBJECT
    changed_from: int | None = None


@dataclass(frozen=True)
class World:
    """All that members keep to themselves: their cards, and how they answered the declaration of interest."""

    cards: tuple[Card, ...] = (Card(SUBMITTED_BY, True), Card(DRAFTED_BY, False))
    interests: tuple[tuple[str, str], ...] = ()
    meets: bool = False
    reopens: bool = False


@dataclass(frozen=True)
class Fact:
    """What is hidden: its two worlds, the parts of the table that tell it, and whether it is of a card that is in.

    Once the marks are open, a member who has submitted sees the cards of others that are in as well; of drafts and
    interests nothing. A fact that does not outlast scoring is one of how the panel gets on; after it closed it is
    walked with all the others.
    """

    one: World
    other: World
    told_by: frozenset[Part]
    card_is_in: bool = False
    outlasts: bool = True
    begins_when_closed: bool = False
    round: str = SCORING

    @property
    def is_of_a_value(self) -> bool:
        """Whether marks differ, and with them the places of other bids once scoring has closed."""
        return [card.score for card in self.one.cards] != [card.score for card in self.other.cards]


BASE = World()
_IN, _DRAFT = BASE.cards
_MARKS, _PROGRESS = frozenset({Part.OTHERS_MARKS}), frozenset({Part.PROGRESS})
_RELATION = "A cousin runs it"


def _cards(*cards: Card) -> World:
    return replace(BASE, cards=cards)


def _said(member: str, nature: str) -> World:
    return replace(BASE, interests=((member, nature),))


FACTS = {
    "the value of a submitted mark": Fact(BASE, _cards(replace(_IN, score=1), _DRAFT), _MARKS, card_is_in=True),
    "the value of a mark in a draft": Fact(BASE, _cards(_IN, replace(_DRAFT, score=1)), _MARKS),
    "the reason of a submitted mark": Fact(BASE, _cards(replace(_IN, why="Weak."), _DRAFT), _MARKS, card_is_in=True),
    "the reason of a mark in a draft": Fact(BASE, _cards(_IN, replace(_DRAFT, why="Weak.")), _MARKS),
    "that a draft exists": Fact(BASE, _cards(_IN), _PROGRESS),
    "how often a draft was saved": Fact(BASE, _cards(_IN, replace(_DRAFT, saves=4)), _PROGRESS, outlasts=False),
    "that a card is submitted": Fact(
        BASE, _cards(_IN, replace(_DRAFT, submitted=True)), _PROGRESS | _MARKS, card_is_in=True
    ),
    "that a submitted card was changed": Fact(BASE, _cards(replace(_IN, changed_from=1), _DRAFT), _PROGRESS),
    "who wrote a draft": Fact(BASE, _cards(_IN, replace(_DRAFT, member=NOT_BEGUN)), _PROGRESS),
    "who submitted a card": Fact(
        BASE, _cards(replace(_IN, member=NOT_BEGUN), _DRAFT), _PROGRESS | _MARKS, card_is_in=True
    ),
    "that anybody has begun": Fact(
        BASE, _cards(_IN, _DRAFT, replace(_DRAFT, bid=UNTOUCHED)), _PROGRESS, round=QUIET, outlasts=False
    ),
    "that a member declared an interest": Fact(BASE, _said(NOT_BEGUN, _RELATION), _PROGRESS),
    "that an interest withdrew a draft": Fact(BASE, _said(DRAFTED_BY, _RELATION), _PROGRESS, outlasts=False),
    "what an interest is": Fact(
        _said(NOT_BEGUN, _RELATION), _said(NOT_BEGUN, "I was its treasurer"), frozenset({Part.INTERESTS})
    ),
    "that a chair declared an interest": Fact(BASE, _said(DEPUTY, _RELATION), _PROGRESS),
    "that a scorecard is reopened": Fact(
        BASE, replace(BASE, reopens=True), _MARKS | _PROGRESS, card_is_in=True, begins_when_closed=True
    ),
    "that a meeting is planned": Fact(
        BASE, replace(BASE, meets=True), frozenset({Part.MEETING}), begins_when_closed=True
    ),
    "that a member answered the declaration": Fact(BASE, _said(UNANSWERED, ""), _PROGRESS, outlasts=False),
}
# All at once: for those who may know of none, who see the cards that are in, and who know who has submitted. The worlds
# of the first differ in each fact of ALL_AT_ONCE, so that no two of them cancel out in a sum.
EVERYTHING = Fact(
    BASE,
    replace(
        _cards(
            Card(NOT_BEGUN, True, score=1, why="Weak.", saves=3),
            Card(SUBMITTED_BY, True, score=2, why="Fair.", changed_from=0),
            Card(UNANSWERED, True, score=2, why="Fair."),
            replace(_DRAFT, bid=UNTOUCHED),
        ),
        interests=((DRAFTED_BY, _RELATION), (UNANSWERED, ""), (DEPUTY, _RELATION)),
    ),
    _PROGRESS | _MARKS,
    card_is_in=True,
)
NOT_IN = Fact(
    BASE, replace(EVERYTHING.other, cards=(_IN, Card(NOT_BEGUN, False, score=1, why="Weak."))), _PROGRESS | _MARKS
)
CONTENT = Fact(BASE, _cards(*(replace(card, score=1, why="Weak.") for card in BASE.cards)), _MARKS, card_is_in=True)


def _on_the_bid(world: World, submitted: bool) -> tuple[Card, ...]:
    return tuple(card for card in world.cards if card.bid == SUBJECT and card.submitted is submitted)


def _all_of(name: str, submitted: bool) -> Callable[[World], object]:
    return lambda world: [getattr(card, name) for card in _on_the_bid(world, submitted)]


def _natures_by(*members: str) -> Callable[[World], object]:
    return lambda world: [nature for member, nature in world.interests if nature and member in members]


# What of a world shows each fact, where one who may know of none sees all of them at once in the same round. Another
# round and what is planned after scoring are walked alone.
ALL_AT_ONCE: dict[str, Callable[[World], object]] = {
    "the value of a submitted mark": _all_of("score", True),
    "the value of a mark in a draft": _all_of("score", False),
    "the reason of a submitted mark": _all_of("why", True),
    "the reason of a mark in a draft": _all_of("why", False),
    "that a draft exists": lambda world: (len(world.cards), len(_on_the_bid(world, False))),
    "how often a draft was saved": lambda world: sum(card.saves for card in world.cards if card.bid == SUBJECT),
    "that a card is submitted": lambda world: len(_on_the_bid(world, True)),
    "that a submitted card was changed": _all_of("changed_from", True),
    "who wrote a draft": _all_of("member", False),
    "who submitted a card": _all_of("member", True),
    "that a member declared an interest": lambda world: len(world.interests),
    "that an interest withdrew a draft": _natures_by(DRAFTED_BY),
    "what an interest is": _natures_by(NOT_BEGUN, DRAFTED_BY),
    "that a chair declared an interest": _natures_by(DEPUTY),
    "that a member answered the declaration": lambda world: UNANSWERED in dict(world.interests),
}


def known_to_all() -> None:
    """What is the same in every world: who is asked to score the bid, and the other things of its round."""
    round, bid = _round(), bid_of(SUBJECT)
    lead, chair = _user("grace.hall"), _user("olive.marsh")
    _open_quiet_round(round, chair)
    file_of(bid, lead)
    factories.person(Role.MEMBER, round=round, username=UNANSWERED, name="Gita Rao")
    factories.person(Role.CHAIR, round=round, username=DEPUTY, name="Petra Vance")
    factories.person(Role.CHAIR, round=round, username=SHUT_OUT, name="Rhys Moss")
    _declare(bid, SHUT_OUT, "I was its treasurer")
    factories.person(Role.MEMBER, Role.LEAD, round=round, username=LEADS_AND_SCORES, name="Hana Lund")
    factories.person(Role.MEMBER, round=round, username=REOPENED, name="Zora Hill")
    factories.person(Role.MEMBER, round=round, username=MAY_BE_REOPENED, name="Wes Ford")
    scored = (HAS_SCORED, LEADS_AND_SCORES, REOPENED, MAY_BE_REOPENED)
    for username in (*scored, UNANSWERED):
        assignments.assign(bid=bid, member=_user(username), by=chair, at=NOW)
    for username in scored:
        _declare(bid, username, "")
    for username in (HAS_SCORED, REOPENED, MAY_BE_REOPENED):
        _write(Card(username, True, score=2))
    _write(Card(STILL_SCORES, False))
    paper = writing.prepare_decision(
        round=round, reference=PAPER, title="Safer summer", decision_by="Deputy Mayor", by=lead, at=NOW
    )
    asking.ask_item(decision=paper, content=asking.ItemContent("note", "A note", "the work so far"), by=lead, at=NOW)
    alike = [bid_of("SSF-09"), bid_of("SSF-18")]
    grouping.dismiss_likeness(round=round, alike=alike, reason="Two projects", by=lead, at=NOW)
    supplier = factories.OrganisationFactory(name="Furrow and Fold City Farms")
    factories.contract(round, lead, "1000", supplier=supplier, title="Evaluation")
    Upload.objects.create(
        round=round, reference="UP-SCORING", file_name="bids.csv", rows=[], uploaded_by=lead, uploaded_at=NOW
    )
    _propose_virement(round)
    _record_income(round)
    _propose_carry_over(round)
    _propose_over_allocation(round)
    _award_directly(round)
    powers.propose_password_link(person=lead, by=_user("iris.jonas"), at=NOW, reason="Forgot it")


def _award_directly(round: Round) -> None:
    """A direct award that waits for review, and another with a recipient who was named."""
    lead, penny = _user("grace.hall"), Decimal("0.01")
    factories.direct(round, lead, amount=penny, title="Waiting programme")
    row = factories.direct(round, lead, amount=penny)
    reviewing.review(bid=row, amount=penny, by=lead, at=NOW)
    draft = {"recipient": "Awarded Body", "register": Organisation.Register.NOT_STATED, "register_number": ""}
    award = Award.objects.get(bid=row)
    naming.identify_recipient(award=award, naming=naming.Naming(draft, penny, "First"), by=lead, at=NOW)


def _propose_over_allocation(round: Round) -> None:
    """An over-allocation as it stands in a round that states a percentage."""
    OverAllocation.objects.create(
        round=round,
        reference=f"OVR-{round.pk}",
        amount=Decimal("0.01"),
        reason="Some fall through",
        proposed_by=_user("kit.lane"),
        proposed_at=NOW,
    )


def _propose_carry_over(round: Round) -> None:
    """A carry-over as it stands in a round of several years; a round of one year has none to propose."""
    CarryOver.objects.create(
        round=round,
        reference=f"CAR-{round.pk}",
        line=round.lines.all()[0],
        source="2026/27",
        target="2027/28",
        amount=Decimal("0.01"),
        reason="Late",
        proposed_by=_user("kit.lane"),
        proposed_at=NOW,
    )


def _record_income(round: Round) -> None:
    terms = income.IncomeTerms("Home Office", "HO/1", NOW.date(), Decimal("0.01"))
    income.keep_income(round=round, terms=terms, by=_user("kit.lane"), at=NOW)


def _propose_virement(round: Round) -> None:
    source, penny = round.lines.all()[0], Decimal("0.01")
    finance = _user("kit.lane")
    virement.propose_virement(round=round, source=source, target=None, amount=penny, reason="Less", by=finance, at=NOW)


def panel_of_the_decided_round() -> None:
    """What has no place in a round that is scored: a meeting, a scenario, a file of scores, an interest to waive."""
    award = Award.objects.filter(round__reference=DECIDED)[0]
    bid = award.bid
    match_of(award, _user("grace.hall"))
    meet(bid, bid, _user(DRAFTED_BY))
    export_of(_user("olive.marsh"), bid.round)
    _propose_virement(bid.round)
    _record_income(bid.round)
    _propose_carry_over(bid.round)
    _propose_over_allocation(bid.round)
    _award_directly(bid.round)


def _open_quiet_round(like: Round, chair: User) -> None:
    """A round with the same people in it, and a bid that a member is asked to score."""
    quiet = factories.open_round(reference=QUIET)
    for held in RoleHolding.objects.filter(round=like, ended_at=None):
        RoleHolding.objects.create(user=held.user, role=held.role, round=quiet, given_at=NOW)
    bid = factories.bid(quiet, source_reference=UNTOUCHED, recipient_as_written="Body of the quiet round")
    assignments.assign(bid=bid, member=_user(DRAFTED_BY), by=chair, at=NOW)
    _declare(bid, DRAFTED_BY, "")


class Stage:
    """The place of the worlds: each is built on what all know, and is gone before the next."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
            names = [name for (name,) in cursor.fetchall()]
            union = " UNION ALL ".join(
                f"SELECT '{name}', last_value + is_called::int FROM \"{name}\"" for name in names
            )
            cursor.execute(union)
            self._sequences = cursor.fetchall()

    @contextmanager
    def world(self, world: World, stage: members.Stage) -> Iterator[None]:
        """Live in a world for a while, while scoring, after it closed, or once the marks are open."""
        opened = stage is members.Stage.OPEN
        with undone():
            self._count_anew(0)
            _build(world)
            if stage >= members.Stage.CLOSED:
                Panel.objects.filter(round=_round()).update(closed_at=NOW)
            if opened:
                opening.open_marks(round=_round(), by=_user("olive.marsh"), at=NOW)
                _reopen(REOPENED)
            if opened and world.reopens:
                _reopen(MAY_BE_REOPENED)
            if opened and world.meets:
                held = {"held_on": NOW.date(), "quorum": 2, "left": Decimal(500_000)}
                meetings.plan_meeting(round=_round(), **held, by=_user("olive.marsh"), at=NOW)
            yield

    @contextmanager
    def visit(self) -> Iterator[None]:
        """Let one person into the world; what they do there is gone before the next comes."""
        with undone():
            self._count_anew(1000)
            yield

    def _count_anew(self, more: int) -> None:
        # A rollback does not take numbers back, and a row's number would tell the worlds apart.
        calls = ", ".join(f"setval('\"{name}\"', {number + more}, false)" for name, number in self._sequences)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {calls}")

    def leave(self) -> None:
        """Number the rows of whoever uses the database next as if no world had been."""
        self._count_anew(0)


def _build(world: World) -> None:
    bid, round = bid_of(SUBJECT), _round()
    for member, nature in world.interests:
        if not nature:
            _declare(bid, member, nature)
    for card in world.cards:
        _write(card)
    for member, nature in world.interests:
        if nature:
            _declare(bid, member, nature)
    # These events follow the hidden ones in the trail, of the round and of the bid.
    assignments.assign(bid=bid, member=_user(NOT_ASKED), by=_user("olive.marsh"), at=NOW)
    line = round.lines.all()[0]
    content = rounds.LineContent(kind=line.kind, label=line.label, amount=line.amount)
    rounds.keep_budget_line(round=round, line=line, content=content, reason="Named", by=_user("kit.lane"), at=NOW)


def _write(card: Card) -> None:
    scores = [*range(card.saves - 1), card.score]
    if card.changed_from is not None:
        scores = [*scores[:-1], card.changed_from, card.score]
    first_submitted = card.saves - 1 if card.submitted else len(scores)
    for seen, score in enumerate(scores):
        save = scorecards.submit_scorecard if seen >= first_submitted else scorecards.save_draft
        marks = factories.marks(score=score)
        marks = {number: replace(mark, reason=card.why) for number, mark in marks.items()}
        save(bid=bid_of(card.bid), marks=marks, seen=seen, by=_user(card.member), at=NOW)


def _reopen(username: str) -> None:
    card = Scorecard.objects.get(bid=bid_of(SUBJECT), member__username=username)
    opening.reopen_scorecard(card=card, reason="A wrong file", by=_user("olive.marsh"), at=NOW)


def _declare(bid: Bid, username: str, nature: str) -> None:
    interests.declare_interest(bid=bid, conflicted=bool(nature), nature=nature, by=_user(username), at=NOW)


def bid_of(source_reference: str) -> Bid:
    rounds_here = (SCORING, QUIET)
    return Bid.objects.select_related("round").get(round__reference__in=rounds_here, source_reference=source_reference)


def _round() -> Round:
    return Round.objects.get(reference=SCORING)


def _user(username: str) -> User:
    return User.objects.get(username=username)
