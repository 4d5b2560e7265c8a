"""Mail: written into the outbox in the transaction of the change that it tells of, and sent after it."""

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


# So many letters are tried at a time; the rest wait for the next.
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody is to be written. It is not confidential: it holds nothing of a bid or a scorecard."""

    to: User
    subject: str
    text: str


def write(letters: Sequence[Letter], *, at: datetime) -> list[Mail]:
    """Put letters into the outbox, in the caller's transaction; they are sent once that has succeeded."""
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
    transaction.on_commit(send_waiting, robust=True)
    return made


def send_waiting() -> int:
    """Send what waits in the outbox, oldest first, and give how many went out. What fails waits for the next time.

    A message that was sent but not marked goes out again with the same Message-ID, so that it is seen to be the same.
    """
    # Nothing goes out where a person's address was removed meanwhile.
    waiting = list(Mail.objects.filter(sent_at=None).exclude(to__email="").values_list("pk", flat=True)[:AT_ONCE])
    if not waiting:
        return 0
    server = get_connection()
    try:
        server.open()
    except OSError:
        log.warning("The mail server does not answer. %s letters wait for the next time.", len(waiting))
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
        log.warning("Mail %s could not be sent. It waits for the next time.", mail.message_id)
        return False
    mail.sent_at = timezone.now()
    mail.save(update_fields=["sent_at"])
    return True
