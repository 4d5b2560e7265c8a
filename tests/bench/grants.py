"""Measure what leads do with many grants: the calls that route and approve them, and the pages that list them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from approvals.models import Award
from approvals.routing import approving, awards
from grants import audit
from grants.models import User
from tests.bench import awarding
from tests.bench.awarding import Built, Size

# The first size is what the numbers of queries are compared with; each of the others varies one dimension.
SIZES = [Size(83), Size(830), Size(8300), Size(83, years=3), Size(83, paragraphs=10)]
ROUNDS = 60
APPROVED = 30
# In seconds, by the number of grants.
SECONDS = {
    "route": {830: 1.0, 8300: 10.0},
    "approve 30": {830: 1.0},
}
# What a page may take, at any size.
PAGE = 2.0
PAGES = ("routes", "approvals", "families", "organisations", "reconciliation", "what_if")
HOME_QUERIES = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call or a page took: seconds, CPU seconds, queries, and the length of the page in bytes."""

    wall: float
    cpu: float
    queries: int
    length: int = 0


def measured(call: Callable[[], int | None]) -> Cost:
    """Return the cost of a call, which returns the length of the page that it made, if it made one."""
    with CaptureQueriesContext(connection) as captured:
        began, began_cpu = time.perf_counter(), time.process_time()
        length = call()
        wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
        queries = len(captured)
    return Cost(wall, cpu, queries, length or 0)


def costs(built: Built) -> Iterator[tuple[str, Cost]]:
    """Route and approve the grants of a round, then open its pages, and yield the cost of each."""
    yield "route", measured(partial(_route, built))
    Award.objects.filter(round=built.round).exclude(warning="").update(warning_cleared="They are unlike")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    waiting = list(Award.objects.filter(round=built.round, route="delegated", state=Award.State.ROUTED)[:APPROVED])
    yield "approve 30", measured(partial(_approve, built, waiting))
    client = Client()
    client.force_login(built.approver)
    _read(client, "/")
    for name in PAGES:
        address = reverse(f"approvals:{name}", args=[built.round.reference])
        yield name, measured(partial(_read, client, address))
    draft = reverse("approvals:decision", args=[built.paper.reference])
    yield "draft", measured(partial(_read, client, draft))


def _route(built: Built) -> None:
    awards.route_awards(round=built.round, by=built.lead, at=timezone.now())


def _approve(built: Built, waiting: list[Award]) -> None:
    approving.approve_awards(
        awards=waiting, reason="Below the limit", conditions="Report", by=built.approver, at=timezone.now()
    )


def _read(client: Client, address: str) -> int:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return len(answer.content)


def run() -> Iterator[str]:
    """Build each size, print what everything costs, and yield each aim that is missed."""
    print(f"\n{'of grants':18}{'round':46}{'queries':>8}{'CPU s':>9}{'time s':>9}{'kB':>9}")
    first: dict[str, Cost] = {}
    for number, size in enumerate(SIZES, start=1):
        for name, cost in costs(awarding.build(size, number)):
            _print(name, size.name, cost)
            base = first.setdefault(name, cost)
            most = SECONDS[name].get(size.grants) if name in SECONDS else PAGE
            if most is not None and cost.wall > most:
                yield f"{name} of {size.name}: {cost.wall:.1f} s, at most {most:.0f} s wanted"
            # Each thousand of grants takes a statement more that writes them, and one that writes their events.
            further = 2 * (size.grants // audit.BATCH) if name == "route" else 0
            if cost.queries > base.queries + further:
                yield f"{name} of {size.name}: {cost.queries} queries, {base.queries} at {SIZES[0].grants} grants"
    yield from _home()


def _home() -> Iterator[str]:
    """Measure the home page of a lead of many rounds."""
    lead: User = awarding.lead_of([awarding.build(Size(3), 100 + number).round for number in range(ROUNDS)])
    client = Client()
    client.force_login(lead)
    _read(client, "/")
    cost = measured(partial(_read, client, "/"))
    _print("home of a lead", f"{ROUNDS} rounds", cost)
    if cost.queries > HOME_QUERIES:
        yield f"home of a lead of {ROUNDS} rounds: {cost.queries} queries, at most {HOME_QUERIES} wanted"


def _print(name: str, size: str, cost: Cost) -> None:
    figures = f"{cost.queries:8}{cost.cpu:9.2f}{cost.wall:9.2f}{cost.length / 1000:9.0f}"
    print(f"{name:18}{size:46}{figures}", flush=True)
