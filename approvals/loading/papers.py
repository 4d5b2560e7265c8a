"""The stages of a paper: written, signed off, submitted, decided, signed and published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from approvals.amendments import amending
from approvals.decisions import deciding, sign_offs, standing, submission, writing
from approvals.decisions.deciders import Minutes
from approvals.decisions.deferral import OnDeferral
from approvals.enums import Area
from approvals.items import asking
from approvals.loading.folder import BadFolder, Folder, pounds, profile
from approvals.models import Award, Decision, Payment, SignOff
from approvals.prose import checking
from grants.models import User


def write_paper(folder: Folder) -> int:
    """Prepare the decision, with the changes that it asks for, and write its sections with their sources.

    Returns how many sections are written.
    """
    by, at, stage = folder.stage("paper")
    text = folder.text
    decision = writing.prepare_decision(
        round=folder.round,
        reference=text["reference"],
        title=text["title"],
        decision_by=text["decision_by"],
        amends=Decision.objects.get(reference=text["amends"]) if "amends" in text else None,
        by=by,
        at=at,
    )
    for change in text.get("changes", []):
        amending.amend_grant(
            decision=decision,
            award=Award.objects.get(round=folder.round, bid__source_reference=change["bid"]),
            amount=pounds(change["amount"]),
            profile=profile(change.get("years", {})),
            reason=change["reason"],
            by=by,
            at=folder.at(stage["on"]),
        )
    for item in text.get("items", []):
        content = asking.ItemContent(
            kind=item["kind"],
            title=item["title"],
            wording=item["wording"],
            amount=pounds(item["amount"]) if "amount" in item else None,
            source=item.get("source", ""),
            whom=item.get("whom", ""),
            until=item.get("until"),
            percent=pounds(item["percent"]) if "percent" in item else None,
            percent_of=item.get("percent_of", ""),
            income=folder.income(item["income"]) if "income" in item else None,
        )
        asking.ask_item(decision=decision, content=content, by=by, at=folder.at(stage["on"]))
    from_elsewhere = text.get("figures_from_elsewhere", {})
    for key, prose in text["sections"].items():
        sources = checking.sources_in(prose.strip(), from_elsewhere)
        written_at = folder.at(stage["on"])
        writing.write_section(decision=decision, key=key, text=prose.strip(), by=by, at=written_at, sources=sources)
    if "part_two" in text:
        own = text["part_two"]
        written_at = folder.at(stage["on"])
        writing.write_part_two(
            decision=decision, text=own["text"].strip(), exemption=own["exemption"], by=by, at=written_at
        )
    for spelling in text.get("printed_instead", []):
        unprinted = submission.unprinted(decision, at=at)
        key = {each.run: each.key for each in unprinted}[spelling["text"]]
        at = folder.at(stage["on"])
        writing.spell_text(
            decision=decision, key=key, printed=spelling["printed"], reason=spelling["reason"], by=by, at=at
        )
    return len(text["sections"])


def sign_off(folder: Folder) -> int:
    """Sign off each area for which the folder names an adviser, and return how many there are."""
    stage = folder.stages["signed_off"]
    areas = [area for area in Area if area in stage]
    for area in areas:
        sign_offs.sign_off(
            decision=folder.decision(),
            area=area,
            answer=SignOff.Answer.SIGNED,
            by=folder.person(stage[area]),
            at=folder.at(stage["on"]),
        )
    return len(areas)


def submit(folder: Folder) -> int:
    """Submit the pack, and return how many items it asks for."""
    by, at, _ = folder.stage("submitted")
    return writing.submit_pack(decision=folder.decision(), by=by, at=at).items.count()


def put_forward(folder: Folder) -> int:
    """Put the pack forward for decision, and return how many items it asks for."""
    by, at, _ = folder.stage("put_forward")
    decision = folder.decision()
    writing.put_forward(decision=decision, by=by, at=at)
    return writing.current_pack(decision).items.count()


def sign(folder: Folder) -> int:
    """Decide each item, approved or noted where the folder gives no other answer, and sign the decision.

    Returns how many items there are. Raises BadFolder for a signer who has a password of their own, and so signs on
    the page.
    """
    by, at, stage = folder.stage("signed")
    decision = folder.decision()
    special = {int(item["number"]): item for item in stage.get("items", [])}
    answers = {}
    items = list(writing.current_pack(decision).items.all())
    standing_by_item = standing.of_items(items)
    for item in items:
        usual = "noted" if item.verb == "note" else "approved"
        own = special.get(item.number, {})
        answers[item.number] = deciding.Answer(
            own.get("answer", usual),
            own.get("conditions", ""),
            own.get("reason", ""),
            own.get("before_payment", ""),
            _choices(own, standing_by_item[item.number]),
        )
    kept = stage.get("minutes")
    particulars = deciding.Particulars(
        minutes=Minutes(kept["met_on"], kept["present"], kept["reference"]) if kept else None,
        on_deferral=_on_deferral(stage.get("deferral", {})),
    )
    deciding.decide_items(
        decision=decision, answers=answers, interests=stage["interests"], particulars=particulars, by=by, at=at
    )
    _sign(folder, decision, by, "", stage)
    for other in stage.get("with", []):
        _sign(folder, decision, folder.person(other["by"]), other["interests"], stage)
    return len(items)


def _sign(folder: Folder, decision: Decision, by: User, interests: str, stage: Mapping[str, Any]) -> None:
    if not by.check_password(folder.password):
        raise BadFolder(f"{by.name} has a password of their own, so they sign {decision.reference} on its page")
    at = folder.at(stage["on"])
    deciding.sign_decision(decision=decision, password=folder.password, interests=interests, by=by, at=at)


def _choices(own: Mapping[str, Any], terms: Sequence[standing.Term]) -> dict[str, standing.Choice]:
    """Return what an item does with what stands of earlier decisions: it is kept unless the folder says otherwise."""
    return {term.reference: _choice(own, term) for term in terms}


def _choice(own: Mapping[str, Any], term: standing.Term) -> standing.Choice:
    if term.kind is standing.Kind.PAYMENT:
        paid_on = Payment.objects.get(reference=term.reference).paid_on
        return {"choice": standing.LIFT if paid_on in own.get("lifted_early", ()) else standing.KEEP}
    prefix = "" if term.kind is standing.Kind.CONDITION else "reasons_"
    changed = {each["from"]: each["to"] for each in own.get(f"{prefix}changed", ())}
    if term.text in changed:
        return {"choice": standing.CHANGE, "text": changed[term.text]}
    return {"choice": standing.LIFT if term.text in own.get(f"{prefix}lifted", ()) else standing.KEEP}


def _on_deferral(entry: Mapping[str, Any]) -> OnDeferral:
    """Return what the decision does with the deferral of the one that it amends: it is kept unless the folder says."""
    return OnDeferral(entry.get("choice", standing.KEEP), entry.get("until"), entry.get("reason", ""))


def defer(folder: Folder) -> int:
    """Defer the publication of the decision, which is one paper."""
    by, at, stage = folder.stage("deferred")
    until, reason = date.fromisoformat(str(stage["until"])), stage["reason"]
    writing.defer_publication(decision=folder.decision(), until=until, reason=reason, by=by, at=at)
    return 1


def publish(folder: Folder) -> int:
    """Publish the decision, and return how many items it decided."""
    by, at, _ = folder.stage("published")
    decision = folder.decision()
    writing.publish_decision(decision=decision, by=by, at=at)
    return writing.current_pack(decision).items.count()
