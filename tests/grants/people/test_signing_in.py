"""Entering passwords: one counter for signing in and signing, a brake that lets go again, and what is kept of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as sent
from django.test import Client, RequestFactory
from django.urls import reverse

from grants.models import AuditEvent, Mail, SignInAttempt, User
from grants.people import people, signing_in
from grants.people.signing_in import MOST_BY_ADDRESS, MOST_BY_NAME, SIGNATURE, WINDOW, Origin, origin_of
from grants.refusal import Refused
from grants.roles import Role
from tests.factories import NOW, PASSWORD, UserFactory, person

pytestmark = pytest.mark.django_db
PLACE = SignInAttempt.Place
HOME, ELSEWHERE = Origin(PLACE.SIGN_IN, "192.0.2.1"), Origin(PLACE.SIGN_IN, "192.0.2.2")
TOO_MANY = "There were too many wrong passwords"


@pytest.fixture
def amy() -> User:
    somebody: User = UserFactory(username="amy.stone", email="amy@example.org")
    somebody.set_password(PASSWORD)
    somebody.save()
    return somebody


def enter(password: str, name: str = "amy.stone", origin: Origin = HOME, after: timedelta = timedelta()) -> User:
    return signing_in.enter(username=name, password=password, origin=origin, at=NOW + after)


def guess(times: int, name: str = "amy.stone", origin: Origin = HOME, after: timedelta = timedelta()) -> None:
    for _ in range(times):
        with pytest.raises(Refused, match="User name or password is wrong"):
            enter("wrong", name, origin, after)


def test_after_five_wrong_passwords_even_the_right_one_waits(amy: User) -> None:
    guess(MOST_BY_NAME)
    with pytest.raises(Refused, match=f"{TOO_MANY}. Try again in 15 minutes") as refused:
        enter(PASSWORD)
    assert refused.value.field == "username"
    with pytest.raises(Refused, match="Try again in a minute"):
        enter(PASSWORD, after=WINDOW - timedelta(seconds=1))
    assert enter(PASSWORD, after=WINDOW) == amy


def test_the_brake_is_on_the_name_wherever_the_guesses_come_from(amy: User) -> None:
    guess(MOST_BY_NAME)
    with pytest.raises(Refused, match=TOO_MANY):
        enter(PASSWORD, origin=ELSEWHERE)


def test_attempts_that_are_held_back_do_not_prolong_the_wait(amy: User) -> None:
    guess(MOST_BY_NAME)
    for minute in range(1, 15):
        with pytest.raises(Refused, match=TOO_MANY):
            enter("wrong", after=timedelta(minutes=minute))
    assert enter(PASSWORD, after=WINDOW) == amy


def test_a_right_password_starts_the_count_of_its_name_anew(amy: User) -> None:
    for _ in range(3):
        guess(MOST_BY_NAME - 1)
        assert enter(PASSWORD) == amy


def test_twenty_wrong_passwords_from_an_address_hold_back_every_name_from_there(amy: User) -> None:
    for number in range(MOST_BY_ADDRESS):
        guess(1, name=f"somebody.{number}")
    with pytest.raises(Refused, match=TOO_MANY):
        enter(PASSWORD)
    assert enter(PASSWORD, origin=ELSEWHERE) == amy


def test_a_right_password_does_not_free_an_address(amy: User) -> None:
    guess(1, "nobody", after=-timedelta(minutes=1))
    for number in range(MOST_BY_ADDRESS - 1):
        guess(1, name=f"somebody.{number}")
        if number == 5:
            assert enter(PASSWORD) == amy
    with pytest.raises(Refused, match=TOO_MANY):
        enter(PASSWORD)


def test_an_unknown_name_gets_the_same_answers_as_a_known_one(amy: User) -> None:
    answers = []
    for name in ("amy.stone", "nobody.here"):
        own = []
        for _ in range(MOST_BY_NAME + 1):
            with pytest.raises(Refused) as refused:
                enter("wrong", name)
            own.append((refused.value.message, refused.value.field))
        answers.append(own)
    assert answers[0] == answers[1]


def test_somebody_who_left_is_refused_like_an_unknown_name(amy: User) -> None:
    User.objects.filter(pk=amy.pk).update(is_active=False)
    with pytest.raises(Refused, match="User name or password is wrong"):
        enter(PASSWORD)


def test_wrong_passwords_at_a_signature_count_with_those_at_signing_in(amy: User) -> None:
    guess(MOST_BY_NAME - 1)
    with pytest.raises(Refused, match="Enter the password you use to sign in"):
        signing_in.confirm(person=amy, password="wrong", origin=SIGNATURE, at=NOW)
    for origin in (SIGNATURE, Origin(PLACE.ACCOUNT)):
        with pytest.raises(Refused, match=TOO_MANY):
            signing_in.confirm(person=amy, password=PASSWORD, origin=origin, at=NOW)
    with pytest.raises(Refused, match=TOO_MANY):
        enter(PASSWORD)


def test_the_trail_names_each_sign_in_and_each_wrong_password_of_a_person(amy: User) -> None:
    guess(2)
    guess(2, "nobody.here")
    enter(PASSWORD)
    events = AuditEvent.objects.filter(round=None, subject="amy.stone").order_by("number")
    assert [(event.action, event.actor, event.facts) for event in events] == [
        ("enter wrong password", amy, {"where": "sign_in"}),
        ("enter wrong password", amy, {"where": "sign_in"}),
        ("sign in", amy, {}),
    ]


def test_no_row_and_no_event_holds_what_was_entered_as_a_name_or_password(amy: User) -> None:
    guess(1, name="My secret, in the wrong field")
    attempt = SignInAttempt.objects.get()
    assert (attempt.person, attempt.address, attempt.result) == (None, "192.0.2.1", "wrong")
    assert len(attempt.name) == 64
    assert "secret" not in attempt.name


def test_the_owner_gets_one_letter_when_the_brake_goes_on(amy: User) -> None:
    guess(MOST_BY_NAME)
    with pytest.raises(Refused, match=TOO_MANY):
        enter("wrong")
    letter = Mail.objects.get()
    assert (letter.to, letter.subject, letter.sent_at) == (amy, "Wrong passwords for your user name", None)
    assert "5 times within 15 minutes" in letter.text
    assert not sent.outbox


def test_the_log_says_who_and_from_where_but_no_password(amy: User, caplog: pytest.LogCaptureFixture) -> None:
    guess(MOST_BY_NAME)
    guess(1, name="my-secret")
    with pytest.raises(Refused, match=TOO_MANY):
        enter("hunter2hunter2")
    lines = caplog.messages
    assert lines[0] == "A wrong password: amy.stone, to sign in, from 192.0.2.1"
    assert lines[-2] == "A wrong password: an unknown user name, to sign in, from 192.0.2.1"
    assert lines[-1].startswith("A password was not checked after too many wrong ones: amy.stone")
    assert "secret" not in caplog.text
    assert "hunter2" not in caplog.text


def test_attempts_are_deleted_after_ninety_days(amy: User) -> None:
    guess(1)
    enter(PASSWORD, after=timedelta(days=91))
    assert SignInAttempt.objects.count() == 1


def test_the_address_behind_a_proxy_is_the_one_that_the_proxy_added(settings: Any) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "203.0.113.9, 192.0.2.7"}, REMOTE_ADDR="10.0.0.1")
    assert origin_of(request, PLACE.SIGN_IN).address == "10.0.0.1"
    settings.BEHIND_PROXY = True
    assert origin_of(request, PLACE.SIGN_IN).address == "192.0.2.7"
    strange = RequestFactory().get("/", headers={"X-Forwarded-For": "unix:"}, REMOTE_ADDR="")
    assert origin_of(strange, PLACE.SIGN_IN).address is None


def test_the_page_keeps_the_name_says_how_long_to_wait_and_signs_nobody_in(amy: User) -> None:
    client, address = Client(), reverse("grants:sign_in")
    for _ in range(MOST_BY_NAME):
        page = client.post(address, {"username": "amy.stone", "password": "wrong"})
        assert "User name or password is wrong" in page.text
    page = client.post(address, {"username": "amy.stone", "password": PASSWORD})
    assert "Try again in 15 minutes" in page.text
    assert 'value="amy.stone"' in page.text
    assert "_auth_user_id" not in client.session


# The account


def test_a_person_changes_their_own_password_and_stays_signed_in_here_alone(amy: User) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.force_login(amy)
    people.give_role(**_role_for(amy))
    new = "yellow-kettle-29-sings"
    answer = here.post(reverse("grants:change_password"), {"current": PASSWORD, "password": new})
    assert answer["Location"] == reverse("grants:account")
    assert here.get(reverse("grants:account")).status_code == 200
    assert elsewhere.get(reverse("grants:account"))["Location"].startswith("/sign-in/")
    assert User.objects.get(pk=amy.pk).check_password(new)
    assert AuditEvent.objects.filter(round=None, action="set password", actor=amy).count() == 1


def test_a_wrong_current_password_changes_nothing_and_counts(amy: User) -> None:
    with pytest.raises(Refused) as refused:
        people.change_password(
            person=amy, current="wrong", password="yellow-kettle-29-sings", origin=Origin(PLACE.ACCOUNT), at=NOW
        )
    assert refused.value.field == "current"
    assert User.objects.get(pk=amy.pk).check_password(PASSWORD)
    assert SignInAttempt.objects.get().place == PLACE.ACCOUNT


def test_signing_out_everywhere_else_ends_all_other_sessions(amy: User) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.force_login(amy)
    people.give_role(**_role_for(amy))
    here.post(reverse("grants:end_sessions"))
    assert here.get(reverse("grants:account")).status_code == 200
    assert elsewhere.get(reverse("grants:account"))["Location"].startswith("/sign-in/")


def test_a_password_link_ends_the_sessions_of_its_person(amy: User) -> None:
    client = Client()
    client.force_login(amy)
    administrator = _role_for(amy)["by"]
    people.make_password_link(person=amy, by=administrator, at=NOW)
    assert client.get(reverse("grants:account"))["Location"].startswith("/sign-in/")


def test_the_address_of_a_password_link_does_not_work_a_second_time_in_another_browser(amy: User) -> None:
    uid, token = people.password_link(amy)
    address = reverse("grants:set_password", args=[uid, token])
    client = Client()
    to = client.get(address)
    assert to["Location"] == reverse("grants:set_password", args=[uid, "set"])
    assert "no-store" in to["Cache-Control"]
    assert Client().get(to["Location"]).status_code == 404
    client.post(to["Location"], {"password": "yellow-kettle-29-sings"})
    assert User.objects.get(pk=amy.pk).check_password("yellow-kettle-29-sings")
    assert Client().get(address).status_code == 404


def _role_for(somebody: User) -> dict[str, Any]:
    return {"person": somebody, "role": Role.MEMBER, "by": person(Role.ADMINISTRATOR), "at": NOW, "reason": "Needed"}
