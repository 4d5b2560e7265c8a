"""What all transitions of a proposal share: it is complete, another person answers it, and it is answered once.

Their models are made from `grants.models.proposals.Proposal`. The module of each says what happens to the money.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from django.db.models import QuerySet

from grants import audit, money, states
from grants.models import User, new_references
from grants.models.proposals import Proposal, Proposed
from grants.refusal import Refused
from grants.rounds import rounds

P = TypeVar("P", bound=Proposal)


def must_be_complete(amount: Decimal, reason: str) -> None:
    """Raise Refused at the field where an amount of more than £0 or a reason is missing."""
    if amount <= money.ZERO:
        raise Refused("Amount must be more than £0", field="amount")
    if not reason.strip():
        raise Refused("Enter the reason", field="reason")


def new_reference(model: type[Proposal], prefix: str) -> str:
    """Return a reference that no proposal of this kind has."""
    return new_references(prefix, 1, model._default_manager.values_list("reference", flat=True))[0]


def locked(rows: QuerySet[P], proposal: P, verb: str) -> P:
    """Return the proposal as it is stored now, locked after its round. Raises Refused where it has an answer."""
    round = rounds.lock(proposal.round)
    proposal = rows.select_for_update(of=("self",)).select_related("proposed_by").get(pk=proposal.pk)
    proposal.round = round
    answer = proposal.get_state_display().lower()
    states.must_allow(proposal, verb, f"{proposal.reference} was already answered: {answer}.")
    return proposal


def must_be_a_second_person(proposal: Proposal, verb: str, proposed: str, by: User, at: datetime) -> None:
    """Raise Refused where `by`, their deputy or the person they act for proposed it.

    `verb` is the answer, such as "confirm virement", and `proposed` the verb by which it was proposed.
    """
    ask = f"Ask somebody else to {verb.split()[0]} it."
    if proposal.proposed_by_id == by.pk:
        raise Refused(f"You proposed this. {ask}")
    if audit.had_a_hand(proposed, proposal, proposal.round, audit.acting_as(verb, by, proposal.round, at)):
        raise Refused(f"Your deputy, or the person you act for, proposed this. {ask}")


def must_not_be_own(proposal: Proposed, by: User) -> None:
    """Raise Refused where `by` proposed it: who proposed it withdraws it."""
    if proposal.proposed_by_id == by.pk:
        raise Refused("You proposed this. Withdraw it instead.")


def must_be_own(proposal: Proposed, by: User) -> None:
    """Raise Refused where somebody else proposed it: they refuse it."""
    if proposal.proposed_by_id != by.pk:
        raise Refused(f"{proposal.proposed_by.name} proposed this. Refuse it instead.")


def answer(proposal: Proposed, verb: str, words: str, by: User, at: datetime) -> None:
    """Store the answer to which the verb leads, with its reason in `words`, empty where it was taken."""
    states.move(proposal, verb)
    proposal.answer, proposal.answered_by, proposal.answered_at = words.strip(), by, at
    proposal.save(update_fields=["state", "answer", "answered_by", "answered_at"])
