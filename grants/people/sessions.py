"""How long a session lasts: 12 hours from signing in at most, and 30 minutes after its person last did anything."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from grants import typed

LONGEST = timedelta(hours=12)
IDLE = timedelta(minutes=30)
# To write the session with each page is too much. It ends at most this much later than it is due.
STEP = timedelta(minutes=1)

_SIGNED_IN, _SEEN, _BEFORE = "signed_in_at", "seen_at", "signed_in_before"


@receiver(user_logged_in)
def _begin(request: HttpRequest | None, user: Any, **_: Any) -> None:
    session = getattr(request, "session", {})
    session[_SIGNED_IN] = session[_SEEN] = timezone.now().isoformat()


def remember_last(request: HttpRequest, last: datetime | None) -> None:
    """Keep, for as long as this session, when its person had signed in before."""
    request.session[_BEFORE] = last.isoformat() if last else ""


def last_signed_in(request: HttpRequest) -> datetime | None:
    """Return when the person had signed in before this session, or None if never or not known."""
    return _read(request, _BEFORE)


def _read(request: HttpRequest, name: str) -> datetime | None:
    text = request.session.get(name)
    return datetime.fromisoformat(text) if text else None


class SessionEndMiddleware:
    """Ends a session that has lasted too long or rested too long. What was typed in it is kept for its person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = timezone.now()
            # A session of before this rule counts from now.
            began, seen = _read(request, _SIGNED_IN) or now, _read(request, _SEEN) or now
            if now - began > LONGEST or now - seen > IDLE + STEP:
                typed.sign_out(request)
            elif _SIGNED_IN not in request.session or now - seen > STEP:
                request.session[_SIGNED_IN], request.session[_SEEN] = began.isoformat(), now.isoformat()
        return self.get_response(request)
