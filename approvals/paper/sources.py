"""The register of a round as a paper reads it, once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from approvals.amendments import amending
from approvals.models import Award, Decision, DecisionRecord, DelegationRule, PaperItem, SingleTenderAction
from approvals.paper.appendices import paid_early, was
from approvals.prose import elsewhere
from approvals.prose.elsewhere import Source
from approvals.reconciliation import position, sums
from approvals.reconciliation.facts import BidEntry, Position
from approvals.reconciliation.sums import Reconciliation
from approvals.routing import limits as rules
from approvals.routing import withheld
from approvals.routing.facts import RouteFacts
from approvals.routing.withheld import Names
from grants import money


@dataclass(frozen=True)
class Sources:
    """The register of a round as a paper needs it, read once."""

    decision: Decision
    awards: Sequence[Award]
    contracts: Sequence[SingleTenderAction]
    limits: dict[str, DelegationRule | None]
    texts: dict[str, str]
    # Where the figures of the texts that the register does not hold come from.
    figure_sources: Sequence[Source]
    reconciliation: Reconciliation
    position: Position
    # The items of the round that were neither refused nor withdrawn, in the order in which they were asked for.
    items: Sequence[PaperItem] = ()
    # The amount of each grant or contract in the newest earlier paper that reported it, by reference.
    earlier: Mapping[str, str] = field(default_factory=dict)
    # The amount paid before approval in the newest earlier paper that reported it, by reference.
    reported_early: Mapping[str, str] = field(default_factory=dict)
    # What tells who the recipients are that nothing published may name.
    withheld: Names = field(default_factory=Names)

    @property
    def bids(self) -> Sequence[BidEntry]:
        return self.position.bids

    def routed(self, route: str) -> list[Award]:
        return [award for award in self.awards if award.route == route]

    def asked(self) -> list[Award]:
        """Return the grants that wait for the decider of this paper, without those that an earlier paper settled.

        Where the scheme has several levels, each grant is in the papers of its own level. A grant that this paper
        changes is in it whatever its level, so that the checks can say which level has to decide it.
        """
        return self._asked

    @cached_property
    def _asked(self) -> list[Award]:
        waiting = (Award.State.ROUTED, Award.State.DEFERRED)
        return [award for award in self.routed(Award.Route.DMPC) if award.state in waiting and self._is_here(award)]

    def _is_here(self, award: Award) -> bool:
        rule = self.limits[DelegationRule.Kind.GRANT]
        if rule is None or not rule.further:
            # With one level, or none, every grant for decision is in every paper.
            return True
        facts = RouteFacts.read(award.routed_as)
        if was(award) is not None or facts is None:
            return True
        return self._goes_to(facts.decider, DelegationRule.Kind.GRANT)

    def _goes_to(self, decider: str, kind: str) -> bool:
        """Return whether what this level decides, by the limit of a kind, is in this paper."""
        rule = self.limits[kind]
        levels = rule.deciders if rule else []
        # The checks name what stands in a paper that goes to nobody who decides such things.
        return decider not in levels or self.decision.decision_by == decider or self.decision.decision_by not in levels

    def noted(self) -> list[Award]:
        """Return the delegated grants that no earlier paper has reported at their current amount."""
        return self._noted

    @cached_property
    def _noted(self) -> list[Award]:
        return [award for award in self.routed(Award.Route.DELEGATED) if not self._reported(award)]

    def _reported(self, thing: Award | SingleTenderAction) -> bool:
        return self.earlier.get(thing.reference) == money.text(thing.amount)

    def early(self) -> list[Award]:
        """Return the grants paid before approval: those of this paper, and any that no earlier paper reported."""
        here = {award.reference for award in [*self.asked(), *self.noted()]}
        return [
            award
            for award in self.awards
            if (paid := paid_early(award))
            and (award.reference in here or self.reported_early.get(award.reference) != money.text(paid))
        ]

    def items_asked(self) -> list[PaperItem]:
        """Return the items that this paper asks for: its own, and those that an earlier decision deferred."""
        own, states = self.decision.pk, PaperItem.State
        return [
            item
            for item in self.items
            if item.state == states.DEFERRED or (item.state == states.ASKED and item.decision_id == own)
        ]

    def contracts_asked(self) -> list[SingleTenderAction]:
        """Return the contracts that wait for the decider of this paper, and the delegated ones not reported yet."""
        return [
            contract
            for contract in self.contracts
            if (self._waits(contract) if contract.route == Award.Route.DMPC else not self._reported(contract))
        ]

    def _waits(self, contract: SingleTenderAction) -> bool:
        waiting = (SingleTenderAction.State.PROPOSED, SingleTenderAction.State.DEFERRED)
        return contract.state in waiting and self._goes_to(contract.decider, DelegationRule.Kind.EXEMPTION)


def sources(decision: Decision, day: date) -> Sources:
    """Read all that the paper of a decision rests on, in a fixed number of queries."""
    round = decision.round
    written = decision.sections.values_list("key", "text", "figure_sources")
    awards = amending.as_amended(decision, position.grants_of(round), day)
    stands = position.position(round, day, awards)
    records = DecisionRecord.objects.filter(decision__round=round).exclude(decision=decision).order_by("pk")
    signed = [json.loads(text) for text in records.values_list("pack__canonical", flat=True)]
    return Sources(
        decision=decision,
        earlier={
            entry["reference"]: entry["amount"]
            for paper in signed
            for part in ("appendix_2", "contracts")
            for entry in paper[part]
        },
        reported_early={
            entry["reference"]: entry["amount"]
            for paper in signed
            for entry in paper.get("paid_early", _printed_early(paper))
        },
        awards=[withheld.masked(award) for award in awards if award.state != Award.State.REFUSED],
        contracts=list(SingleTenderAction.objects.live().filter(round=round).select_related("supplier")),
        limits=rules.rules_on(round, day),
        texts={key: text for key, text, _ in written},
        figure_sources=[source for *_, stored in written for source in elsewhere.read(stored)],
        reconciliation=sums.reconcile(stands),
        position=stands,
        items=list(PaperItem.objects.in_force().filter(decision__round=round).select_related("income")),
        withheld=withheld.names_of(round),
    )


def _printed_early(paper: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the early payments in the appendices of an older paper that does not list them separately."""
    entries = [*paper["appendix_1"], *paper["appendix_2"]]
    return [{"reference": each["reference"], "amount": each["paid_early"]} for each in entries if each["paid_early"]]
