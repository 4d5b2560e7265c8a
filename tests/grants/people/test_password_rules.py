"""Passwords that somebody who knows their owner or this work tries first are refused."""

import pytest

from grants.models import User
from grants.people import people
from grants.refusal import Refused
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def wren() -> User:
    somebody: User = UserFactory(
        username="wren.aldous", name="Wren Okonjo-Aldous", unit="Central West", email="r.harbour@example.org"
    )
    return somebody


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("my-wren-is-nice", "must not contain your name"),
        ("OKONJO-29-kettle", "must not contain your name"),
        ("harbour-kettle-29", "must not contain your name"),
        ("kettle-central-29", "must not contain your name"),
        ("729105628391", "entirely numeric"),
        ("aaaaaaaaaaaaaaaa", "different characters"),
        ("ababababababcd", "different characters"),
        ("CrimePrevention26", "words of this service"),
        ("grants-money-2026", "words of this service"),
        ("short-29", "at least 12 characters"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(wren: User, password: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        people.set_password(person=wren, password=password, at=NOW)
    assert refused.value.field == "password"


@pytest.mark.parametrize("password", ["yellow-kettle-29-sings", "a grant of seven green ferrets"])
def test_other_passwords_are_taken(wren: User, password: str) -> None:
    people.set_password(person=wren, password=password, at=NOW)
    assert wren.check_password(password)
