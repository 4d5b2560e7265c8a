"""Pages of signing in, people and their roles."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from grants import typed
from grants.access import Request, allow, public
from grants.days import day_of
from grants.forms import attempt
from grants.lists import keeps_filter, shown
from grants.models import PowerProposal, RoleHolding, SignInAttempt, User
from grants.pages import form_page, page_of
from grants.people import people as people_transitions
from grants.people import powers, sessions, signing_in
from grants.people.filters import PeopleFilter
from grants.people.forms import (
    ChangePasswordForm,
    EmailForm,
    EmailForReasonForm,
    EndRoleForm,
    PersonForm,
    RoleForm,
    SetPasswordForm,
    SignInForm,
)
from grants.people.signing_in import origin_of
from grants.roles import DECIDING, Role

# The token of a password link waits under this name in the session, and the address has a word in its place.
_LINK_KEPT_AS = "password_link"
IN_SESSION = "set"


@public
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        origin, now = origin_of(request, SignInAttempt.Place.SIGN_IN), timezone.now()
        person = attempt(form, lambda: signing_in.enter(**form.cleaned_data, origin=origin, at=now))
        if person is not None:
            last = person.last_login
            login(request, person)
            sessions.remember_last(request, last)
            return redirect(_own_target(request) or "grants:home")
    context = {"form": form, "next": request.GET.get("next", ""), "typed_waits": typed.waits(request)}
    return render(request, "grants/people/sign_in.html", context)


def _own_target(request: HttpRequest) -> str:
    """Return the page of this service that somebody wanted before they had to sign in, or an empty text."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if target.startswith("/") and is_safe else ""


@allow("see home")
@require_GET
def signed_in(request: Request) -> HttpResponse:
    """Show that the person is signed in, after they signed in in a second window to keep what they were typing."""
    return render(request, "grants/people/signed_in.html")


@require_POST
@public
def sign_out(request: HttpRequest) -> HttpResponse:
    typed.sign_out(request)
    return redirect("grants:sign_in")


@allow("see home")
@require_GET
def account(request: Request) -> HttpResponse:
    """Show how a person is known here, when they last signed in, and what they can do about it."""
    return render(request, "grants/people/account.html", {"last": sessions.last_signed_in(request)})


@allow("set password")
def change_password(request: Request) -> HttpResponse:
    origin, person = origin_of(request, SignInAttempt.Place.ACCOUNT), request.user

    def call(data: dict[str, Any]) -> None:
        people_transitions.change_password(person=person, **data, origin=origin, at=timezone.now())
        # All sessions have ended but the one in which it was changed.
        update_session_auth_hash(request, person)

    return form_page(
        request,
        "grants/people/change_password.html",
        ChangePasswordForm(request.POST or None),
        call,
        done="Your password is changed. Everywhere else you are signed out.",
        to=reverse("grants:account"),
    )


@allow("set password")
@require_POST
def end_sessions(request: Request) -> HttpResponse:
    people_transitions.end_sessions(person=request.user, at=timezone.now())
    update_session_auth_hash(request, request.user)
    messages.success(request, "You are signed out everywhere else")
    return redirect("grants:account")


@public
@never_cache
def set_password(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    if token != IN_SESSION and people_transitions.person_of_link(uid, token):
        # Not in the address any more, so that neither a log nor the next page's referrer holds a link that works.
        request.session[_LINK_KEPT_AS] = token
        return redirect("grants:set_password", uid, IN_SESSION)
    kept = request.session.get(_LINK_KEPT_AS, "") if token == IN_SESSION else ""
    person = people_transitions.person_of_link(uid, kept)
    if person is None:
        return render(request, "grants/people/set_password.html", {"form": None}, status=404)
    return form_page(
        request,
        "grants/people/set_password.html",
        SetPasswordForm(request.POST or None),
        lambda data: people_transitions.set_password(person=person, **data, at=timezone.now()),
        done="Your password is set. Sign in with it.",
        to=reverse("grants:sign_in"),
        person=person,
    )


@allow("see people")
@require_GET
@keeps_filter
def people(request: Request) -> HttpResponse:
    everybody = User.objects.prefetch_related("holdings__round").order_by("name", "pk")
    listed = PeopleFilter(request.GET, everybody, today=day_of(timezone.now()))
    context = {**shown(request, listed.form), "page": page_of(request, listed.qs), "waiting": powers.waiting()}
    return render(request, "grants/people/people.html", context)


@allow("manage people")
def add_person(request: Request) -> HttpResponse:
    return form_page(
        request,
        "grants/people/add_person.html",
        PersonForm(request.POST or None),
        lambda data: people_transitions.add_person(**data, by=request.user, at=timezone.now()),
        done=lambda person: f"You added {person.name}. Next, give them a role and a password link.",
        to=lambda person: reverse("grants:person", args=[person.username]),
        back=reverse("grants:people"),
    )


@allow("see people")
@require_GET
def person(request: Request, username: str) -> HttpResponse:
    this_person = get_object_or_404(User, username=username)
    held = this_person.holdings.select_related("round", "given_by", "through__user")
    context = {"person": this_person, "holdings_of": held, "proposals": powers.of_person(this_person)}
    return render(request, "grants/people/person.html", context)


@allow("manage people")
def change_email(request: Request, username: str) -> HttpResponse:
    person = get_object_or_404(User, username=username)
    of_two = people_transitions.decides(person)

    def call(data: dict[str, Any]) -> PowerProposal | None:
        change = powers.propose_email if of_two else people_transitions.change_email
        return change(person=person, **data, by=request.user, at=timezone.now())

    return form_page(
        request,
        "grants/people/change_email.html",
        (EmailForReasonForm if of_two else EmailForm)(request.POST or None, initial={"email": person.email}),
        call,
        done=lambda made: _proposed(made) if made else f"You changed the email address of {person.name}",
        to=lambda made: _page_of(made, person),
        back=reverse("grants:person", args=[username]),
        person=person,
        of_two=of_two,
    )


@allow("manage people")
def give_role(request: Request, username: str) -> HttpResponse:
    person = get_object_or_404(User, username=username)

    def call(data: dict[str, Any]) -> RoleHolding | PowerProposal:
        role, reason = Role(data.pop("role")), data.pop("reason")
        by, at = request.user, timezone.now()
        if role in DECIDING:
            post = people_transitions.Post(role, **data)
            return powers.propose_role(person=person, post=post, by=by, at=at, reason=reason)
        return people_transitions.give_role(person=person, role=role, **data, by=by, at=at, reason=reason)

    return form_page(
        request,
        "grants/people/give_role.html",
        RoleForm(request.POST or None),
        call,
        done=lambda made: (
            _proposed(made) if isinstance(made, PowerProposal) else f"You gave {person.name} the role {made.title}"
        ),
        to=lambda made: _page_of(made, person),
        back=reverse("grants:person", args=[username]),
        person=person,
    )


def _proposed(proposal: PowerProposal) -> str:
    return f"You proposed {proposal.reference}. Another administrator has to confirm it."


def _page_of(made: object, person: User) -> str:
    """Return the page of a proposal, or of the person where their account was changed at once."""
    if isinstance(made, PowerProposal):
        return reverse("grants:power", args=[made.reference])
    return reverse("grants:person", args=[person.username])


@allow("manage people")
def end_role(request: Request, username: str) -> HttpResponse:
    person = get_object_or_404(User, username=username)
    return form_page(
        request,
        "grants/people/end_role.html",
        EndRoleForm(request.POST or None, person=person),
        lambda data: people_transitions.end_role(**data, by=request.user, at=timezone.now()),
        done="You ended the role. It takes effect immediately.",
        to=reverse("grants:person", args=[username]),
        person=person,
    )


@allow("manage people")
@require_POST
def password_link(request: Request, username: str) -> HttpResponse:
    """Show the one-time link with which a person sets their password. The link is not stored."""
    person = get_object_or_404(User, username=username, is_active=True)
    if person == request.user or not person.holdings.exists():
        raise Http404
    if people_transitions.decides(person):
        return redirect("grants:propose_password_link", username)
    made = people_transitions.make_password_link(person=person, by=request.user, at=timezone.now())
    link = request.build_absolute_uri(reverse("grants:set_password", args=made))
    return render(request, "grants/people/password_link.html", {"person": person, "link": link})
