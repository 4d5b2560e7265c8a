"""Where a search hit the published decisions of a page: their titles, and an excerpt of each one's text."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.safestring import SafeString

from approvals.models import RegisterEntry
from grants.marking import Marker
from grants.search import Sought


class Hits:
    """What was hit in the entries of one page. Their texts are long, so they are read only after a search."""

    def __init__(self, sought: Sought, entries: Iterable[RegisterEntry]) -> None:
        shown = RegisterEntry.objects.filter(pk__in=[entry.pk for entry in entries])
        # The title stands above the excerpt already.
        texts = {
            pk: [line for line in f"{text}\n{later}".splitlines() if line != title]
            for pk, title, text, later in shown.values_list("pk", "title", "text", "later_text")
        }
        titles = [entry.title for entry in entries]
        self.marker = Marker(sought, [*titles, *(line for lines in texts.values() for line in lines)])
        self.excerpts: dict[int, SafeString] = {pk: self.marker.excerpt(lines) for pk, lines in texts.items()}
