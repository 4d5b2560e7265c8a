"""Mail: written into the outbox in the transaction of the change that it tells of, and sent after it."""

import logging
import uuid
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from grants.models import Mail, User

log = logging.getLogger(__name__)


def write(*, to: User, subject: str, text: str, at: datetime) -> Mail:
    """Put a message into the outbox, in the caller's transaction; it is sent once that has succeeded.

    Mail is not confidential: it says what happened and links, and never what stands in a bid or a scorecard.
    """
    message_id = f"<{uuid.uuid4()}@{settings.MAIL_DOMAIN}>"
    made = Mail.objects.create(to=to, message_id=message_id, subject=subject, text=text, made_at=at)
    transaction.on_commit(send_waiting, robust=True)
    return made


def send_waiting() -> int:
    """Send what waits in the outbox, oldest first, and give how many went out. What fails waits for the next time.

    A message that was sent but not marked goes out again with the same Message-ID, so that it is seen to be the same.
    """
    sent = 0
    for pk in Mail.objects.filter(sent_at=None).values_list("pk", flat=True)[:100]:
        sent += _send(pk)
    return sent


@transaction.atomic
def _send(pk: int) -> bool:
    waiting = Mail.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk, sent_at=None)
    mail = waiting.select_related("to").first()
    if mail is None:
        return False
    message = EmailMessage(mail.subject, mail.text, to=[mail.to.email], headers={"Message-ID": mail.message_id})
    try:
        # None goes out where the person's address was removed meanwhile.
        sent = message.send()
    except OSError:
        # The text of an error may quote an address, so it is not logged.
        sent = 0
    if not sent:
        log.warning("Mail %s could not be sent. It waits for the next time.", mail.message_id)
        return False
    mail.sent_at = timezone.now()
    mail.save(update_fields=["sent_at"])
    return True
