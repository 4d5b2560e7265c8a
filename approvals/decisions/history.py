"""Who wrote what in a paper, read from its trail: each version of a section, and the words that changed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from django.db.models import QuerySet

from approvals.models import Decision, DecisionSection
from approvals.paper.sections import BY_KEY, Part
from grants.models import AuditEvent, Round

# How many words stay on either side of what changed.
AROUND = 12
# Fewer words than these that happen to stay between two changes count as changed.
ALIKE = 3
# From here on, words that are everywhere are not compared one by one.
LONG = 2000


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words that stayed (`same`), were `added` or `removed`, or are `left out` since nothing near them changed."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Version:
    """One saving of a section: who saved it, when, and what that changed."""

    who: str
    at: datetime
    changes: list[Stretch]


def last_written(decision: Decision) -> list[tuple[Part, DecisionSection]]:
    """Each section of a paper in its order, with who wrote it last."""
    rows = {section.key: section for section in decision.sections.select_related("written_by")}
    return [(part, rows[key]) for key, part in BY_KEY.items() if key in rows]


def returned(decision: Decision) -> AuditEvent | None:
    """Who gave a paper back last, when and why; None where it was never given back."""
    events = AuditEvent.objects.filter(round=decision.round, action="return pack", subject=decision.reference)
    return events.order_by("number").last()


def all_returned(round: Round, given_back: Sequence[Decision]) -> dict[str, AuditEvent]:
    """Who gave each of these papers back last, by its reference; one query, none where there are no papers."""
    references = [decision.reference for decision in given_back]
    events = AuditEvent.objects.filter(round=round, action="return pack", subject__in=references)
    return {event.subject: event for event in events.order_by("number")}


def events(section: DecisionSection) -> QuerySet[AuditEvent]:
    """The savings of a section, the newest first."""
    return AuditEvent.objects.filter(
        round=section.decision.round, action="write section", subject=section.reference
    ).order_by("-number")


def version(event: AuditEvent) -> Version:
    before, after = event.before.get("text", ""), event.facts.get("text", "")
    return Version(event.actor_name, event.at, list(changes(before, after)))


def changes(before: str, after: str) -> Iterator[Stretch]:
    """The words of two texts as one, each stretch saying whether it stayed, was added or was removed.

    Nothing for two texts that are the same.
    """
    if before == after:
        return
    old, new = _words(before), _words(after)
    matcher = SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > LONG)
    stayed = [block for block in matcher.get_matching_blocks() if block.size >= ALIKE]
    i = k = 0
    for number, (at_old, at_new, size) in enumerate([*stayed, (len(old), len(new), 0)]):
        for kind, words in (("removed", old[i:at_old]), ("added", new[k:at_new])):
            if words:
                yield Stretch(kind, "".join(words))
        i, k = at_old + size, at_new + size
        yield from _shortened(old[at_old:i], first=number == 0 and not at_old, last=i == len(old))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+\s*|[^\w\s]\s*|\s+", text)


def _shortened(words: list[str], *, first: bool, last: bool) -> Iterator[Stretch]:
    """Words that stayed, without those that are far from any change."""
    head = 0 if first else AROUND
    tail = 0 if last else AROUND
    if len(words) <= head + tail:
        if words:
            yield Stretch("same", "".join(words))
        return
    if head:
        yield Stretch("same", "".join(words[:head]))
    yield Stretch("left out", "…")
    if tail:
        yield Stretch("same", "".join(words[-tail:]))
