"""Who wrote what in a paper, read from its trail: each version of a section, and the words that changed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from django.db.models import QuerySet

from approvals.models import Decision, DecisionSection
from approvals.parts import BY_KEY, Part
from grants.models import AuditEvent

# How many words stay on either side of what changed.
AROUND = 12
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


def events(section: DecisionSection) -> QuerySet[AuditEvent]:
    """The savings of a section, the newest first."""
    return AuditEvent.objects.filter(
        round=section.decision.round, action="write section", subject=section.reference
    ).order_by("-number")


def version(event: AuditEvent) -> Version:
    before, after = event.before.get("text", ""), event.facts.get("text", "")
    return Version(event.actor_name, event.at, list(changes(before, after)))


def changes(before: str, after: str) -> Iterator[Stretch]:
    """The words of two texts as one, each stretch saying whether it stayed, was added or was removed."""
    old, new = _words(before), _words(after)
    steps = SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > LONG).get_opcodes()
    for number, (kind, i, j, k, m) in enumerate(steps):
        if kind == "equal":
            yield from _shortened(old[i:j], first=number == 0, last=number == len(steps) - 1)
            continue
        if j > i:
            yield Stretch("removed", "".join(old[i:j]))
        if m > k:
            yield Stretch("added", "".join(new[k:m]))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+\s*|[^\w\s]\s*|\s+", text)


def _shortened(words: list[str], *, first: bool, last: bool) -> Iterator[Stretch]:
    head = 0 if first else AROUND
    tail = 0 if last else AROUND
    if len(words) <= head + tail:
        yield Stretch("same", "".join(words))
        return
    if head:
        yield Stretch("same", "".join(words[:head]))
    yield Stretch("left out", "…")
    if tail:
        yield Stretch("same", "".join(words[-tail:]))
