"""The home page and the pages of the audit trail."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET

from grants import audit
from grants.access import Request, allow, holdings, round_or_404
from grants.forms import TrailForm
from grants.models import AuditEvent
from grants.pages import page_of
from grants.people import powers, sessions
from grants.tasks import waiting


@allow("see home")
@require_GET
def home(request: Request) -> HttpResponse:
    held = holdings(request.user)
    context = {
        "rounds": waiting(request.user, held),
        "powers": powers.waiting_for(request.user) if held.may("confirm power") else [],
        "last": sessions.last_signed_in(request),
    }
    return render(request, "grants/home.html", context)


# The trail


@allow("see trail")
@require_GET
def round_trail(request: Request, reference: str) -> HttpResponse:
    this_round = round_or_404(request, reference, "see trail")
    hidden = import_string(settings.HIDDEN_EVENTS)(round=this_round)
    events = AuditEvent.objects.filter(round=this_round).exclude(action__in=hidden).order_by("-number")
    chosen = {name: request.GET.get(name, "").strip() for name in ("person", "bid", "action")}
    if chosen["person"]:
        events = events.filter(actor_name__icontains=chosen["person"])
    if chosen["bid"]:
        events = events.filter(bid__in=import_string(settings.BID_REFERENCES)(round=this_round, asked=chosen["bid"]))
    if chosen["action"]:
        events = events.filter(action=chosen["action"])
    checked = audit.verify(this_round) if request.GET.get("check") else None
    context = {
        "page": page_of(request, events),
        "filter": TrailForm(initial=chosen),
        "checked": checked,
        "held_back": bool(hidden),
        "now": timezone.now(),
    }
    return render(request, "grants/round_trail.html", context)


@allow("see people")
@require_GET
def people_trail(request: Request) -> HttpResponse:
    events = AuditEvent.objects.filter(round=None).order_by("-number")
    return render(request, "grants/people_trail.html", {"page": page_of(request, events)})
