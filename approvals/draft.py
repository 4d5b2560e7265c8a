"""A paper as it would be submitted now: what it says, who has signed it off, and all that keeps it from going."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from approvals import amending, pack, paper, sign_offs
from approvals.models import Decision
from approvals.reconciliation import Discrepancy
from approvals.sign_offs import Row
from grants import audit


@dataclass(frozen=True, slots=True)
class Draft:
    """The data of a paper that is not frozen, with its sign-offs and what is wrong with it."""

    paper: dict[str, Any]
    problems: list[Discrepancy]
    sign_offs: Sequence[Row]


def of(decision: Decision, *, at: datetime, version: int | None = None, trail_head: str = "") -> Draft:
    """The paper of a decision by the facts and limits of an instant, in a fixed number of queries."""
    said = paper.sources(decision, localtime(at).date())
    version = decision.packs.count() + 1 if version is None else version
    found = pack.contents(decision, said, version=version, at=at, trail_head=trail_head)
    stood = sign_offs.rows(decision, found)
    found["sign_offs"] = audit.plain(sign_offs.entries(stood))
    problems = [*paper.problems(said), *amending.problems(decision), *sign_offs.problems(decision, stood)]
    return Draft(found, problems, stood)
