"""Entering a password, to sign in or to sign: the one counter of wrong ones, and the brake on guessing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import OperationalError, connection, transaction
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from grants import audit
from grants.models import SignInAttempt, User
from grants.people import mail
from grants.people.mail import Letter
from grants.refusal import Refused

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=15)
MOST_BY_NAME = 5
# The people of one office share an address.
MOST_BY_ADDRESS = 20
KEPT = timedelta(days=90)

WRONG = "User name or password is wrong"
WRONG_SIGNATURE = "Enter the password you use to sign in"

# To check one password takes 16 MB and much of a processor, so strangers must not have many checked at once.
_AT_ONCE = threading.BoundedSemaphore(2)
_PATIENCE = 10
_Result = SignInAttempt.Result
_LOCK_OF_NAMES, _LOCK_OF_ADDRESSES = 682, 683

_LETTER = """Somebody entered a wrong password for your user name {times} times within {minutes} minutes.

If that was you, wait until {minutes} minutes have passed since the first attempt, and try again.

If it was not, nobody got in, but tell your administrator: somebody may be guessing your password. You can change \
it on the page Your account.
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a password is entered: the network address, None if it is not known, and the form."""

    place: SignInAttempt.Place
    address: str | None = None


SIGNATURE = Origin(SignInAttempt.Place.SIGNATURE)


def origin_of(request: HttpRequest, place: SignInAttempt.Place) -> Origin:
    """Return from where a request comes: behind a proxy, the address that the proxy itself has added."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    text = forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", "")
    try:
        return Origin(place, str(ip_address(text)))
    except ValueError:
        return Origin(place)


def enter(*, username: str, password: str, origin: Origin, at: datetime) -> User:
    """Return the person whose user name and password these are.

    Raises Refused, with the same words for unknown names and for wrong passwords, and once there were too many wrong
    ones: 5 for a name or 20 from an address within 15 minutes. Then no password is right until the first is 15 minutes
    old.
    """
    person = User.objects.filter(username=username, is_active=True).first()

    def check() -> bool:
        return authenticate(username=username, password=password) is not None

    entered = _checked(person, username, origin, at, check, "username", WRONG)
    audit.record_own("sign in", entered, at=at)
    return entered


def confirm(*, person: User, password: str, origin: Origin, at: datetime, field: str = "password") -> None:
    """Check the password of a person who is signed in, for a deed that asks for it again.

    Raises Refused at `field`, as `enter` does and with the same counter.
    """
    _checked(person, person.username, origin, at, lambda: person.check_password(password), field, WRONG_SIGNATURE)


def _checked(
    person: User | None,
    username: str,
    origin: Origin,
    at: datetime,
    check: Callable[[], bool],
    field: str,
    wrong: str,
) -> User:
    attempt = _begin(person, username, origin, at, field)
    with _one_of_few():
        is_right = check()
    attempt.result = _Result.RIGHT if is_right and person else _Result.WRONG
    attempt.save(update_fields=["result"])
    if not is_right or person is None:
        _failed(attempt, at)
        raise Refused(wrong, field=field)
    return person


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        # Answered as a busy database is: come back in a few seconds.
        raise OperationalError("Too many passwords are being checked")
    try:
        yield
    finally:
        _AT_ONCE.release()


@transaction.atomic
def _begin(person: User | None, username: str, origin: Origin, at: datetime, field: str) -> SignInAttempt:
    """Record an attempt before it is checked. Raises Refused if there were too many wrong ones."""
    name = salted_hmac("grants.sign_in", username, algorithm="sha256").hexdigest()
    # Guesses sent at once are counted one after another. Everybody locks the name first and the address last.
    with connection.cursor() as cursor:
        for kind, text in ((_LOCK_OF_NAMES, name), (_LOCK_OF_ADDRESSES, origin.address)):
            if text:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [kind, text])
    SignInAttempt.objects.filter(at__lt=at - KEPT).delete()
    waits = max(
        _held_until(_since_last_right(name, at), MOST_BY_NAME, at),
        # Those of an address that are being checked may be a whole office signing in at nine.
        _held_until(_recent(at).filter(address=origin.address, result=_Result.WRONG), MOST_BY_ADDRESS, at)
        if origin.address
        else at,
    )
    if waits > at:
        log.warning("A password was not checked after too many wrong ones: %s", _who(person, origin))
        minutes = -((at - waits) // timedelta(minutes=1))
        soon = "in a minute" if minutes <= 1 else f"in {minutes} minutes"
        raise Refused(f"There were too many wrong passwords. Try again {soon}", field=field)
    return SignInAttempt.objects.create(person=person, name=name, address=origin.address, place=origin.place, at=at)


def _recent(at: datetime) -> QuerySet[SignInAttempt]:
    return SignInAttempt.objects.filter(at__gt=at - WINDOW, at__lte=at)


def _since_last_right(name: str, at: datetime) -> QuerySet[SignInAttempt]:
    """Return the wrong attempts for a name, and those that are being checked.

    Its owner's right password shows that the wrong ones before it were theirs.
    """
    own = _recent(at).filter(name=name)
    last = own.filter(result=_Result.RIGHT).aggregate(id=Max("id"))["id"]
    return own.exclude(result=_Result.RIGHT).filter(id__gt=last or 0)


def _held_until(wrong: QuerySet[SignInAttempt], most: int, at: datetime) -> datetime:
    """Return when the next attempt is checked: at once, or when the oldest of too many has left the window."""
    times = list(wrong.order_by("-at").values_list("at", flat=True)[:most])
    return times[-1] + WINDOW if len(times) == most else at


@transaction.atomic
def _failed(attempt: SignInAttempt, at: datetime) -> None:
    """Keep in the trail that a password was wrong, and write to its owner once the brake is on."""
    person = attempt.person
    log.warning(
        "A wrong password: %s", _who(person, Origin(SignInAttempt.Place(attempt.place), attempt.address or None))
    )
    if person is None:
        return
    audit.record_own("enter wrong password", person, at=at, facts={"where": attempt.place})
    if person.email and _since_last_right(attempt.name, at).count() == MOST_BY_NAME:
        text = _LETTER.format(times=MOST_BY_NAME, minutes=WINDOW // timedelta(minutes=1))
        # Sent with the next letters, so that the time of an answer does not tell which names exist.
        mail.write([Letter(person, "Wrong passwords for your user name", text)], at=at, at_once=False)


def _who(person: User | None, origin: Origin) -> str:
    name = person.username if person else "an unknown user name"
    return f"{name}, {origin.place.label}, from {origin.address or 'an unknown address'}"
