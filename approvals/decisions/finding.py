"""The decisions of a round that a search finds, and where it hit each of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.safestring import SafeString

from approvals.models import Decision, DecisionSection
from approvals.prose import figures
from grants import search
from grants.marking import Marker
from grants.models import Round
from grants.search import Sought

_FIGURE = re.compile(f"{figures.MASK}+")


def decisions(round: Round, sought: Sought | None) -> list[Decision]:
    """Return the decisions of the round, or those that hold what is sought; the newest first."""
    rows = Decision.objects.filter(round=round)
    return list(rows.filter(search.matching(sought)) if sought else rows)


class Hits:
    """What was hit in decisions: their titles, and an excerpt of the sections of each."""

    def __init__(self, sought: Sought, decisions: Iterable[Decision]) -> None:
        texts: dict[int, list[str]] = {decision.pk: [] for decision in decisions}
        for pk, text in DecisionSection.objects.filter(decision__in=texts).values_list("decision", "text"):
            texts[pk] += _FIGURE.sub("…", figures.masked(text)).splitlines()
        titles = [decision.title for decision in decisions]
        self.marker = Marker(sought, [*titles, *(line for lines in texts.values() for line in lines)])
        self.excerpts: dict[int, SafeString] = {pk: self.marker.excerpt(lines) for pk, lines in texts.items()}
