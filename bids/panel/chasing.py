"""Letters to members who are behind: those that the chair sends, and the reminder before scoring closes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from bids.models import Panel
from bids.panel.members import open_panel, progress_of_members
from grants import audit
from grants.counting import counted
from grants.days import day_of
from grants.models import Round, User
from grants.people import mail
from grants.refusal import Refused

# How long before the last day of scoring the service reminds members by itself.
BEFORE = timedelta(days=3)


@transaction.atomic
def chase(*, round: Round, members: Collection[User], address: str, by: User, at: datetime, words: str = "") -> int:
    """Write to members who are behind, with a link to their bids at `address`, and return the number of letters.

    A letter says how many bids wait and until when, with the chair's own `words`, and nothing about any bid. Raises
    Refused if a member has no email address or has nothing left to score.
    """
    round = open_panel(round).round
    behind = progress_of_members(round)
    for member in members:
        if not behind.get(member.pk):
            raise Refused(f"{member.name} has nothing left to score", field="members")
        if not member.email:
            raise Refused(f"{member.name} has no email address. An administrator adds it", field="members")
    letters = []
    for member in members:
        waiting = behind[member.pk]
        letters.append(_letter(member, round, waiting, address, words.strip(), f"{by.name}, panel chair"))
        facts = {"waiting": waiting} | ({"words": words.strip()} if words.strip() else {})
        audit.record("chase member", member, round=round, by=by, at=at, facts=facts)
    return len(mail.write(letters, at=at))


def remind(*, at: datetime) -> int:
    """Remind the members of every panel who are behind, once, when scoring closes within three days.

    Returns the number of letters. A panel whose last day is extended is reminded of the new day.
    """
    today = day_of(at)
    rounds = Round.objects.filter(scored=True, panel__closed_at=None, scoring_closes_on__range=(today, today + BEFORE))
    return sum(_remind(round, at) for round in rounds)


@transaction.atomic
def _remind(round: Round, at: datetime) -> int:
    try:
        panel = open_panel(round)
    except Refused:
        # The chair closed scoring since.
        return 0
    last_day: date | None = panel.round.scoring_closes_on
    if last_day is None or panel.reminded_of == last_day:
        return 0
    behind = progress_of_members(panel.round)
    address = f"{settings.PUBLIC_ADDRESS}{reverse('bids:scoring', args=[round.reference])}"
    members = User.objects.filter(pk__in=behind, is_active=True).exclude(email="").order_by("name")
    letters = [_letter(member, panel.round, behind[member.pk], address) for member in members]
    Panel.objects.filter(pk=panel.pk).update(reminded_of=last_day)
    for letter in letters:
        facts = {"waiting": behind[letter.to.pk]}
        audit.record_by_service("chase member", letter.to, round=panel.round, at=at, facts=facts)
    return len(mail.write(letters, at=at))


def _letter(member: User, round: Round, waiting: int, address: str, words: str = "", sender: str = "") -> mail.Letter:
    until = f" by {round.scoring_closes_on:%-d %B %Y}" if round.scoring_closes_on else ""
    subject = f"{counted(waiting, 'bid is waiting', 'bids are waiting')} for your scores"
    parts = [
        f"Dear {member.name},",
        f"{subject} in {round.title}. Please score them{until}, or decline any that you cannot score.",
        words,
        address,
        sender,
    ]
    return mail.Letter(member, subject, "\n\n".join(part for part in parts if part))
