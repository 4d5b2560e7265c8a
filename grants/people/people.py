"""Transitions of people and roles: the only writers of either."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import password_validation
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from grants import audit
from grants.days import day_of
from grants.models import RoleHolding, Round, User
from grants.people import signing_in
from grants.people.signing_in import Origin
from grants.refusal import Refused
from grants.roles import DECIDING, Role

# Two are needed wherever one proposes and another confirms.
_FIRST_ADMINISTRATORS = 2


@transaction.atomic
def add_person(*, username: str, name: str, unit: str, by: User, at: datetime, email: str = "") -> User:
    """Add a person, who can sign in once they have set a password through their link.

    Raises Refused if the user name is taken.
    """
    if User.objects.filter(username=username).exists():
        raise Refused(f"The user name {username} is taken. Choose another", field="username")
    person = User.objects.create_user(username, name=name, unit=unit, email=email)
    audit.record("add person", person, by=by, at=at, facts={"name": name, "unit": unit})
    return person


@dataclass(frozen=True, slots=True)
class Post:
    """A role in one round, or in all rounds if `round` is None.

    `level` names the level of the scheme at which a person decides, such as a committee; empty for every level.
    """

    role: Role
    round: Round | None = None
    level: str = ""

    def facts(self) -> dict[str, Any]:
        """Return the post as the trail records it."""
        where = self.round.reference if self.round else "all rounds"
        return {"role": self.role, "round": where, **({"level": self.level} if self.level else {})}


def decides(person: User) -> bool:
    """Return whether a person holds a role that decides, in any round, themselves or as a deputy."""
    return RoleHolding.objects.filter(user=person, ended_at=None, role__in=DECIDING).exists()


@transaction.atomic
def add_administrator(*, username: str, name: str, at: datetime) -> User:
    """Add one of the first two administrators, from the command line.

    Raises Refused if there are two: from then on, only people give roles, and this one takes both.
    """
    held = RoleHolding.objects.filter(role=Role.ADMINISTRATOR, ended_at=None, user__is_active=True)
    if held.values("user").distinct().count() >= _FIRST_ADMINISTRATORS:
        raise Refused("There are already two administrators. Ask them to add you on the People page.")
    person = User.objects.create_user(username, name=name)
    holding = RoleHolding.objects.create(user=person, role=Role.ADMINISTRATOR, given_at=at)
    audit.record_first_administrator(holding, at=at)
    return person


@transaction.atomic
def give_role(
    *, person: User, role: Role, by: User, at: datetime, reason: str, round: Round | None = None, level: str = ""
) -> RoleHolding:
    """Give a person a role in one round, or in all rounds if `round` is None.

    Raises Refused where `must_be_possible` does, and for a role that decides: `powers` gives those, by two people.
    """
    if role in DECIDING:
        raise Refused("This role decides, so another administrator has to confirm it", field="role")
    return hold(person=person, post=Post(role, round, level), by=by, confirmed_by=None, at=at, reason=reason)


@transaction.atomic
def give_role_at_opening(*, person: User, post: Post, by: User, at: datetime, reason: str) -> RoleHolding:
    """Give any role as the operator, who opens a round from its folder. Raises Refused as `must_be_possible` does."""
    return hold(person=person, post=post, by=by, confirmed_by=None, at=at, reason=reason)


def hold(*, person: User, post: Post, by: User, confirmed_by: User | None, at: datetime, reason: str) -> RoleHolding:
    """Write the role of a person in the caller's transaction. Raises Refused as `must_be_possible` does."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    must_be_possible(person=person, post=post, by=by, at=at)
    holding = RoleHolding.objects.create(
        user=person,
        role=post.role,
        round=post.round,
        level=post.level,
        given_by=by,
        confirmed_by=confirmed_by,
        given_at=at,
    )
    audit.record("give role", person, by=confirmed_by or by, at=at, because=reason, facts=post.facts())
    return holding


def must_be_possible(*, person: User, post: Post, by: User, at: datetime) -> None:
    """Raise Refused where a person cannot be given a role.

    `by` is that person, or they hold the role already, or it would combine the administrator's role with any other:
    nobody who gives power may hold it.
    """
    # A deputy's role whose last day has passed does not count as held.
    current = RoleHolding.objects.filter(user=person, ended_at=None).exclude(ends_on__lt=day_of(at))
    if person == by:
        raise Refused("You cannot give yourself a role. Ask another administrator.")
    if current.filter(role=post.role, round=post.round, through=None).exists():
        raise Refused(f"{person.name} already holds this role", field="role")
    other = (
        current.exclude(role=Role.ADMINISTRATOR)
        if post.role == Role.ADMINISTRATOR
        else current.filter(role=Role.ADMINISTRATOR)
    )
    if other.exists():
        raise Refused("An administrator cannot hold another role. Choose another person or role", field="role")
    if post.level and post.role != Role.DMPC:
        raise Refused("Only a person who decides has a level", field="level")


@transaction.atomic
def end_role(*, holding: RoleHolding, by: User, at: datetime, reason: str) -> None:
    """End a role from now on. What the person did in it stays valid.

    Raises Refused if the role has ended already or is the role of `by`.
    """
    holding = RoleHolding.objects.select_for_update(of=("self",)).select_related("user", "round").get(pk=holding.pk)
    if holding.ended_at:
        raise Refused("This role has already ended")
    if holding.user == by:
        raise Refused("You cannot end your own role. Ask another administrator.")
    holding.ended_at = at
    holding.save(update_fields=["ended_at"])
    facts = {"role": holding.role, "round": holding.round.reference if holding.round else "all rounds"}
    audit.record("end role", holding.user, by=by, at=at, because=reason, facts=facts)


@transaction.atomic
def change_email(*, person: User, email: str, by: User, at: datetime, proposed_by: User | None = None) -> None:
    """Set the email address of a person. The trail records that it changed, but not the address.

    Raises Refused for a person who decides, unless another administrator proposed it.
    """
    _must_be_two(person, by, proposed_by)
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    person.email = email
    person.save(update_fields=["email"])
    audit.record("change email", person, by=by, at=at)


def password_link(person: User) -> tuple[str, str]:
    """Return the two parts of a one-time link for setting a password. It expires when used, or after an hour."""
    return urlsafe_base64_encode(force_bytes(person.pk)), default_token_generator.make_token(person)


@transaction.atomic
def make_password_link(*, person: User, by: User, at: datetime, proposed_by: User | None = None) -> tuple[str, str]:
    """Return the password link of a person, end their sessions, and record which administrator made it.

    Raises Refused for a person who decides, unless another administrator proposed it.
    """
    _must_be_two(person, by, proposed_by)
    _end_sessions(person)
    audit.record("make password link", person, by=by, at=at)
    return password_link(person)


def _must_be_two(person: User, by: User, proposed_by: User | None) -> None:
    if decides(person) and proposed_by in (None, by):
        raise Refused(f"{person.name} holds a role that decides, so another administrator has to confirm this")


def person_of_link(uid: str, token: str) -> User | None:
    """Return the person that a link belongs to, or None if it was used, has expired or is invalid."""
    try:
        person = User.objects.get(pk=int(urlsafe_base64_decode(uid)), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        return None
    return person if default_token_generator.check_token(person, token) else None


@transaction.atomic
def set_password(*, person: User, password: str, at: datetime) -> None:
    """Set a person's password, which ends their sessions. Raises Refused with the rules that it breaks."""
    try:
        password_validation.validate_password(password, person)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field="password") from None
    person.set_password(password)
    person.save(update_fields=["password"])
    audit.record_own("set password", person, at=at)


def change_password(*, person: User, current: str, password: str, origin: Origin, at: datetime) -> None:
    """Set the password of a person who enters their `current` one. It ends all their sessions.

    Raises Refused if the current one is wrong, which counts as a failed sign-in, or with the rules that the new breaks.
    """
    signing_in.confirm(person=person, password=current, origin=origin, at=at, field="current")
    if current == password:
        raise Refused("The new password must differ from the current one", field="password")
    set_password(person=person, password=password, at=at)


@transaction.atomic
def end_sessions(*, person: User, at: datetime) -> None:
    """End all sessions of a person who asks for it themselves."""
    _end_sessions(person)
    audit.record_own("end sessions", person, at=at)


def _end_sessions(person: User) -> None:
    User.objects.filter(pk=person.pk).update(sessions_ended=F("sessions_ended") + 1)
    person.refresh_from_db(fields=["sessions_ended"])
