"""The stages of direct awards: entered by the rules of their form, and their recipients named later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.datastructures import MultiValueDict

from approvals.loading import receiving
from approvals.loading.folder import BadFolder, Folder, pounds
from approvals.models import Award, NamedRecipient
from approvals.recipients import naming
from approvals.recipients.forms import RecipientForm
from bids.direct import entering
from bids.direct.forms import DESCRIBED, NAMED, DirectForm
from bids.intake.content import LISTS
from grants.bodies import Body, NoSuchArea
from grants.models import Alias, Round
from grants.names import plain_name

_KEYS = {
    "your_reference": "reference",
    "direct_reason": "reason",
    "summary": "purpose",
    "register_number": "number",
    "described_as": "recipients",
    "most_recipients": "most",
    "sponsoring_unit": "unit",
    "boroughs": "areas",
    "london_living_wage": "living_wage",
    "receives": "recipient",
    "recipient_answer": "recipient",
}
_PLAIN = (
    *("your_reference", "title", "direct_reason", "summary", "amount", "recipient", "register", "register_number"),
    *("described_as", "most_recipients", "sponsoring_unit", "illustrative"),
)
_DAYS, _YES_NO = ("named_by", "starts_on", "ends_on"), ("employs_staff", "london_living_wage", "personal_data")


def errors_of_awards(folder: Folder, body: Body) -> list[str]:
    """Return everything that is wrong with the direct awards of a folder, by the rules of their form."""
    entries = folder.toml.get("direct_awards", [])
    if not entries:
        return []
    if "entered" not in folder.stages:
        return ["round.toml, [stages.entered]: is missing, and enters the direct awards"]
    with transaction.atomic():
        round = Round.objects.filter(reference=folder.toml["round"]["reference"]).first() or receiving.stand_in(body)
        errors = list(_errors(round, entries))
        transaction.set_rollback(True)
    return errors


def _errors(round: Round, entries: list[dict[str, Any]]) -> Iterator[str]:
    prefetch_related_objects([round], "tags")
    for number, entry in enumerate(entries, start=1):
        place = f"round.toml, [[direct_awards]] {number}"
        form, outside = form_of(round, entry)
        if outside:
            yield f"{place}, areas: {outside}"
        for name, messages in form.errors.items():
            if not (outside and name == "boroughs"):
                yield f"{place}, {_KEYS.get(name, name)}: {messages[0]}"


def form_of(round: Round, entry: dict[str, Any]) -> tuple[DirectForm, str]:
    """Return an award as the form that a person fills in, and what is wrong with the names of its areas."""
    data: MultiValueDict[str, str] = MultiValueDict()
    for name in _PLAIN:
        data[name] = str(entry.get(_KEYS.get(name, name), ""))
    data["receives"] = NAMED if entry.get("recipient") else DESCRIBED
    for name in _YES_NO:
        value = entry.get(_KEYS.get(name, name))
        data[name] = {True: "yes", False: "no"}[value] if value is not None else _NOT_GIVEN[name]
    for name in _DAYS:
        if name in entry:
            day = _day(entry[name])
            for part, value in enumerate((day.day, day.month, day.year)):
                data[f"{name}_{part}"] = str(value)
    for name in LISTS:
        data.setlist(name, entry.get(name, []))
    outside = ""
    try:
        data.setlist("boroughs", round.body.areas.read(entry["areas"]))
    except NoSuchArea as wrong:
        outside = str(wrong)
    return DirectForm(data, round=round), outside


# The living wage is asked of those who pay staff alone.
_NOT_GIVEN = {"employs_staff": "no", "london_living_wage": "", "personal_data": "no"}


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def enter(folder: Folder) -> int:
    """Enter the direct awards, and return how many there are."""
    by, _, stage = folder.stage("entered")
    entries = folder.toml.get("direct_awards", [])
    for entry in folder.each(entries):
        form, outside = form_of(folder.round, entry)
        if outside or not form.is_valid():
            raise BadFolder(next(_errors(folder.round, [entry])))
        draft = dict(form.cleaned_data)
        entering.enter_direct_award(round=folder.round, draft=draft, by=by, at=folder.at(stage["on"]))
    return len(entries)


def name_recipients(folder: Folder) -> int:
    """Name recipients of direct awards, and return how many there are."""
    by, _, stage = folder.stage("named")
    for entry in stage["recipients"]:
        award = Award.objects.select_related("round").get(round=folder.round, bid__source_reference=entry["bid"])
        typed = {name: entry.get(_KEYS.get(name, name), "") for name in ("recipient", "register", "register_number")}
        typed |= {"amount": str(entry["amount"]), "reason": entry["reason"], "version": award.version}
        form = RecipientForm(
            MultiValueDict({name: [str(value)] for name, value in typed.items()}), body=folder.round.body
        )
        if not form.is_valid():
            name, messages = next(iter(form.errors.items()))
            raise BadFolder(f"round.toml, [stages.named], {entry['recipient']}, {_KEYS.get(name, name)}: {messages[0]}")
        naming.identify_recipient(
            award=award,
            naming=naming.Naming(dict(form.cleaned_data), pounds(entry["amount"]), entry["reason"]),
            by=by,
            at=folder.at(stage["on"]),
        )
    return len(stage["recipients"])


def recipient_called(award: Award, name: str) -> NamedRecipient | None:
    """Return the named recipient of a grant that has this name, or None where no name is given.

    Raises BadFolder where none has it.
    """
    if not name:
        return None
    known = Alias.objects.filter(plain=plain_name(name)).values("organisation")
    named = award.named.filter(state=NamedRecipient.State.NAMED, organisation__in=known).first()
    if named is None:
        raise BadFolder(f"payments.csv: {name} is no recipient of {award.bid.source_reference}")
    return named
