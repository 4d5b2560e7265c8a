"""Transitions of deputies: who decides or approves names somebody who may do it between two days. The only writer.

A deputy names no deputy: what was delegated to one person is not passed on (delegatus non potest delegare).
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localtime

from grants import audit
from grants.models import RoleHolding, User
from grants.refusal import Refused
from grants.roles import Role

# The roles that decide on money, whose holders may be away.
DEPUTISED = (Role.LEAD, Role.DMPC)
# Who gives power, and who looks at its use, holds none.
NEVER = (Role.ADMINISTRATOR, Role.AUDITOR)


@transaction.atomic
def name_deputy(
    *, holding: RoleHolding, person: User, starts_on: date, ends_on: date, reason: str, by: User, at: datetime
) -> RoleHolding:
    """Let somebody act in one's own role, from one day to another, both included.

    Raises Refused where the role is not one's own or is held as a deputy, where the days are out of order or past,
    and for a person who administers or audits, holds the role already or is the deputy on one of these days.
    """
    holding = RoleHolding.objects.select_for_update(of=("self",)).select_related("user", "round").get(pk=holding.pk)
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    today = localtime(at).date()
    if holding.through_id:
        raise Refused("You hold this role as a deputy. A deputy names no deputy.", field="holding")
    if holding.user_id != by.pk or holding.ended_at or holding.role not in DEPUTISED:
        raise Refused("A deputy is named by who holds the role, for as long as they hold it.", field="holding")
    if ends_on < starts_on:
        raise Refused("The last day must be on or after the first", field="ends_on")
    if ends_on < today:
        raise Refused("The last day must not be in the past", field="ends_on")
    current = RoleHolding.objects.filter(user=person, ended_at=None)
    if person == by or not person.is_active or current.filter(role__in=NEVER).exists():
        raise Refused("Choose somebody else, who is no administrator and no auditor", field="person")
    if current.filter(role=holding.role, round=holding.round, through=None).exists():
        raise Refused(f"{person.name} holds this role already", field="person")
    overlapping = current.filter(through=holding, starts_on__lte=ends_on, ends_on__gte=starts_on)
    if overlapping.exists():
        raise Refused(f"{person.name} is your deputy on some of these days already", field="person")
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
    """End a deputy's part before its last day. Raises Refused for one that has ended or is somebody else's to end."""
    deputy = (
        RoleHolding.objects.select_for_update(of=("self",)).select_related("user", "round", "through").get(pk=deputy.pk)
    )
    if deputy.through is None or deputy.through.user_id != by.pk:
        raise Refused("Only who named a deputy ends it")
    if deputy.ended_at:
        raise Refused("This has ended already")
    deputy.ended_at = at
    deputy.save(update_fields=["ended_at"])
    facts = {"role": deputy.role, "round": _where(deputy)}
    audit.record("end deputation", deputy.user, round=deputy.round, by=by, at=at, because=reason, facts=facts)


def _where(holding: RoleHolding) -> str:
    return holding.round.reference if holding.round else "all rounds"
