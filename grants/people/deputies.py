"""Transitions of deputies: a person who decides or approves names somebody to act for them between two dates.

These are the only writers. A deputy cannot name a deputy, because delegated power may not be delegated again
(delegatus non potest delegare).
"""

from datetime import date, datetime

from django.db import transaction

from grants import audit
from grants.days import day_of
from grants.models import RoleHolding, User
from grants.refusal import Refused
from grants.roles import Role

# The roles that decide on money. Their holders may be away.
DEPUTISED = (Role.LEAD, Role.DMPC)
# People who give power or audit its use must not hold it.
NEVER = (Role.ADMINISTRATOR, Role.AUDITOR)


@transaction.atomic
def name_deputy(
    *, holding: RoleHolding, person: User, starts_on: date, ends_on: date, reason: str, by: User, at: datetime
) -> RoleHolding:
    """Let a person act in a role of `by`, from one day to another, both included.

    Raises Refused if `by` does not hold the role or holds it as a deputy, if the dates are out of order or past, and if
    the person is an administrator or auditor, holds the role already or is the deputy on one of these days.
    """
    holding = RoleHolding.objects.select_for_update(of=("self",)).select_related("user", "round").get(pk=holding.pk)
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    today = day_of(at)
    if holding.through_id:
        raise Refused("You hold this role as a deputy. A deputy cannot name a deputy", field="holding")
    if holding.user_id != by.pk or holding.ended_at or holding.role not in DEPUTISED:
        raise Refused("You can only name a deputy for a role that you hold now", field="holding")
    if ends_on < starts_on:
        raise Refused("The last day must be on or after the first", field="ends_on")
    if ends_on < today:
        raise Refused("The last day must be today or later", field="ends_on")
    current = RoleHolding.objects.filter(user=person, ended_at=None)
    if person == by or not person.is_active or current.filter(role__in=NEVER).exists():
        raise Refused("Choose another person, who is not an administrator or auditor", field="person")
    if current.filter(role=holding.role, round=holding.round, through=None).exists():
        raise Refused(f"{person.name} already holds this role", field="person")
    overlapping = current.filter(through=holding, starts_on__lte=ends_on, ends_on__gte=starts_on)
    if overlapping.exists():
        raise Refused(f"{person.name} is already your deputy on some of these days", field="person")
    deputy = RoleHolding.objects.create(
        user=person,
        role=holding.role,
        round=holding.round,
        through=holding,
        starts_on=starts_on,
        ends_on=ends_on,
        given_by=by,
        given_at=at,
    )
    facts = {"role": holding.role, "from": starts_on, "until": ends_on, "round": _where(holding)}
    audit.record("name deputy", person, round=holding.round, by=by, at=at, because=reason, facts=facts)
    return deputy


@transaction.atomic
def end_deputation(*, deputy: RoleHolding, reason: str, by: User, at: datetime) -> None:
    """End a deputy's role before its last day.

    Raises Refused if it has ended already, or if `by` did not name the deputy.
    """
    deputy = (
        RoleHolding.objects.select_for_update(of=("self",)).select_related("user", "round", "through").get(pk=deputy.pk)
    )
    if deputy.through is None or deputy.through.user_id != by.pk:
        raise Refused("Only the person who named this deputy can end it")
    if deputy.ended_at:
        raise Refused("This deputy’s role has already ended")
    deputy.ended_at = at
    deputy.save(update_fields=["ended_at"])
    facts = {"role": deputy.role, "round": _where(deputy)}
    audit.record("end deputation", deputy.user, round=deputy.round, by=by, at=at, because=reason, facts=facts)


def _where(holding: RoleHolding) -> str:
    return holding.round.reference if holding.round else "all rounds"
