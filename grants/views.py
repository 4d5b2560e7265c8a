"""Pages of rounds, people, signing in and the home of everybody."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from grants import audit
from grants import people as people_transitions
from grants import rounds as round_transitions
from grants.access import Request, allow, enter, holdings, must, public, round_or_404
from grants.forms import (
    BudgetLineForm,
    EndRoleForm,
    PersonForm,
    RoleForm,
    RoundForm,
    SetPasswordForm,
    SignInForm,
    attempt,
)
from grants.models import AuditEvent, BudgetLine, Round, User
from grants.roles import Role
from grants.waiting import waiting

PAGE = 50


def page_of(request: HttpRequest, rows: Any, size: int = PAGE) -> Any:
    """The page of a list that the address asks for; the nearest one where there is none such."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


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
            own = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
            return redirect(target if own else "grants:home")
        # One answer for a wrong name and a wrong password, so that nobody learns which names exist.
        form.add_error("username", "User name or password is wrong")
    return render(request, "grants/sign_in.html", {"form": form, "next": request.GET.get("next", "")})


@require_POST
@public
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("grants:sign_in")


@public
def set_password(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    person = people_transitions.person_of_link(uid, token)
    if person is None:
        return render(request, "grants/set_password.html", {"form": None}, status=404)
    form = SetPasswordForm(request.POST or None)
    if form.is_valid():
        password = form.cleaned_data["password"]
        attempt(form, lambda: people_transitions.set_password(person=person, password=password, at=timezone.now()))
        if form.is_valid():
            messages.success(request, "Your password is set. Sign in with it.")
            return redirect("grants:sign_in")
    return render(request, "grants/set_password.html", {"form": form, "person": person})


# Rounds


@allow("see round")
@require_GET
def rounds(request: Request) -> HttpResponse:
    return render(request, "grants/rounds.html", {"page": page_of(request, holdings(request.user).rounds("see round"))})


@allow("open round")
def add_round(request: Request) -> HttpResponse:
    form = RoundForm(request.POST or None)
    if form.is_valid():
        opened = attempt(
            form, lambda: round_transitions.open_round(**form.cleaned_data, by=request.user, at=timezone.now())
        )
        if opened:
            messages.success(request, f"{opened} is open")
            return redirect("grants:round", opened.reference)
    return render(request, "grants/add_round.html", {"form": form, "back": reverse("grants:rounds")})


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
    drawn = line.version if line else 0
    initial = {"kind": line.kind, "label": line.label, "amount": line.amount, "note": line.note} if line else {}
    form = BudgetLineForm(request.POST or None, initial=initial)
    if form.is_valid():
        sent = request.POST.get("version", "")
        kept = attempt(
            form,
            lambda: round_transitions.keep_budget_line(
                **form.cleaned_data,
                round=round,
                line=line,
                seen=int(sent) if line and sent.isdigit() else None,
                by=request.user,
                at=timezone.now(),
            ),
        )
        if kept:
            messages.success(request, f"{kept.label} is recorded")
            return redirect("grants:round", round.reference)
    back = reverse("grants:round", args=[round.reference])
    return render(request, template, {"form": form, "line": line, "version": drawn, "back": back})


# People


@allow("see people")
@require_GET
def people(request: Request) -> HttpResponse:
    found = User.objects.prefetch_related("holdings__round").order_by("name")
    return render(request, "grants/people.html", {"page": page_of(request, found)})


@allow("manage people")
def add_person(request: Request) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if form.is_valid():
        person = attempt(
            form, lambda: people_transitions.add_person(**form.cleaned_data, by=request.user, at=timezone.now())
        )
        if person:
            messages.success(request, f"{person.name} is added. Give a role and the password link next.")
            return redirect("grants:person", person.username)
    return render(request, "grants/add_person.html", {"form": form, "back": reverse("grants:people")})


@allow("see people")
@require_GET
def person(request: Request, username: str) -> HttpResponse:
    found = get_object_or_404(User, username=username)
    held = found.holdings.select_related("round", "given_by")
    return render(request, "grants/person.html", {"person": found, "holdings_of": held})


@allow("manage people")
def give_role(request: Request, username: str) -> HttpResponse:
    person = get_object_or_404(User, username=username)
    form = RoleForm(request.POST or None)
    if form.is_valid():
        role = Role(form.cleaned_data.pop("role"))
        given = attempt(
            form,
            lambda: people_transitions.give_role(
                person=person, role=role, **form.cleaned_data, by=request.user, at=timezone.now()
            ),
        )
        if given:
            messages.success(request, f"{person.name} is {role.label} now")
            return redirect("grants:person", username)
    back = reverse("grants:person", args=[username])
    return render(request, "grants/give_role.html", {"form": form, "person": person, "back": back})


@allow("manage people")
def end_role(request: Request, username: str) -> HttpResponse:
    person = get_object_or_404(User, username=username)
    form = EndRoleForm(request.POST or None, person=person)
    if form.is_valid():
        attempt(form, lambda: people_transitions.end_role(**form.cleaned_data, by=request.user, at=timezone.now()))
        if form.is_valid():
            messages.success(request, "The role has ended. It no longer counts from the next page on.")
            return redirect("grants:person", username)
    back = reverse("grants:person", args=[username])
    return render(request, "grants/end_role.html", {"form": form, "person": person, "back": back})


@allow("manage people")
@require_POST
def password_link(request: Request, username: str) -> HttpResponse:
    """Show the one-time link by which a person sets their password. It is shown, and kept nowhere."""
    person = get_object_or_404(User, username=username, is_active=True)
    if person == request.user or not person.holdings.exclude(role=Role.ADMINISTRATOR).exists():
        raise Http404
    link = request.build_absolute_uri(reverse("grants:set_password", args=people_transitions.password_link(person)))
    return render(request, "grants/password_link.html", {"person": person, "link": link})


# The trail


@allow("see trail")
@require_GET
def round_trail(request: Request, reference: str) -> HttpResponse:
    found = round_or_404(request, reference, "see trail")
    events = AuditEvent.objects.filter(round=found).order_by("-number")
    chosen = {name: request.GET.get(name, "").strip() for name in ("person", "bid", "action")}
    if chosen["person"]:
        events = events.filter(actor_name__icontains=chosen["person"])
    if chosen["bid"]:
        events = events.filter(bid=chosen["bid"])
    if chosen["action"]:
        events = events.filter(action=chosen["action"])
    checked = audit.verify(found) if request.GET.get("check") else None
    context = {"page": page_of(request, events), "chosen": chosen, "checked": checked, "now": timezone.now()}
    return render(request, "grants/round_trail.html", context)


@allow("see people")
@require_GET
def people_trail(request: Request) -> HttpResponse:
    events = AuditEvent.objects.filter(round=None).order_by("-number")
    return render(request, "grants/people_trail.html", {"page": page_of(request, events)})
