"""Pages of rounds, people, signing in and the home of everybody."""

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET, require_POST

from grants import audit, typed
from grants import people as people_transitions
from grants import rounds as round_transitions
from grants.access import Request, allow, enter, holdings, must, public, round_or_404
from grants.forms import (
    BudgetLineForm,
    EmailForm,
    EndRoleForm,
    PersonForm,
    RoleForm,
    RoundForm,
    SetPasswordForm,
    SignInForm,
)
from grants.models import AuditEvent, BudgetLine, RoleHolding, Round, User
from grants.pages import form_page, page_of
from grants.roles import ACTIONS, Role
from grants.waiting import waiting


@allow("see home")
@require_GET
def home(request: Request) -> HttpResponse:
    return render(request, "grants/home.html", {"rounds": waiting(request.user, holdings(request.user))})


# Signing in


@public
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = authenticate(request, **form.cleaned_data)
        if person is not None:
            login(request, person)
            target = request.POST.get("next") or request.GET.get("next") or ""
            safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
            own = target.startswith("/") and safe
            return redirect(target if own else "grants:home")
        # One answer for a wrong name and a wrong password, so that nobody learns which names exist.
        form.add_error("username", "User name or password is wrong")
    context = {"form": form, "next": request.GET.get("next", ""), "typed_waits": typed.waits(request)}
    return render(request, "grants/sign_in.html", context)


@allow("see home")
@require_GET
def signed_in(request: Request) -> HttpResponse:
    """Where signing in ends that was asked for beside a page on which somebody types."""
    return render(request, "grants/signed_in.html")


@require_POST
@public
def sign_out(request: HttpRequest) -> HttpResponse:
    typed.sign_out(request)
    return redirect("grants:sign_in")


@public
def set_password(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    person = people_transitions.person_of_link(uid, token)
    if person is None:
        return render(request, "grants/set_password.html", {"form": None}, status=404)
    return form_page(
        request,
        "grants/set_password.html",
        SetPasswordForm(request.POST or None),
        lambda data: people_transitions.set_password(person=person, **data, at=timezone.now()),
        done="Your password is set. Sign in with it.",
        to=reverse("grants:sign_in"),
        person=person,
    )


# Rounds


@allow("see round")
@require_GET
def rounds(request: Request) -> HttpResponse:
    return render(request, "grants/rounds.html", {"page": page_of(request, holdings(request.user).rounds("see round"))})


@allow("open round")
def add_round(request: Request) -> HttpResponse:
    return form_page(
        request,
        "grants/add_round.html",
        RoundForm(request.POST or None),
        lambda data: round_transitions.open_round(**data, by=request.user, at=timezone.now()),
        done=lambda opened: f"{opened} is open",
        to=reverse("grants:rounds"),
    )


@allow("see round")
@require_GET
def round(request: Request, reference: str) -> HttpResponse:
    found = round_or_404(request, reference, "see round")
    return render(request, "grants/round.html", {"lines": found.lines.all()})


@allow("keep budget line")
def add_budget_line(request: Request, reference: str) -> HttpResponse:
    found = round_or_404(request, reference, "keep budget line")
    return _budget_line(request, found, None, "grants/add_budget_line.html")


@allow("keep budget line")
def change_budget_line(request: Request, reference: str) -> HttpResponse:
    line = get_object_or_404(BudgetLine.objects.select_related("round"), reference=reference)
    must(request.user, "keep budget line", line.round)
    return _budget_line(request, enter(request, line.round), line, "grants/change_budget_line.html")


def _budget_line(request: Request, round: Round, line: BudgetLine | None, template: str) -> HttpResponse:
    initial: dict[str, Any] = {"version": 0}
    if line:
        initial = {name: getattr(line, name) for name in ("kind", "label", "amount", "note", "version")}

    def call(data: dict[str, Any]) -> BudgetLine:
        seen = data.pop("version")
        return round_transitions.keep_budget_line(
            **data, round=round, line=line, seen=seen, by=request.user, at=timezone.now()
        )

    return form_page(
        request,
        template,
        BudgetLineForm(request.POST or None, initial=initial),
        call,
        done=lambda kept: f"{kept.label} is recorded",
        to=reverse("grants:round", args=[round.reference]),
    )


# People


@allow("see people")
@require_GET
def people(request: Request) -> HttpResponse:
    found = User.objects.prefetch_related("holdings__round").order_by("name")
    return render(request, "grants/people.html", {"page": page_of(request, found)})


@allow("manage people")
def add_person(request: Request) -> HttpResponse:
    return form_page(
        request,
        "grants/add_person.html",
        PersonForm(request.POST or None),
        lambda data: people_transitions.add_person(**data, by=request.user, at=timezone.now()),
        done=lambda person: f"{person.name} is added. Give a role and the password link next.",
        to=lambda person: reverse("grants:person", args=[person.username]),
        back=reverse("grants:people"),
    )


@allow("see people")
@require_GET
def person(request: Request, username: str) -> HttpResponse:
    found = get_object_or_404(User, username=username)
    held = found.holdings.select_related("round", "given_by", "through__user")
    return render(request, "grants/person.html", {"person": found, "holdings_of": held})


@allow("manage people")
def change_email(request: Request, username: str) -> HttpResponse:
    person = get_object_or_404(User, username=username)
    return form_page(
        request,
        "grants/change_email.html",
        EmailForm(request.POST or None, initial={"email": person.email}),
        lambda data: people_transitions.change_email(person=person, **data, by=request.user, at=timezone.now()),
        done=f"The address of {person.name} is changed",
        to=reverse("grants:person", args=[username]),
        person=person,
    )


@allow("manage people")
def give_role(request: Request, username: str) -> HttpResponse:
    person = get_object_or_404(User, username=username)

    def call(data: dict[str, Any]) -> RoleHolding:
        role = Role(data.pop("role"))
        return people_transitions.give_role(person=person, role=role, **data, by=request.user, at=timezone.now())

    return form_page(
        request,
        "grants/give_role.html",
        RoleForm(request.POST or None),
        call,
        done=lambda given: f"{person.name} is {Role(given.role).label} now",
        to=reverse("grants:person", args=[username]),
        person=person,
    )


@allow("manage people")
def end_role(request: Request, username: str) -> HttpResponse:
    person = get_object_or_404(User, username=username)
    return form_page(
        request,
        "grants/end_role.html",
        EndRoleForm(request.POST or None, person=person),
        lambda data: people_transitions.end_role(**data, by=request.user, at=timezone.now()),
        done="The role has ended. It no longer counts from the next page on.",
        to=reverse("grants:person", args=[username]),
        person=person,
    )


@allow("manage people")
@require_POST
def password_link(request: Request, username: str) -> HttpResponse:
    """Show the one-time link by which a person sets their password. It is shown, and kept nowhere."""
    person = get_object_or_404(User, username=username, is_active=True)
    if person == request.user or not person.holdings.exclude(role=Role.ADMINISTRATOR).exists():
        raise Http404
    made = people_transitions.make_password_link(person=person, by=request.user, at=timezone.now())
    link = request.build_absolute_uri(reverse("grants:set_password", args=made))
    return render(request, "grants/password_link.html", {"person": person, "link": link})


# The trail


@allow("see trail")
@require_GET
def round_trail(request: Request, reference: str) -> HttpResponse:
    found = round_or_404(request, reference, "see trail")
    hidden = import_string(settings.HIDDEN_EVENTS)(round=found)
    events = AuditEvent.objects.filter(round=found).exclude(action__in=hidden).order_by("-number")
    chosen = {name: request.GET.get(name, "").strip() for name in ("person", "bid", "action")}
    if chosen["person"]:
        events = events.filter(actor_name__icontains=chosen["person"])
    if chosen["bid"]:
        events = events.filter(bid__in=import_string(settings.BID_REFERENCES)(round=found, asked=chosen["bid"]))
    if chosen["action"]:
        events = events.filter(action=chosen["action"])
    checked = audit.verify(found) if request.GET.get("check") else None
    context = {
        "page": page_of(request, events),
        "chosen": chosen,
        "checked": checked,
        "held_back": bool(hidden),
        "now": timezone.now(),
        "actions": sorted((action.past, name) for name, action in ACTIONS.items() if action.past),
    }
    return render(request, "grants/round_trail.html", context)


@allow("see people")
@require_GET
def people_trail(request: Request) -> HttpResponse:
    events = AuditEvent.objects.filter(round=None).order_by("-number")
    return render(request, "grants/people_trail.html", {"page": page_of(request, events)})
