"""Run by test_allocation.py through manage.py shell: two leads at once agree bids of which only one fits.

Prints in how many rounds the allocation was over-committed. `CONTROL` takes the lock of the round away.
"""

import os
import threading
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from approvals.review import reviewing
from approvals.routing import commitments
from grants.models import Round
from grants.refusal import Refused
from grants.roles import Role
from grants.rounds import rounds
from tests import factories

ROUNDS = int(os.environ["ROUNDS"])


def meeting(check: Any, barrier: threading.Barrier) -> Any:
    """The check of the allocation, after which both wait for each other: the worst moment, made certain."""

    def checked(*args: Any, **kwargs: Any) -> None:
        check(*args, **kwargs)
        try:
            barrier.wait(timeout=0.2)
        except threading.BrokenBarrierError:
            return

    return checked


def agree(bid: Any, lead: Any) -> None:
    try:
        reviewing.review(bid=bid, amount=bid.amount, by=lead, at=timezone.now())
    except Refused:
        pass
    finally:
        connection.close()


def over_committed() -> bool:
    round = factories.open_round(allocation=Decimal("200000.00"))
    lead = factories.person(Role.LEAD, round=round)
    bids = [factories.bid(round, amount=Decimal("60000.00")) for _ in range(2)]
    for bid in bids:
        factories.outcome(bid)
    real = commitments.must_fit
    commitments.must_fit = meeting(real, threading.Barrier(2))
    try:
        workers = [threading.Thread(target=agree, args=(bid, lead)) for bid in bids]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        commitments.must_fit = real
    return commitments.committed(round) > round.allocation


if "CONTROL" in os.environ:
    rounds.lock = lambda round: Round.objects.get(pk=round.pk)
print("over-committed:", sum(over_committed() for _ in range(ROUNDS)))
