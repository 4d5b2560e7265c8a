"""Pages of power over accounts that decide: what is proposed, and the answer of the second administrator."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from grants.access import Request, allow
from grants.forms import ConfirmForm, ReasonForm, attempt
from grants.models import PowerProposal, User
from grants.pages import form_page
from grants.people import people, powers


def _address(proposal: PowerProposal) -> str:
    return reverse("grants:power", args=[proposal.reference])


def _proposal_or_404(reference: str) -> PowerProposal:
    return get_object_or_404(powers.proposals(), reference=reference)


@allow("see people")
@require_GET
def power(request: Request, reference: str) -> HttpResponse:
    proposal = _proposal_or_404(reference)
    context = {
        "proposal": proposal,
        "own": proposal.proposed_by_id == request.user.pk,
        "about_me": proposal.person_id == request.user.pk,
        "is_early": timezone.now() < proposal.opens_at,
    }
    return render(request, "grants/people/power.html", context)


@allow("propose power")
def propose_password_link(request: Request, username: str) -> HttpResponse:
    person = get_object_or_404(User, username=username, is_active=True)
    if person == request.user or not people.decides(person):
        raise Http404
    return form_page(
        request,
        "grants/people/propose_password_link.html",
        ReasonForm(request.POST or None),
        lambda data: powers.propose_password_link(person=person, **data, by=request.user, at=timezone.now()),
        done=lambda made: f"You proposed {made.reference}. Another administrator has to confirm it.",
        to=_address,
        back=reverse("grants:person", args=[username]),
        person=person,
    )


@allow("confirm power")
@never_cache
def confirm_power(request: Request, reference: str) -> HttpResponse:
    """Confirm on the second look. A password link is shown once, on the page that answers."""
    proposal = _proposal_or_404(reference)

    def call(_: object) -> tuple[str, str] | None:
        return powers.confirm_power(proposal=proposal, by=request.user, at=timezone.now())

    form = ConfirmForm(request.POST or None)
    if proposal.kind == PowerProposal.Kind.LINK and request.method == "POST" and form.is_valid():
        parts = attempt(form, lambda: call({}))
        if parts is not None:
            link = request.build_absolute_uri(reverse("grants:set_password", args=parts))
            return render(request, "grants/people/password_link.html", {"person": proposal.person, "link": link})
        return render(request, "grants/people/confirm_power.html", {"form": form, "proposal": proposal})
    return form_page(
        request,
        "grants/people/confirm_power.html",
        form,
        call,
        done=f"You confirmed {proposal.reference}",
        to=_address(proposal),
        proposal=proposal,
    )


@allow("refuse power")
def refuse_power(request: Request, reference: str) -> HttpResponse:
    return _answer_page(request, reference, "grants/people/refuse_power.html", powers.refuse_power, "You refused")


@allow("withdraw power")
def withdraw_power(request: Request, reference: str) -> HttpResponse:
    return _answer_page(request, reference, "grants/people/withdraw_power.html", powers.withdraw_power, "You withdrew")


def _answer_page(
    request: Request, reference: str, template: str, answer: Callable[..., None], done: str
) -> HttpResponse:
    """Return the response of a page that ends a proposal with a reason."""
    proposal = _proposal_or_404(reference)
    return form_page(
        request,
        template,
        ReasonForm(request.POST or None),
        lambda data: answer(proposal=proposal, **data, by=request.user, at=timezone.now()),
        done=f"{done} {proposal.reference}",
        to=_address(proposal),
        proposal=proposal,
    )
