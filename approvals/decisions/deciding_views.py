"""Pages of the decider: answer the items of a pack, and sign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from approvals.access import decision_or_404, newest_pack_or_404
from approvals.decisions import deciders, deciding, deferral, standing
from approvals.decisions.forms import DecideForm, SignForm, SignOwnForm
from approvals.models import Decision
from approvals.paper import pack as packs
from grants import audit, states
from grants.access import Request, allow
from grants.bodies import How
from grants.models import User
from grants.pages import form_page
from grants.people.signing_in import SIGNATURE, origin_of


@allow("decide items")
def decide_items(request: Request, reference: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "decide items")
    frozen = newest_pack_or_404(decision)
    initial = {"version": decision.version, "interests": decision.interests, **_minutes_of(decision)}
    initial |= _deferral_of(decision)
    items = list(frozen.items.select_related("award"))
    previous_decider = deciding.previous_decider(decision, request.user)
    form = DecideForm(
        request.POST or None,
        items=items,
        previous_decider=previous_decider,
        standing_by_item=standing.of_items(items),
        deferred=deferral.of_earlier(decision),
        is_committee=deciders.deciding_of(decision).how is How.COMMITTEE,
        initial=initial,
    )
    paper = packs.read(frozen)
    by_reference = {grant["reference"]: grant for grant in paper["appendix_1"]}
    return form_page(
        request,
        "approvals/decisions/decide_items.html",
        form,
        lambda data: deciding.decide_items(
            decision=decision,
            answers=form.answers,
            interests=data["interests"],
            seen=data["version"],
            replaces=data.get("replaces", False),
            particulars=form.particulars,
            by=request.user,
            at=timezone.now(),
        ),
        done="You saved your answers. Nothing is decided until you sign.",
        to=reverse("approvals:sign_decision", args=[decision.reference]),
        back=reverse("approvals:decision", args=[decision.reference]),
        decision=decision,
        recommendations=paper["recommendations"],
        previous_decider=previous_decider,
        waits=states.allows(decision, "decide items"),
        grants={item.award_id: by_reference.get(item.award.reference) for item in items if item.award},
    )


def _minutes_of(decision: Decision) -> dict[str, Any]:
    """Return what the form of a decision begins with of its minutes."""
    kept = decision.minutes
    if not kept:
        return {}
    return {
        "met_on": date.fromisoformat(kept["met_on"]),
        "present": "\n".join(kept["present"]),
        "minutes_reference": kept["reference"],
    }


def _deferral_of(decision: Decision) -> dict[str, Any]:
    """Return what the form of a decision begins with of an earlier deferral."""
    choice = decision.deferral_choice
    if not choice:
        return {}
    until = date.fromisoformat(choice["until"]) if choice["until"] else None
    return {"deferral": choice["choice"], "deferral_until": until, "deferral_reason": choice["reason"]}


@allow("sign decision")
def sign_decision(request: Request, reference: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "sign decision")
    frozen = newest_pack_or_404(decision)
    if request.method == "POST" and decision.signed_at:
        # A repeated request gets the same response as the first.
        return redirect(reverse("approvals:decision", args=[decision.reference]))
    items = list(frozen.items.all())
    conditions_by_item = standing.printed(items)
    is_joint = deciders.deciding_of(decision).how is How.JOINT
    form_class = SignForm if is_joint and decision.decided_by_id != request.user.pk else SignOwnForm
    return form_page(
        request,
        "approvals/decisions/sign_decision.html",
        form_class(request.POST or None, initial={"version": decision.version}),
        lambda data: deciding.sign_decision(
            decision=decision,
            password=data["password"],
            interests=data.get("interests", ""),
            seen=data["version"],
            origin=origin_of(request, SIGNATURE.place),
            by=request.user,
            at=timezone.now(),
        ),
        done=lambda left: f"You signed {decision.reference}" + (f". {_still(left)}" if left else ""),
        to=reverse("approvals:decision", args=[decision.reference]),
        back=reverse("approvals:decide_items", args=[decision.reference]),
        decision=decision,
        items=[(item, conditions_by_item[item.number]) for item in items],
        sums=deciding.sums(items),
        joint=deciders.progress(decision, timezone.now()),
        on_deferral=deferral.in_words(decision),
        pack=frozen,
        may_sign_now=states.allows(decision, "sign decision"),
        acting_for=audit.acting_for("sign decision", request.user, decision.round, timezone.now()),
    )


def _still(left: Sequence[User]) -> str:
    return f"It is decided once {' and '.join(signer.name for signer in left)} {_have(left)} signed too."


def _have(people: Sequence[User]) -> str:
    return "has" if len(people) == 1 else "have"
