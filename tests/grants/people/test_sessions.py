"""Sessions end 12 hours after signing in, and 30 minutes after their person last did anything."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grants.people.sessions import IDLE, LONGEST, STEP
from grants.roles import Role
from tests.factories import person

pytestmark = pytest.mark.django_db


class Clock:
    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = timezone.now()
        patch.setattr("django.utils.timezone.now", self)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, time: timedelta) -> None:
        self.now += time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def client(clock: Clock) -> Client:
    client = Client()
    client.force_login(person(Role.MEMBER))
    return client


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("grants:home")).status_code == 200


def test_a_session_rests_half_an_hour_and_no_longer(client: Client, clock: Clock) -> None:
    clock.passes(IDLE)
    assert is_signed_in(client)
    clock.passes(IDLE + STEP + timedelta(seconds=1))
    assert not is_signed_in(client)


def test_whoever_keeps_working_stays_signed_in_for_twelve_hours(client: Client, clock: Clock) -> None:
    for _ in range(24):
        clock.passes(timedelta(minutes=30))
        assert is_signed_in(client)
    assert clock.now - timedelta(hours=12) > timezone.now() - LONGEST - timedelta(seconds=1)
    clock.passes(timedelta(seconds=1))
    assert not is_signed_in(client)


def test_the_session_is_written_once_a_minute_at_most(client: Client, clock: Clock) -> None:
    seen = client.session["seen_at"]
    clock.passes(timedelta(seconds=59))
    assert is_signed_in(client)
    assert client.session["seen_at"] == seen
    clock.passes(timedelta(seconds=2))
    assert is_signed_in(client)
    assert client.session["seen_at"] == clock.now.isoformat()


def test_a_session_from_before_this_rule_counts_from_its_next_page(client: Client, clock: Clock) -> None:
    session = client.session
    del session["signed_in_at"], session["seen_at"]
    session.save()
    assert is_signed_in(client)
    clock.passes(IDLE + STEP + timedelta(seconds=1))
    assert not is_signed_in(client)
