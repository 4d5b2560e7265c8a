"""The outbox: a letter is written in the transaction of the change that it reports, and sent once that commits."""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from grants.models import Mail, User

log = logging.getLogger(__name__)


# The number of letters sent in one go. The rest wait for the next.
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to a person. It holds nothing confidential: no content of a bid or scorecard."""

    to: User
    subject: str
    text: str


def write(letters: Sequence[Letter], *, at: datetime, at_once: bool = True) -> list[Mail]:
    """Put letters into the outbox, in the caller's transaction. They are sent once it commits.

    Those that are not to be sent `at_once` go out with the next ones, or by the command `send_mail`.
    """
    made = Mail.objects.bulk_create(
        Mail(
            to=letter.to,
            message_id=f"<{uuid.uuid4()}@{settings.MAIL_DOMAIN}>",
            subject=letter.subject,
            text=letter.text,
            made_at=at,
        )
        for letter in letters
    )
    if at_once:
        transaction.on_commit(send_waiting, robust=True)
    return made


def send_waiting() -> int:
    """Send the letters in the outbox, oldest first, and return how many were sent. A failed letter is tried next time.

    If a letter was sent but could not be marked as sent, it goes out again with the same Message-ID, so that mail
    programs recognise the duplicate.
    """
    # A person's address may have been removed since the letter was written.
    waiting = list(Mail.objects.filter(sent_at=None).exclude(to__email="").values_list("pk", flat=True)[:AT_ONCE])
    if not waiting:
        return 0
    server = get_connection()
    try:
        server.open()
    except OSError:
        log.warning("The mail server does not answer. Letters kept for the next time: %s.", len(waiting))
        return 0
    try:
        return sum(_send(pk, server) for pk in waiting)
    finally:
        server.close()


@transaction.atomic
def _send(pk: int, server: Any) -> bool:
    waiting = Mail.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk, sent_at=None)
    mail = waiting.select_related("to").first()
    if mail is None:
        return False
    headers = {"Message-ID": mail.message_id}
    message = EmailMessage(mail.subject, mail.text, to=[mail.to.email], headers=headers, connection=server)
    try:
        message.send()
    except OSError:
        # The text of an error may quote an address, so it is not logged.
        log.warning("Letter %s could not be sent. It is kept for the next time.", mail.message_id)
        return False
    mail.sent_at = timezone.now()
    mail.save(update_fields=["sent_at"])
    return True
