"""Access to pages: one decorator for each view, and the rounds in which a person may do an action."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from grants.days import day_of
from grants.models import Round, User, own_body
from grants.refusal import Changed
from grants.roles import Role, acting_role

log = logging.getLogger(__name__)

View = Callable[..., HttpResponseBase]


class Request(HttpRequest):
    """A request of a signed-in person; `round` is the one that the page is about."""

    user: User
    round: Round | None


class Holdings:
    """The roles that a person holds now. They are read once for each request."""

    def __init__(self, user: User) -> None:
        held = user.holdings.on(day_of(timezone.now())) if user.is_active else user.holdings.none()
        self.everywhere: frozenset[Role] = frozenset()
        self.by_round: dict[int, frozenset[Role]] = {}
        for role, round_id in held.values_list("role", "round_id"):
            if round_id is None:
                self.everywhere |= {Role(role)}
            else:
                self.by_round[round_id] = self.by_round.get(round_id, frozenset()) | {Role(role)}

    def anywhere(self) -> frozenset[Role]:
        return self.everywhere.union(*self.by_round.values())

    def in_round(self, round_id: int) -> frozenset[Role]:
        return self.everywhere | self.by_round.get(round_id, frozenset())

    def may(self, action: str, round: Round | None = None) -> bool:
        """Return whether the person may do the action in the round or, without a round, in any round."""
        return acting_role(action, self.in_round(round.pk) if round else self.anywhere()) is not None

    def rounds(self, action: str) -> QuerySet[Round]:
        """Return the rounds in which the person may do the action."""
        if acting_role(action, self.everywhere):
            return Round.objects.all()
        ids = [pk for pk, roles in self.by_round.items() if acting_role(action, roles | self.everywhere)]
        return Round.objects.filter(pk__in=ids)


def holdings(user: Any) -> Holdings:
    """Return the person's roles. They are cached on the user object, which lives as long as the request."""
    if not hasattr(user, "_holdings"):
        user._holdings = Holdings(user)
    held: Holdings = user._holdings
    return held


def allow(action: str) -> Callable[[View], View]:
    """Open a view to people who may do the action in any round. Everybody else gets 403.

    The view itself fetches what it shows through `round_or_404` or a queryset's `visible_to`, so that an object
    in a round where the person does not hold the role answers 404.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not holdings(request.user).may(action):
                raise PermissionDenied
            return _answer(view, request, *args, **kwargs)

        vars(guarded)["action"] = action
        return guarded

    return decorate


def public(view: View) -> View:
    """Open a view to anyone, signed in or not."""

    @login_not_required
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _answer(view, request, *args, **kwargs)

    vars(opened)["action"] = "public"
    return opened


def _answer(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """Return the response of a view, or the error page if it meets a frozen document that was changed."""
    try:
        return view(request, *args, **kwargs)
    except Changed:
        log.error("Something frozen was changed in storage: %s", request.path)
        return render(request, "changed.html", status=HTTPStatus.INTERNAL_SERVER_ERROR)


def round_or_404(request: Request, reference: str, action: str) -> Round:
    """Return the round. Raises Http404 unless this person may do the action in it."""
    this_round = get_object_or_404(holdings(request.user).rounds(action), reference=reference)
    return enter(request, this_round)


def enter(request: Request, round: Round) -> Round:
    """Record which round the page is about, for its header and navigation, and return the round."""
    request.round = round
    return round


def must(user: User, action: str, round: Round | None = None) -> None:
    """Raise Http404 unless the person may do the action in this round."""
    if not holdings(user).may(action, round):
        raise Http404


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the context of every page's header: the links of this person and the words of the body."""
    user = getattr(request, "user", None)
    round = getattr(request, "round", None)
    everywhere = {"service_name": settings.SERVICE_NAME, "body": round.body if round else own_body()}
    if user is None or not user.is_authenticated:
        return {**everywhere, "navigation": []}
    held = holdings(user)
    links = []
    for label, name, action, in_round in settings.NAVIGATION:
        if (in_round and round is None) or not held.may(action, round if in_round else None):
            continue
        try:
            address = reverse(name, args=[round.reference] if in_round and round else [])
        except NoReverseMatch:
            continue
        links.append({"label": label, "address": address, "current": request.path == address})
    return {**everywhere, "navigation": links, "round": round, "held": held}


class NoStoreMiddleware:
    """Keep the pages of a signed-in person out of every cache, so that the back button shows none after signing out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            patch_cache_control(response, no_store=True, private=True)
        return response


class NoNullMiddleware:
    """Drop the null characters of what was typed, and answer 400 to an address that has one: PostgreSQL stores none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = [request.path, *(text for field in request.GET.lists() for text in field[1])]
        if any("\x00" in text for text in asked):
            return HttpResponseBadRequest("The address contains a null character.", content_type="text/plain")
        if request.method == "POST" and any("\x00" in text for field in request.POST.lists() for text in field[1]):
            fields = request.POST.copy()
            for name, values in list(fields.lists()):
                fields.setlist(name, [text.replace("\x00", "") for text in values])
            # To Django's own types this attribute is for ever what the browser sent.
            request.POST = cast(Any, fields)
        return self.get_response(request)
