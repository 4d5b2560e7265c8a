"""Transitions of people and roles: the only writers of either."""

from datetime import datetime

from django.contrib.auth import password_validation
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.timezone import localtime

from grants import audit
from grants.models import RoleHolding, Round, User
from grants.refusal import Refused
from grants.roles import Role


@transaction.atomic
def add_person(*, username: str, name: str, unit: str, by: User, at: datetime, email: str = "") -> User:
    """Add somebody who can sign in once they have set a password by their link."""
    if User.objects.filter(username=username).exists():
        raise Refused(f"There is somebody with the user name {username} already", field="username")
    person = User.objects.create_user(username, name=name, unit=unit, email=email)
    audit.record("add person", person, by=by, at=at, facts={"name": name, "unit": unit})
    return person


@transaction.atomic
def add_administrator(*, username: str, name: str, at: datetime) -> User:
    """Add the first administrator, from the command line of the machine.

    Raises Refused where there is an administrator already: from then on, only people give roles.
    """
    if RoleHolding.objects.filter(role=Role.ADMINISTRATOR).exists():
        raise Refused("There is an administrator already. They add people on the page People.")
    person = User.objects.create_user(username, name=name)
    holding = RoleHolding.objects.create(user=person, role=Role.ADMINISTRATOR, given_at=at)
    audit.record_first_administrator(holding, at=at)
    return person


@transaction.atomic
def give_role(
    *, person: User, role: Role, by: User, at: datetime, reason: str, round: Round | None = None
) -> RoleHolding:
    """Give a role in one round, or without one in all of them.

    Raises Refused where it would be one's own, is held already, or would join the administrator's role with one
    that scores, decides or checks: who gives power must not hold it.
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    # A deputy's part that is over bars nothing.
    current = RoleHolding.objects.filter(user=person, ended_at=None).exclude(ends_on__lt=localtime(at).date())
    if person == by:
        raise Refused("Nobody gives themselves a role. Ask another administrator.")
    if current.filter(role=role, round=round, through=None).exists():
        raise Refused(f"{person.name} holds this role already", field="role")
    other = (
        current.exclude(role=Role.ADMINISTRATOR)
        if role == Role.ADMINISTRATOR
        else current.filter(role=Role.ADMINISTRATOR)
    )
    if other.exists():
        raise Refused("An administrator holds no other role, so that nobody gives power to themselves.", field="role")
    holding = RoleHolding.objects.create(user=person, role=role, round=round, given_by=by, given_at=at)
    facts = {"role": role, "round": round.reference if round else "all rounds"}
    audit.record("give role", person, by=by, at=at, because=reason, facts=facts)
    return holding


@transaction.atomic
def end_role(*, holding: RoleHolding, by: User, at: datetime, reason: str) -> None:
    """End a role from now on; what was done in it stays. Raises Refused for one that has ended."""
    holding = RoleHolding.objects.select_for_update(of=("self",)).select_related("user", "round").get(pk=holding.pk)
    if holding.ended_at:
        raise Refused("This role has ended already")
    if holding.user == by:
        raise Refused("Nobody ends their own role. Ask another administrator.")
    holding.ended_at = at
    holding.save(update_fields=["ended_at"])
    facts = {"role": holding.role, "round": holding.round.reference if holding.round else "all rounds"}
    audit.record("end role", holding.user, by=by, at=at, because=reason, facts=facts)


@transaction.atomic
def change_email(*, person: User, email: str, by: User, at: datetime) -> None:
    """Set where a person's letters go. The trail says that it changed, and no address."""
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    person.email = email
    person.save(update_fields=["email"])
    audit.record("change email", person, by=by, at=at)


def password_link(person: User) -> tuple[str, str]:
    """The two parts of a one-time link by which a person sets their password. It ends when used, or after 3 days."""
    return urlsafe_base64_encode(force_bytes(person.pk)), default_token_generator.make_token(person)


@transaction.atomic
def make_password_link(*, person: User, by: User, at: datetime) -> tuple[str, str]:
    """The link for a person, made by an administrator and recorded, so that a change of password leads to its maker."""
    audit.record("make password link", person, by=by, at=at)
    return password_link(person)


def person_of_link(uid: str, token: str) -> User | None:
    """Who a link belongs to, or None where it is used, too old or made up."""
    try:
        person = User.objects.get(pk=int(urlsafe_base64_decode(uid)), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        return None
    return person if default_token_generator.check_token(person, token) else None


@transaction.atomic
def set_password(*, person: User, password: str, at: datetime) -> None:
    """Set a password. Raises Refused, naming the rule that it breaks."""
    try:
        password_validation.validate_password(password, person)
    except ValidationError as wrong:
        raise Refused(" ".join(wrong.messages), field="password") from None
    person.set_password(password)
    person.save(update_fields=["password"])
    audit.record_own("set password", person, at=at)
