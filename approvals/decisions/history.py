"""The history of a paper from its trail: each version of a section, its writer and the words that changed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from django.db.models import QuerySet

from approvals.models import Decision, DecisionSection
from approvals.paper.sections import BY_KEY, Part
from grants.models import AuditEvent

# How many unchanged words are shown on either side of a change.
AROUND = 12
# A run of fewer unchanged words than this between two changes counts as changed.
ALIKE = 3
# In texts with more words than this, the comparison ignores very frequent words, which keeps it fast.
LONG = 2000


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive words of one `kind`: `same`, `added`, `removed`, or `left out` because nothing near them changed."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Version:
    """One saved version of a section: who saved it, when, and what changed."""

    who: str
    at: datetime
    changes: list[Stretch]


def last_written(decision: Decision) -> list[tuple[Part, DecisionSection]]:
    """Return the sections of a paper in order, each with its last writer."""
    rows = {section.key: section for section in decision.sections.select_related("written_by")}
    return [(part, rows[key]) for key, part in BY_KEY.items() if key in rows]


def returned(decision: Decision) -> AuditEvent | None:
    """Return the latest event in which a paper was returned, or None if it never was."""
    events = AuditEvent.objects.filter(round=decision.round, action="return pack", subject=decision.reference)
    return events.order_by("number").last()


def all_returned(given_back: Sequence[Decision]) -> dict[str, AuditEvent]:
    """Return the latest return of each paper, by its reference, in at most one query."""
    references = [decision.reference for decision in given_back]
    rounds = {decision.round_id for decision in given_back}
    events = AuditEvent.objects.filter(round__in=rounds, action="return pack", subject__in=references)
    return {event.subject: event for event in events.order_by("number")}


def events(section: DecisionSection) -> QuerySet[AuditEvent]:
    """Return the trail events in which a section was saved, newest first."""
    return AuditEvent.objects.filter(
        round=section.decision.round, action="write section", subject=section.reference
    ).order_by("-number")


def version(event: AuditEvent) -> Version:
    before, after = event.before.get("text", ""), event.facts.get("text", "")
    return Version(event.actor_name, event.at, list(changes(before, after)))


def changes(before: str, after: str) -> Iterator[Stretch]:
    """Yield the words of two texts in order, marked as unchanged, added or removed.

    Yields nothing if the texts are equal.
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
    """Yield the unchanged words near a change, and leave out the rest."""
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
