"""The organisations of a round that a search finds, by any of their names or their register number."""

from __future__ import annotations

from dataclasses import dataclass

from approvals.families.workbench import Workbench, names_of
from grants import search
from grants.marking import Marker
from grants.models import Organisation
from grants.search import Sought


@dataclass(frozen=True, slots=True)
class Row:
    """An organisation with its other names, and how many bids it has in the round."""

    body: Organisation
    other_names: tuple[str, ...]
    bids: int


class Hits:
    """What was hit in organisations: their names and numbers."""

    def __init__(self, sought: Sought) -> None:
        self.marker = Marker(sought)


def organisations(bench: Workbench, sought: Sought | None) -> list[Row]:
    """Return the organisations of the round, or those that a search finds, by name."""
    bodies = list(bench.bodies.values())
    if sought:
        matching = set(search.organisations(sought).filter(pk__in=[body.pk for body in bodies]).values_list("pk"))
        bodies = [body for body in bodies if (body.pk,) in matching]
    return [
        Row(body, tuple(name for name in names_of(body) if name != body.name), len(bench.bids_of(body)))
        for body in sorted(bodies, key=lambda body: body.name.casefold())
    ]
