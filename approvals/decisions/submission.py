"""A paper as it would be submitted now: what it says, who has signed it off, and all that keeps it from going."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from approvals.amendments import amending
from approvals.decisions import sign_offs
from approvals.decisions.sign_offs import Row
from approvals.models import Decision, DelegationRule
from approvals.paper import pack, sources
from approvals.paper.figures import known_of
from approvals.paper.sections import PARTS, Part
from approvals.prose import checking, figures
from approvals.prose.checking import Kind, Standing
from approvals.reconciliation.sums import Discrepancy
from grants import audit, money


@dataclass(frozen=True, slots=True)
class Draft:
    """The data of a paper that is not frozen, with its sign-offs and what is wrong with it."""

    paper: dict[str, Any]
    problems: list[Discrepancy]
    sign_offs: Sequence[Row]


def of(decision: Decision, *, at: datetime, version: int | None = None, trail_head: str = "") -> Draft:
    """The paper of a decision by the facts and limits of an instant, in a fixed number of queries."""
    said = sources.sources(decision, localtime(at).date())
    version = decision.packs.count() + 1 if version is None else version
    found = pack.contents(decision, said, version=version, at=at, trail_head=trail_head)
    stood = sign_offs.rows(decision, found)
    found["sign_offs"] = audit.plain(sign_offs.entries(stood))
    problems = [*faults(said), *amending.problems(decision), *sign_offs.problems(decision, stood)]
    return Draft(found, problems, stood)


def faults(said: sources.Sources) -> list[Discrepancy]:
    """What of a paper keeps it from being submitted: what does not reconcile, and what its prose gets wrong."""
    found: list[Discrepancy] = []
    if said.awards and said.limits[DelegationRule.Kind.GRANT] is None:
        missing = "No confirmed limit for grants is in force today."
        found.append(Discrepancy("limit", missing, money.ZERO, said.decision.reference))
    reference, known = said.decision.reference, known_of(said)
    for part in PARTS:
        text = said.texts.get(part.key, "").strip()
        if part.key == "commercial" and not said.contracts_asked():
            continue
        if not text:
            found.append(Discrepancy("section", f"“{part.heading}” is empty.", money.ZERO, f"{reference} {part.key}"))
        try:
            figures.fill(text, known.figures, known.links)
        except figures.UnknownFigure as unknown:
            found.append(Discrepancy("figure", f"“{part.heading}”: {unknown}.", money.ZERO, f"{reference} {part.key}"))
        for match in checking.check(text, known):
            if match.standing is Standing.UNMATCHED:
                found.append(_in_prose(part, text, match, reference))
    if not said.asked() and not said.noted() and not said.contracts_asked() and not said.early():
        found.append(
            Discrepancy("items", "There is nothing to decide: no grant and no contract.", money.ZERO, reference)
        )
    # What its writers can mend in the text comes before what the register has to settle.
    return [*found, *said.reconciliation.discrepancies]


def _in_prose(part: Part, text: str, match: checking.Match, reference: str) -> Discrepancy:
    """What is wrong in a section, in words: the section, what it says, why that is wrong, and where it stands."""
    typed = match.typed
    link = ", which " if match.kind is not Kind.CLAIM else ". That "
    message = f"“{part.heading}” says {typed.text}{link}{match.says}. It stands in {checking.place(text, typed)}."
    value = typed.value if match.kind is Kind.MONEY and typed.value is not None else money.ZERO
    return Discrepancy("prose", message, value.quantize(money.PENNY), f"{reference} {part.key}")
