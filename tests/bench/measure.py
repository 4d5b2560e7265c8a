"""Measure each page against the empty page of the same person: its cost, its queries and how it grows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from django.test.runner import DiscoverRunner
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import include, path, reverse
from django.utils import timezone
from django.utils.http import urlencode

from bids.models import Export
from grants.models import User
from tests.bench import grants, imports
from tests.bench.rounds import Built, Size, build

REPEATS = 25
EMPTY = "/empty/"
# The first size is what the aims are measured at; each of the others varies one dimension.
SIZES = [
    Size(83),
    Size(830),
    Size(8300),
    Size(83, members=12),
    Size(83, criteria=14),
    Size(83, closed=False),
    Size(830, closed=False),
    Size(8300, closed=False),
    Size(83, criteria=14, closed=False),
]
# Times a page may take more than at 83 bids, since a busy machine measures unevenly.
GROWTH = 1.5


# What is searched for: a word that a third of the bids have, one that all have in their title, a rare one, several
# words, and two letters.
SEARCHES = ("crime", "project", "zodiac", "crime project 7", "pr")


@dataclass(frozen=True, slots=True)
class Aim:
    """What a page may cost: queries, times the CPU of the empty page, and milliseconds at every size.

    None where that is not watched. A page with an aim in milliseconds may grow.
    """

    queries: int
    ratio: float | None
    milliseconds: float | None = None


AIMS = {
    "ranking": Aim(12, 8),
    "scorecard": Aim(12, 4),
    "export of scores": Aim(5, None),
    "how firm": Aim(15, None),
    "list of own bids": Aim(15, None),
    "panel": Aim(20, None),
    **{f"search: {words}": Aim(15, None, 100) for words in SEARCHES},
}


@dataclass(frozen=True, slots=True)
class Cost:
    """A page's median CPU and time in milliseconds, its CPU as times the empty page's, and its queries."""

    cpu: float
    wall: float
    ratio: float
    queries: int


def empty(request: HttpRequest) -> HttpResponse:
    """The base template and nothing in it, for the person who is signed in."""
    return render(request, "base.html")


urlpatterns = [path("empty/", empty), path("", include("grants.urls"))]


def pages(built: Built, size: Size) -> Iterator[tuple[str, User, str]]:
    """The pages that a round of this state has, each with who asks for it."""
    round = built.round.reference
    if size.closed:
        now, reference = timezone.now(), f"EXP-{built.round.pk}"
        made = Export.objects.create(
            round=built.round, reference=reference, kind="csv", asked_by=built.chair, asked_at=now
        )
        yield "ranking", built.chair, reverse("bids:ranking", args=[round])
        yield "how firm", built.chair, reverse("bids:insight", args=[round])
        yield "export of scores", built.chair, reverse("bids:scores_file", args=[made.reference])
    else:
        yield "scorecard", built.member, reverse("bids:score", args=[built.open_bid.reference])
        yield "list of own bids", built.member, reverse("bids:scoring", args=[round])
        yield "panel", built.chair, reverse("bids:panel", args=[round])
        for words in SEARCHES:
            yield f"search: {words}", built.chair, f"{reverse('bids:bids', args=[round])}?{urlencode({'q': words})}"


def cost(user: User, address: str, repeats: int) -> Cost:
    """Return the cost of a page, from `repeats` requests for it and for the empty page in turn.

    They alternate, so that other work on the machine slows both alike.
    """
    client = Client()
    client.force_login(user)
    _read(client, EMPTY)
    with CaptureQueriesContext(connection) as captured:
        _read(client, address)
        # Counted here: the next request empties the log.
        queries = len(captured)
    own, wall, blank = [], [], []
    for _ in range(repeats):
        blank.append(_read(client, EMPTY)[0])
        cpu, elapsed = _read(client, address)
        own.append(cpu)
        wall.append(elapsed)
    middle = statistics.median
    return Cost(middle(own), middle(wall), middle(own) / middle(blank), queries)


def _read(client: Client, address: str) -> tuple[float, float]:
    """Fetch a page to its end: its CPU and its time, in milliseconds."""
    began, began_cpu = time.perf_counter(), time.process_time()
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    if answer.streaming:
        for _ in answer.streaming_content:
            pass
    return (time.process_time() - began_cpu) * 1000, (time.perf_counter() - began) * 1000


def run() -> int:
    """Build, measure and print; 0 where every aim is met."""
    runner = DiscoverRunner(verbosity=0, interactive=False)
    connection.settings_dict["TEST"]["NAME"] = "bench_grants"
    databases = runner.setup_databases()
    try:
        with override_settings(ROOT_URLCONF="tests.bench.measure"):
            missed = [*_measure(), *grants.run()]
    finally:
        runner.teardown_databases(databases)
    print("\n".join(["", *(f"MISSED: {each}" for each in missed)]) if missed else "\nEvery aim is met.")
    return 1 if missed else 0


def _measure() -> list[str]:
    missed, first = [*imports.misses()], {}
    print(f"{'page':24}{'round':46}{'queries':>8}{'CPU ms':>9}{'time ms':>9}{'x empty':>9}{'growth':>8}")
    for number, size in enumerate(SIZES, start=1):
        built = build(size, number)
        for name, user, address in pages(built, size):
            # A file grows with its rows, so a long one is fetched once.
            measured = cost(user, address, 1 if name == "export of scores" and size.bids > 830 else REPEATS)
            base = first.setdefault(name, measured)
            growth = measured.ratio / base.ratio
            figures = f"{measured.queries:8}{measured.cpu:9.1f}{measured.wall:9.1f}{measured.ratio:9.1f}{growth:8.2f}"
            print(f"{name:24}{size.name:46}{figures}", flush=True)
            missed += [f"{name} of {size.name}: {miss}" for miss in _misses(name, size, measured, base, growth)]
    return missed


def _misses(name: str, size: Size, measured: Cost, base: Cost, growth: float) -> Iterator[str]:
    aim = AIMS[name]
    if measured.queries > aim.queries:
        yield f"{measured.queries} queries, at most {aim.queries} wanted"
    if measured.queries != base.queries:
        yield f"{measured.queries} queries, {base.queries} at 83 bids"
    if aim.ratio is not None and size.is_plain and measured.ratio > aim.ratio:
        yield f"{measured.ratio:.1f} times the empty page, at most {aim.ratio} wanted"
    if aim.milliseconds is not None and measured.wall > aim.milliseconds:
        yield f"{measured.wall:.0f} ms, at most {aim.milliseconds:.0f} ms wanted"
    if name != "export of scores" and aim.milliseconds is None and size.is_plain and growth > GROWTH:
        yield f"grows {growth:.2f} times from 83 bids"
