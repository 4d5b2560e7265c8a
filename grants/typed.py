"""Keeping what a person typed when a form could not be saved, until they send it again.

A form opts in with `{% typed_here %}`, which writes a signed field naming who types and for which address. Where such
a form meets an ended session or a CSRF token of before the last sign-in, its fields wait in the session. The page then
starts from `kept(request)`. Nothing is saved by this: the person sends the form once more. A form with a password in
it must not opt in.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render

FIELD = "typed_by"
# A script that saves while somebody types asks with this header for an answer in JSON. It keeps the text itself.
SCRIPT_HEADER = "X-Autosave"
LONGEST = 100_000
MOST_FIELDS = 300
MOST_PAGES = 3

_KEY = "typed"
_SALT = "grants.typed"
# A page may stay open over a weekend.
_VALID_FOR = timedelta(days=7)

SIGNED_OUT = "You are signed out"
ANOTHER_PERSON = "Somebody else is signed in in this browser"
OUT_OF_DATE = "This page is out of date"


def ticket(request: HttpRequest) -> str:
    """Return the signed field of a form, which names who types and for which address."""
    return signing.dumps([request.user.pk, request.path], salt=_SALT)


def kept(request: HttpRequest) -> dict[str, Any]:
    """Return the unsaved fields that this person typed on this page, empty if there are none."""
    page = request.session.get(_KEY, {}).get(request.path)
    return dict(page["fields"]) if page and page["who"] == request.user.pk else {}


def forget(request: HttpRequest) -> None:
    """Delete the fields kept for this page, because they are saved now."""
    pages = request.session.get(_KEY)
    if pages and pages.pop(request.path, None):
        request.session[_KEY] = pages


def waits(request: HttpRequest) -> bool:
    """Return whether fields are kept for a person until they sign in."""
    return bool(request.session.get(_KEY))


def sign_out(request: HttpRequest) -> None:
    """Sign the person out. Their unsaved fields stay in this browser until they sign in again."""
    pages = request.session.get(_KEY)
    logout(request)
    if pages:
        request.session[_KEY] = pages


def _typist(request: HttpRequest) -> int | None:
    """Return the primary key of the person who typed the form.

    Returns None if the form did not opt in, or was drawn for another address.
    """
    if request.method != "POST":
        return None
    try:
        who, path = signing.loads(request.POST.get(FIELD, ""), salt=_SALT, max_age=_VALID_FOR)
    except signing.BadSignature:
        return None
    return int(who) if path == request.path else None


def _keep(request: HttpRequest, who: int) -> bool:
    """Keep the form's fields for that person, and return whether they were small enough to keep."""
    fields = {
        name: values[0] if len(values) == 1 else values
        for name, values in request.POST.lists()
        if name not in (FIELD, "csrfmiddlewaretoken")
    }
    size = sum(len(name) + sum(map(len, request.POST.getlist(name))) for name in fields)
    if size > LONGEST or len(fields) > MOST_FIELDS:
        return False
    pages = request.session.get(_KEY, {})
    pages.pop(request.path, None)
    pages[request.path] = {"who": who, "fields": fields}
    request.session[_KEY] = dict(list(pages.items())[-MOST_PAGES:])
    return True


@receiver(user_logged_in)
def _drop_what_others_typed(request: HttpRequest | None, user: Any, **_: Any) -> None:
    session = getattr(request, "session", {})
    if pages := session.get(_KEY):
        session[_KEY] = {path: page for path, page in pages.items() if page["who"] == user.pk}


def _not_taken(request: HttpRequest, why: str, status: int = 403) -> HttpResponse:
    """Return a page that says why the form was not saved, as JSON for a script."""
    if SCRIPT_HEADER in request.headers:
        return JsonResponse({"error": why}, status=status)
    return render(request, "403_csrf.html", {"why": why, "another": why == ANOTHER_PERSON}, status=status)


def _from_elsewhere(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin")
    return bool(origin) and urlsplit(origin).netloc != request.get_host()


def out_of_date(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form with an invalid CSRF token, and keep its fields if it is known who typed them.

    Django calls this instead of the view. A person who is signed in returns to the form; others sign in first.
    """
    who = _typist(request)
    user = request.user
    if who is not None and user.is_authenticated and user.pk != who:
        return _not_taken(request, ANOTHER_PERSON)
    known = who is not None and SCRIPT_HEADER not in request.headers and not _from_elsewhere(request)
    if who is None or not known or not _keep(request, who):
        return _not_taken(request, OUT_OF_DATE)
    return redirect(request.path) if user.is_authenticated else redirect_to_login(request.path)


class SignedInMiddleware(LoginRequiredMiddleware):
    """Ask people to sign in, keeping what they typed, and refuse a form that somebody else typed."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Refuse a form typed by one person and sent by another who has since signed in in the same browser."""
        if request.method == "POST" and request.user.is_authenticated:
            who = _typist(request)
            if who is not None and who != request.user.pk:
                return _not_taken(request, ANOTHER_PERSON)
        to_sign_in: HttpResponseBase | None = super().process_view(request, view_func, view_args, view_kwargs)
        return to_sign_in and _signed_out(request, to_sign_in)


def _signed_out(request: HttpRequest, to_sign_in: HttpResponseBase) -> HttpResponseBase:
    """Send somebody without a session to the sign-in page, and keep what they typed until then."""
    if SCRIPT_HEADER in request.headers:
        return _not_taken(request, SIGNED_OUT, 401)
    who = _typist(request)
    return to_sign_in if who is None or _keep(request, who) else _not_taken(request, OUT_OF_DATE)
