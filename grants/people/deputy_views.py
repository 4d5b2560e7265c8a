"""Pages on which a person names a deputy for their own role, or ends the deputy's role."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from grants.access import Request, allow
from grants.days import day_of
from grants.models import RoleHolding
from grants.pages import form_page
from grants.people import deputies as transitions
from grants.people.deputy_forms import DeputyForm, EndDeputationForm


@allow("name deputy")
@require_GET
def deputies(request: Request) -> HttpResponse:
    rows = RoleHolding.objects.exclude(through=None).select_related("user", "round", "through__user")
    context = {
        "named": rows.filter(through__user=request.user).order_by("-starts_on"),
        "own": rows.filter(user=request.user, ended_at=None).order_by("-starts_on"),
        "today": day_of(timezone.now()),
    }
    return render(request, "grants/people/deputies.html", context)


@allow("name deputy")
def name_deputy(request: Request) -> HttpResponse:
    return form_page(
        request,
        "grants/people/name_deputy.html",
        DeputyForm(request.POST or None, user=request.user),
        lambda data: transitions.name_deputy(**data, by=request.user, at=timezone.now()),
        done=lambda named: f"{named.user.name} is your deputy until {named.ends_on:%-d %B %Y}",
        to=reverse("grants:deputies"),
    )


@allow("end deputation")
def end_deputation(request: Request) -> HttpResponse:
    return form_page(
        request,
        "grants/people/end_deputation.html",
        EndDeputationForm(request.POST or None, user=request.user),
        lambda data: transitions.end_deputation(**data, by=request.user, at=timezone.now()),
        done="You ended the deputy’s role. It takes effect immediately.",
        to=reverse("grants:deputies"),
    )
