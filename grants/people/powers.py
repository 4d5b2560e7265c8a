"""Transitions of power over accounts that decide: one administrator proposes, another confirms.

They are given a role that decides, a password link or another email address here and nowhere else. The person gets a
letter, at the address that they had.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from grants import audit, states
from grants.models import PowerProposal, User, new_references
from grants.people import mail, people
from grants.people.mail import Letter
from grants.people.people import Post
from grants.refusal import Refused
from grants.roles import Role
from grants.rounds import proposals as steps

# In this time, a person whose account somebody else asks for can say that they did not.
COOLING = timedelta(hours=24)
_Kind = PowerProposal.Kind

_LETTER = """{by} has proposed the following for your account {username}:

{what}

Reason: {reason}

Another administrator has to confirm it{when}. If you did not expect this, tell an administrator now.
"""


def proposals() -> QuerySet[PowerProposal]:
    """Return all proposals, the newest first, with the people that they name."""
    return PowerProposal.objects.select_related("person", "round", "proposed_by", "answered_by")


def propose_role(*, person: User, post: Post, by: User, at: datetime, reason: str) -> PowerProposal:
    """Propose a role that decides. Raises Refused as `people.must_be_possible` does, or if it is proposed already."""
    people.must_be_possible(person=person, post=post, by=by, at=at)
    terms = {"role": post.role, "round": post.round, "level": post.level}
    return _propose(PowerProposal(kind=_Kind.ROLE, person=person, **terms), by, at, reason)


def propose_password_link(*, person: User, by: User, at: datetime, reason: str) -> PowerProposal:
    """Propose a password link for a person who decides. Raises Refused where it is proposed already."""
    return _propose(PowerProposal(kind=_Kind.LINK, person=person), by, at, reason)


def propose_email(*, person: User, email: str, by: User, at: datetime, reason: str) -> PowerProposal:
    """Propose another email address for a person who decides. Raises Refused where one is proposed already."""
    return _propose(PowerProposal(kind=_Kind.EMAIL, person=person, email=email), by, at, reason)


@transaction.atomic
def _propose(proposal: PowerProposal, by: User, at: datetime, reason: str) -> PowerProposal:
    person = User.objects.select_for_update(no_key=True).get(pk=proposal.person_id)
    if person == by:
        raise Refused("You cannot propose this for yourself. Ask another administrator.")
    same = {name: getattr(proposal, name) for name in ("person", "kind", "role", "round")}
    if other := PowerProposal.objects.filter(**same, state=PowerProposal.State.PROPOSED).first():
        raise Refused(f"This is already proposed: {other.reference}. Another administrator has to answer it.")
    taken = PowerProposal.objects.values_list("reference", flat=True)
    proposal.reference = new_references("PWR", 1, taken)[0]
    proposal.reason, proposal.proposed_by, proposal.proposed_at = reason.strip(), by, at
    proposal.opens_at = _opens_at(proposal)
    proposal.save()
    audit.record("propose power", proposal, by=by, at=at, because=proposal.reason, facts=_facts(proposal))
    if person.email:
        mail.write([_letter(proposal, person)], at=at)
    return proposal


def _opens_at(proposal: PowerProposal) -> datetime:
    # Where nobody can sign in as the person yet, there is nobody whose account could be taken.
    cools = proposal.kind != _Kind.ROLE and proposal.person.has_usable_password()
    return proposal.proposed_at + COOLING if cools else proposal.proposed_at


def _facts(proposal: PowerProposal) -> dict[str, object]:
    """Return what the trail keeps of a proposal. Addresses are not in it."""
    facts: dict[str, object] = {"kind": proposal.kind, "person": proposal.person.username}
    return facts | (_post(proposal).facts() if proposal.kind == _Kind.ROLE else {})


def _post(proposal: PowerProposal) -> Post:
    return Post(Role(proposal.role), proposal.round, proposal.level)


def _letter(proposal: PowerProposal, person: User) -> Letter:
    text = _LETTER.format(
        by=proposal.proposed_by.name,
        username=person.username,
        what=proposal.get_kind_display(),
        reason=proposal.reason,
        when=f", which can happen after {COOLING // timedelta(hours=1)} hours"
        if proposal.opens_at > proposal.proposed_at
        else "",
    )
    return Letter(person, f"A proposal about your account: {proposal.reference}", text)


@transaction.atomic
def confirm_power(*, proposal: PowerProposal, by: User, at: datetime) -> tuple[str, str] | None:
    """Confirm a proposal, which takes effect at once. Return the two parts of the password link, if it is one.

    Raises Refused for whoever proposed it or is its person, before its time, and where it can no longer be done.
    """
    proposal = _locked(proposal, "confirm power")
    _must_be_a_second_person(proposal, by)
    # Asked again, as the person may have set a password since it was proposed.
    if at < max(proposal.opens_at, _opens_at(proposal)):
        raise Refused("It is too early to confirm this. The person must have time to object.")
    _answer(proposal, "confirm power", "", by, at)
    person, proposer = proposal.person, proposal.proposed_by
    if proposal.kind == _Kind.ROLE:
        post = _post(proposal)
        people.hold(person=person, post=post, by=proposer, confirmed_by=by, at=at, reason=proposal.reason)
    elif proposal.kind == _Kind.EMAIL:
        people.change_email(person=person, email=proposal.email, by=by, at=at, proposed_by=proposer)
    else:
        return people.make_password_link(person=person, by=by, at=at, proposed_by=proposer)
    return None


@transaction.atomic
def refuse_power(*, proposal: PowerProposal, by: User, at: datetime, reason: str) -> None:
    """Refuse a proposal. Raises Refused for whoever proposed it, who withdraws it, and for its person."""
    proposal = _locked(proposal, "refuse power")
    _must_be_a_second_person(proposal, by)
    _answer(proposal, "refuse power", reason, by, at)


@transaction.atomic
def withdraw_power(*, proposal: PowerProposal, by: User, at: datetime, reason: str) -> None:
    """Withdraw a proposal of one's own. Raises Refused for anybody else."""
    proposal = _locked(proposal, "withdraw power")
    steps.must_be_own(proposal, by)
    _answer(proposal, "withdraw power", reason, by, at)


def waiting() -> list[PowerProposal]:
    """Return every proposal that is not answered. A person has few, and few are open at once."""
    return list(proposals().filter(state=PowerProposal.State.PROPOSED))


def waiting_for(user: User) -> list[PowerProposal]:
    """Return the proposals that this administrator may answer as the second."""
    return [proposal for proposal in waiting() if user.pk not in (proposal.proposed_by_id, proposal.person_id)]


def of_person(person: User) -> list[PowerProposal]:
    """Return what is proposed for a person and not answered."""
    return list(proposals().filter(person=person, state=PowerProposal.State.PROPOSED))


def _locked(proposal: PowerProposal, verb: str) -> PowerProposal:
    proposal = proposals().select_for_update(of=("self",)).get(pk=proposal.pk)
    answer = proposal.get_state_display().lower()
    states.must_allow(proposal, verb, f"{proposal.reference} was already answered: {answer}.")
    return proposal


def _must_be_a_second_person(proposal: PowerProposal, by: User) -> None:
    if proposal.proposed_by_id == by.pk:
        raise Refused("You proposed this. Ask another administrator to confirm or refuse it.")
    if proposal.person_id == by.pk:
        raise Refused("This is about your own account. Ask another administrator to confirm or refuse it.")


def _answer(proposal: PowerProposal, verb: str, words: str, by: User, at: datetime) -> None:
    steps.answer(proposal, verb, words, by, at)
    audit.record(verb, proposal, by=by, at=at, because=proposal.answer, facts=_facts(proposal))
