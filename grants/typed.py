"""Keeping what a person typed when a form could not be saved, until they send it again.

Each form of a page has `{% typed_here %}`, which writes a signed field naming who types and for which address. Where
such a form meets an ended session or a CSRF token of before the last sign-in, its fields wait in the session; where it
meets a fault, they stand on the page of the fault (`grants.faults`). While somebody types, a script keeps a draft. The
page then starts from what was kept: `put_back` does it for each form that is drawn by its layout. Nothing is saved by
this: the person sends the form once more. A password is never kept.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.db import transaction
from django.dispatch import receiver
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from grants.models import TypedDraft

FIELD = "typed_by"
# A script that saves while somebody types asks with this header for an answer in JSON. It keeps the text itself.
SCRIPT_HEADER = "X-Autosave"
LONGEST = 100_000
# A page of a hundred outcomes has four for each.
MOST_FIELDS = 500
MOST_PAGES = 3
# By this cookie the browser learns which of its own copies is saved. It holds the end of the form's ticket.
SAVED_COOKIE = "saved"
_TICKET_END = 16

_KEY = "typed"
_SALT = "grants.typed"
# A page may stay open over a weekend.
_VALID_FOR = timedelta(days=7)

# A draft is under way for a minute at most, and a day costs nothing.
_LATEST_DRAFT = timedelta(days=1)

SIGNED_OUT = "You are signed out"
ANOTHER_PERSON = "Somebody else is signed in in this browser"
OUT_OF_DATE = "This page is out of date"


def ticket(request: HttpRequest, to: str = "") -> str:
    """Return the signed field of a form, which names who types and for which address: this page's own, or `to`.

    No two tickets are the same, so that a browser can tell its copies apart.
    """
    return signing.dumps([request.user.pk, to or request.get_full_path(), _new_mark()], salt=_SALT)


def _new_mark() -> str:
    return secrets.token_hex(4)


def kept(request: HttpRequest) -> dict[str, Any]:
    """Return the fields that this person sent from this page and that could not be saved, empty if there are none."""
    page = request.session.get(_KEY, {}).get(request.get_full_path())
    return dict(page["fields"]) if page and page["who"] == request.user.pk else {}


def draft_of(request: HttpRequest) -> TypedDraft | None:
    """Return what this person typed on this page and never sent, if anything. It is read once for each request."""
    if not hasattr(request, "_typed_draft"):
        drafts = TypedDraft.objects.unsent().filter(person_id=request.user.pk, path=request.get_full_path())
        vars(request)["_typed_draft"] = drafts.first()
    draft: TypedDraft | None = vars(request)["_typed_draft"]
    return draft


def put_back(request: HttpRequest, form: BaseForm) -> None:
    """Let a form that is drawn anew start from what its person typed on this page before, if that is not saved."""
    if form.is_bound or request.method != "GET" or not request.user.is_authenticated:
        return
    fields = kept(request)
    if not fields and (draft := draft_of(request)):
        fields = draft.fields
    sent = MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in fields.items()})
    # A page may have several forms: one of which nothing was sent is left as it is.
    if not any(form.add_prefix(name) in sent or f"{form.add_prefix(name)}_0" in sent for name in form.fields):
        return
    for name, field in form.fields.items():
        own, widget = form.add_prefix(name), field.widget
        if not (widget.needs_multipart_form or widget.value_omitted_from_data(sent, MultiValueDict(), own)):
            form.initial[name] = widget.value_from_datadict(sent, MultiValueDict(), own)


def keep_draft(request: HttpRequest, path: str, fields: dict[str, Any], at: datetime) -> bool:
    """Keep what a person is typing in place of what they typed in that form before, and return whether it was kept.

    It is not where the form of that very page was taken or discarded meanwhile.
    """
    with transaction.atomic():
        draft, is_new = TypedDraft.objects.select_for_update().get_or_create(
            person_id=request.user.pk, path=path, defaults={"fields": fields, "kept_at": at}
        )
        if draft.taken and draft.taken == _ticket_end(request):
            return False
        if not is_new:
            draft.fields, draft.kept_at = fields, at
            draft.save(update_fields=["fields", "kept_at"])
    return True


def end_draft(request: HttpRequest, path: str) -> None:
    """Empty the draft of a form that was taken or discarded, and keep none that its page has yet to send."""
    now, person = timezone.now(), cast(int, request.user.pk)
    TypedDraft.objects.bulk_create(
        [TypedDraft(person_id=person, path=path, fields={}, kept_at=now, taken=_ticket_end(request))],
        update_conflicts=True,
        unique_fields=["person", "path"],
        update_fields=["fields", "kept_at", "taken"],
    )
    TypedDraft.objects.filter(person_id=person, fields={}, kept_at__lt=now - _LATEST_DRAFT).delete()


def forget(request: HttpRequest) -> None:
    """Delete what was kept for this page, because it is saved now."""
    pages = request.session.get(_KEY)
    path = request.get_full_path()
    if pages and pages.pop(path, None):
        request.session[_KEY] = pages
    if request.headers.get(SCRIPT_HEADER) == "stay":
        # The person goes on typing in this very page.
        TypedDraft.objects.filter(person_id=request.user.pk, path=path).delete()
    else:
        end_draft(request, path)


def _ticket_end(request: HttpRequest) -> str:
    return request.POST.get(FIELD, "")[-_TICKET_END:]


def waits(request: HttpRequest) -> bool:
    """Return whether fields are kept for a person until they sign in."""
    return bool(request.session.get(_KEY))


def sign_out(request: HttpRequest) -> None:
    """Sign the person out. Their unsaved fields stay in this browser until they sign in again."""
    pages = request.session.get(_KEY)
    logout(request)
    if pages:
        request.session[_KEY] = pages


def named_in(sent: str) -> tuple[int, str] | None:
    """Return the primary key of who typed and the address that a ticket names, or None if it is no valid ticket."""
    try:
        who, path, _ = signing.loads(sent, salt=_SALT, max_age=_VALID_FOR)
    except (signing.BadSignature, ValueError):
        return None
    return int(who), str(path)


def _typist(request: HttpRequest) -> int | None:
    """Return the primary key of the person who typed the form, or None if its ticket is for another address."""
    if request.method != "POST":
        return None
    named = named_in(request.POST.get(FIELD, ""))
    return named[0] if named and named[1] == request.get_full_path() else None


def path_of(request: HttpRequest) -> str | None:
    """Return the address of the form whose ticket was sent, or None if it is not a form of the person signed in."""
    named = named_in(request.POST.get(FIELD, ""))
    return named[1] if named and named[0] == request.user.pk else None


def fields_of(request: HttpRequest) -> dict[str, Any] | None:
    """Return what was typed in the form that was sent, or None if it is too much to keep.

    Neither passwords nor the fields that every form has are in it. A field with several values has a list.
    """
    fields = {
        name: values[0] if len(values) == 1 else values
        for name, values in request.POST.lists()
        if name not in (FIELD, "csrfmiddlewaretoken") and "password" not in name
    }
    size = sum(len(name) + sum(map(len, request.POST.getlist(name))) for name in fields)
    return None if size > LONGEST or len(fields) > MOST_FIELDS else fields


def _keep(request: HttpRequest, who: int) -> bool:
    """Keep the form's fields for that person, and return whether they were small enough to keep."""
    fields = fields_of(request)
    if fields is None:
        return False
    pages = request.session.get(_KEY, {})
    pages.pop(request.get_full_path(), None)
    pages[request.get_full_path()] = {"who": who, "fields": fields}
    request.session[_KEY] = dict(list(pages.items())[-MOST_PAGES:])
    # Its redirect leads back to the form, and does not say that the form was saved.
    vars(request)["_typed_waits"] = True
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
    page = request.get_full_path()
    return redirect(page) if user.is_authenticated else redirect_to_login(page)


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

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Where a form was taken, which its redirect says, forget what was kept of it and tell the browser."""
        taken = request.method == "POST" and response.status_code == HTTPStatus.FOUND
        if not taken or not request.user.is_authenticated or vars(request).get("_typed_waits"):
            return response
        if _typist(request) == request.user.pk:
            forget(request)
            response.set_cookie(SAVED_COOKIE, _ticket_end(request), max_age=3600, secure=settings.HTTPS, samesite="Lax")
        return response


def _signed_out(request: HttpRequest, to_sign_in: HttpResponseBase) -> HttpResponseBase:
    """Send somebody without a session to the sign-in page, and keep what they typed until then."""
    if SCRIPT_HEADER in request.headers:
        return _not_taken(request, SIGNED_OUT, 401)
    who = _typist(request)
    return to_sign_in if who is None or _keep(request, who) else _not_taken(request, OUT_OF_DATE)
