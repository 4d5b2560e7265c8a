"""Queries for the pages of the practice bid and the meeting. Each uses a fixed number."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from bids.criteria import Rule
from bids.meetings.meetings import must_leave
from bids.models import Discussion, Interest, Meeting, Practice, Scorecard
from grants.access import holdings
from grants.models import User
from grants.roles import Role

ANSWERS = {True: "yes", False: "no", None: ""}


def practice_marks(practice: Practice, rules: list[Rule]) -> list[tuple[Rule, list[tuple[User, dict[str, Any]]]]]:
    """Return each criterion with all members' answers on the practice bid."""
    cards = list(practice.cards.select_related("member").order_by("member__name"))
    return [(rule, [(card.member, card.answers.get(str(rule.number), {})) for card in cards]) for rule in rules]


def meetings_with_counts(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Return the meetings with their number of bids (`on_agenda`) and of discussed bids (`discussed`)."""
    return rows.annotate(on_agenda=Count("items"), discussed=Count("items", filter=Q(items__recorded_at__isnull=False)))


def agenda(meeting: Meeting, user: User) -> QuerySet[Discussion]:
    """Return the items that this person may see.

    An interest hides its bid, and so do a missing declaration and a scorecard of their own that the chair reopened.
    """
    items = meeting.items.select_related("bid__recipient", "bid__round", "bid__standing", "meeting__round")
    own = Interest.objects.filter(bid=OuterRef("bid"), member=user)
    reopened = Scorecard.objects.filter(bid=OuterRef("bid"), member=user, state=Scorecard.State.REOPENED)
    items = items.filter(~Exists(own.barring()), ~Exists(reopened))
    if {Role.MEMBER, Role.CHAIR} & holdings(user).in_round(meeting.round_id):
        items = items.filter(Exists(own.clearing()))
    return items.order_by("number")


def next_item(item: Discussion, user: User) -> Discussion | None:
    """Return the item to discuss after this one: the next that this person may see and that nothing is recorded on."""
    waiting = agenda(item.meeting, user).filter(recorded_at=None).exclude(pk=item.pk)
    return waiting.filter(number__gt=item.number).first() or waiting.first()


def called_item(meeting: Meeting, user: User) -> Discussion | None:
    """Return the item under discussion, or None where there is none that this person may see."""
    return agenda(meeting, user).filter(number=meeting.called).first() if meeting.called else None


def agreed_before(item: Discussion) -> dict[str, Any]:
    """Return the recorded answers on an item, as the initial data of its form."""
    initial: dict[str, Any] = {"version": item.version, "reason": item.reason}
    gone = item.left.all() if item.recorded_at else must_leave(item.meeting, item.bid)
    initial["left"] = [person.username for person in gone]
    for mark in item.agreed.select_related("criterion"):
        initial[f"passed_{mark.criterion.number}"] = ANSWERS[mark.passed]
        initial[f"score_{mark.criterion.number}"] = mark.score
    return initial
