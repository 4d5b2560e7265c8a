"""Mail is written in the transaction of the change it reports and sent after it: none is lost, none is false."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from grants.models import Mail, User
from grants.people import mail
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db

AWAY = f"{__name__}.ServerAway"


class ServerAway(BaseEmailBackend):
    """A mail server that does not answer, as a backend meets it."""

    def send_messages(self, email_messages: Any) -> int:
        raise ConnectionRefusedError("Nobody answers at 25")


@pytest.fixture
def reader() -> User:
    return UserFactory(name="Ada Obi", email="ada@police.example")


def write(to: User, subject: str = "2 bids wait for your scores") -> Mail:
    return mail.write([mail.Letter(to, subject, "Please score them.")], at=NOW)[0]


def test_a_message_is_kept_with_the_change_and_sent_only_after_it(
    reader: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        made = write(reader)
        assert (made.to, made.made_at, made.sent_at) == (reader, NOW, None)
        assert Mail.objects.filter(pk=made.pk).exists()
        assert outbox.outbox == []
    made.refresh_from_db()
    assert made.sent_at is not None
    (sent,) = outbox.outbox
    assert (sent.to, sent.subject, sent.body) == (["ada@police.example"], made.subject, "Please score them.")
    assert sent.message()["Message-ID"] == made.message_id


def test_a_change_that_is_rolled_back_takes_its_message_with_it(
    reader: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    change = transaction.atomic()
    with django_capture_on_commit_callbacks(execute=True) as called, pytest.raises(ZeroDivisionError), change:
        write(reader)
        raise ZeroDivisionError
    assert called == []
    assert not Mail.objects.exists()
    assert outbox.outbox == []


def test_a_message_that_the_server_refuses_is_sent_later_as_the_same_message(
    reader: User,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    caplog: pytest.LogCaptureFixture,
) -> None:
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = AWAY
    with django_capture_on_commit_callbacks(execute=True):
        made = write(reader)
    made.refresh_from_db()
    assert made.sent_at is None
    assert made.message_id in caplog.text
    assert "ada@police.example" not in caplog.text
    assert mail.send_waiting() == 0
    settings.EMAIL_BACKEND = working
    assert mail.send_waiting() == 1
    assert [sent.message()["Message-ID"] for sent in outbox.outbox] == [made.message_id]


def test_a_message_that_was_sent_but_not_marked_is_sent_again_under_the_same_id(reader: User) -> None:
    made = write(reader)
    assert mail.send_waiting() == 1
    Mail.objects.update(sent_at=None)
    assert mail.send_waiting() == 1
    assert {sent.message()["Message-ID"] for sent in outbox.outbox} == {made.message_id}


def test_a_sent_message_is_not_sent_again(reader: User) -> None:
    write(reader)
    assert (mail.send_waiting(), mail.send_waiting()) == (1, 0)
    assert len(outbox.outbox) == 1


def test_the_oldest_message_is_sent_first(reader: User) -> None:
    for subject in ("First", "Second", "Third"):
        write(reader, subject)
    assert mail.send_waiting() == 3
    assert [sent.subject for sent in outbox.outbox] == ["First", "Second", "Third"]


def test_each_message_has_an_id_of_its_own_at_our_address(reader: User, settings: Settings) -> None:
    settings.MAIL_DOMAIN = "grants.example"
    first, second = write(reader), write(reader)
    assert first.message_id != second.message_id
    assert first.message_id.startswith("<") and first.message_id.endswith("@grants.example>")


def test_a_message_to_somebody_whose_address_was_removed_waits_for_a_new_one(reader: User) -> None:
    made = write(reader)
    User.objects.filter(pk=reader.pk).update(email="")
    assert mail.send_waiting() == 0
    made.refresh_from_db()
    assert made.sent_at is None
    User.objects.filter(pk=reader.pk).update(email="ada.obi@police.example")
    assert mail.send_waiting() == 1
    assert outbox.outbox[0].to == ["ada.obi@police.example"]


def test_the_command_sends_waiting_messages_and_counts_them(reader: User) -> None:
    for minutes in range(2):
        mail.write([mail.Letter(reader, "Waiting", "Text")], at=NOW + timedelta(minutes=minutes))
    for output in ("2 sent\n", "0 sent\n"):
        out = StringIO()
        call_command("send_mail", stdout=out)
        assert out.getvalue() == output
    assert len(outbox.outbox) == 2
