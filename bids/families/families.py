"""Suggestions of bids that may be lots of one project, and of organisations that may be one. A person confirms.

Pure rules. The limit is compared with the sum of a family, so that splitting a grant never lowers its route (PCD 681
para 2.11): Sharan and Sharon are one project, and PCPI Ltd is one body under five names.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bids.families.likeness import Link, Strength, groups, like_names, like_texts
from grants import registers
from grants.names import plain_name

# The number of sentences shown for a likeness. More of them add nothing.
MOST_EVIDENCE = 4
# A person whom bids of so many recipients name is as likely an adviser as one of them.
MANY_RECIPIENTS = 3
_NUMBER = r"\d+|[a-h]|i{1,3}|iv|vi{0,3}|one|two|three|four|five|six"
_LOT = re.compile(
    rf"\b(?:lot|part|phase|stage|strand|tranche|year)\s+(?:no\.?\s*)?(?:{_NUMBER})\b|\b\d+\b", re.IGNORECASE
)


class Why(StrEnum):
    """The kinds of likeness, with the label that the page shows."""

    NAMES = "Like names"
    RECIPIENT = "The same recipient"
    RECIPIENTS = "Recipients that look like one"
    PEOPLE = "The same people"
    TEXT = "Like text"
    NUMBER = "The same register number"


@dataclass(frozen=True, slots=True)
class Like:
    """A bid to compare. `recipient` is the key of its body; `contact` and `email` are the bidder's contact."""

    reference: str
    title: str
    recipient: str
    family: str = ""
    text: str = ""
    contact: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation to compare: its names, its register number and the contacts of its bids."""

    key: str
    names: tuple[str, ...]
    register: str = ""
    number: str = ""
    contacts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One kind of likeness between bids or bodies: their references, its strength and the sentences that show it."""

    why: Why
    references: tuple[str, ...]
    strength: Strength
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Bids or organisations that may be one, by their sorted references, with the reasons, strongest first."""

    references: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def strength(self) -> Strength:
        """The strength of the strongest reason, raised by one if several kinds of likeness agree.

        A weak one, such as an adviser who writes for many, adds nothing to another.
        """
        several = len({reason.why for reason in self.reasons if reason.strength > Strength.WEAK}) > 1
        return Strength(min(Strength.STRONG, self.reasons[0].strength + several))

    @property
    def key(self) -> str:
        return key_of(self.references)


def key_of(references: Iterable[str]) -> str:
    """Return a short key for a set of bids or bodies, independent of their order."""
    return hashlib.sha256("\n".join(sorted(references)).encode()).hexdigest()[:16]


def family_name(title: str) -> str:
    """Return the project's name from a lot's title: “Safe Camp Extension, lot 1: Fulham” is Safe Camp Extension."""
    head = re.split(r"[:,]", title)[0]
    return _LOT.sub("", head).strip(" -–") or head.strip()


def suggest(
    bids: Sequence[Like], bodies: Sequence[Body] = (), dismissed: Collection[frozenset[str]] = ()
) -> list[Suggestion]:
    """Return the sets of bids that may be one project, strongest first, each set once.

    Sets that are already one family, or that a person dismissed as part of a set, are left out.
    """
    families = {bid.reference: bid.family for bid in bids}
    reasons = [
        *_reasons(Why.NAMES, like_names((bid.reference, bid.title, _core(bid.title)) for bid in bids)),
        *_reasons(Why.RECIPIENT, _same_recipient(bids, bodies)),
        *_like_recipients(bids, bodies),
        *_reasons(Why.PEOPLE, _same_people((bid.reference, bid.recipient, bid.contact, bid.email) for bid in bids)),
        *_reasons(Why.TEXT, like_texts({bid.reference: bid.text for bid in bids})),
    ]

    def one_family(references: Sequence[str]) -> bool:
        return len(own := {families[each] for each in references}) == 1 and "" not in own

    return _open([reason for reason in reasons if not one_family(reason.references)], dismissed)


def suggest_bodies(bodies: Sequence[Body], dismissed: Collection[frozenset[str]] = ()) -> list[Suggestion]:
    """Return the sets of organisations that may be one body and were not dismissed, strongest first.

    Organisations with different numbers in one register are different bodies, however alike their names are.
    """
    reasons = [
        *_reasons(Why.NAMES, _like_bodies(bodies)),
        *_reasons(Why.NUMBER, _same_number(bodies)),
        *_reasons(Why.PEOPLE, _shared_people(bodies)),
    ]
    # Bodies connected by different kinds of likeness are one suggestion: some PCPI names by initials, one by people.
    whole = groups((reason.references[0], each) for reason in reasons for each in reason.references)
    wider = [Suggestion(tuple(group), tuple(r for r in reasons if set(r.references) <= set(group))) for group in whole]
    return _strongest_first(each for each in map(_in_order, wider) if not _within(each.references, dismissed))


# One kind of likeness each


def _core(title: str) -> str:
    """Return a title for comparison, without its lot number and without text after a colon or comma."""
    head = re.split(r"[:,]", title.casefold())[0]
    return plain_name(_LOT.sub(" ", head)) or plain_name(re.sub(r"\d+", "", head)) or plain_name(title)


def _same_recipient(bids: Sequence[Like], bodies: Sequence[Body]) -> list[Link]:
    known = {body.key: _introduced(body) for body in bodies}
    first: dict[str, str] = {}
    return [
        Link(there, bid.reference, Strength.FAIR, f"They go to {known.get(bid.recipient, bid.recipient)}")
        for bid in bids
        if bid.recipient and (there := first.setdefault(bid.recipient, bid.reference)) != bid.reference
    ]


def _introduced(body: Body) -> str:
    """Return a body with its details: Pennywhistle Trust, charity number 9937792, also known as Penny Whistle."""
    name, *others = body.names
    number = f", {_numbered(body)}" if body.number else ""
    return f"{name}{number}{', also known as ' + ' and '.join(others) if others else ''}"


def _like_recipients(bids: Sequence[Like], bodies: Sequence[Body]) -> list[Reason]:
    """Return the bids whose recipients look like one body, with the likeness of the recipients as reasons."""
    own: dict[str, list[str]] = defaultdict(list)
    for bid in bids:
        own[bid.recipient].append(bid.reference)
    asking = [body for body in bodies if body.key in own]
    links = [*_like_bodies(asking), *_same_number(asking)]
    return [
        replace(reason, references=tuple(sorted(each for key in reason.references for each in own[key])))
        for reason in _reasons(Why.RECIPIENTS, links)
    ]


def _same_people(named: Iterable[tuple[str, str, str, str]]) -> list[Link]:
    """Return links between things that name one person. Each comes as a key, its recipient, a contact and an address.

    Somebody whom bids of many recipients name writes for them rather than being part of them, so that says little.
    """
    entries = list(named)
    by_email = _by_person((email.strip().casefold(), key, recipient) for key, recipient, _, email in entries)
    # One word is a first name, or a role.
    names = ((plain_name(contact), key, recipient) for key, recipient, contact, _ in entries)
    by_name = _by_person(each for each in names if " " in each[0])
    shown = {plain_name(contact): contact.strip() for _, _, contact, _ in reversed(entries)}
    return [
        *_of_people(by_email, Strength.FAIR, {address: address for address in by_email}),
        *_of_people(by_name, Strength.SLIGHT, shown),
    ]


def _by_person(named: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, str]]:
    people: dict[str, dict[str, str]] = defaultdict(dict)
    for person, key, recipient in named:
        if person:
            people[person][key] = recipient
    return people


def _of_people(people: dict[str, dict[str, str]], strength: Strength, shown: dict[str, str]) -> list[Link]:
    links = []
    for person, owners in people.items():
        recipients = len(set(owners.values()))
        first, *others = owners
        many = recipients >= MANY_RECIPIENTS
        evidence = f"{recipients} organisations name {shown[person]}, who may write bids for others"
        sentence = evidence if many else f"Both name {shown[person]}"
        links += [Link(first, key, Strength.WEAK if many else strength, sentence) for key in others]
    return links


def _shared_people(bodies: Sequence[Body]) -> list[Link]:
    return _not_distinguished(
        _same_people((body.key, body.key, *each) for body in bodies for each in body.contacts), bodies
    )


def _like_bodies(bodies: Sequence[Body]) -> list[Link]:
    named = [
        (body.key, name, plain_name(part))
        for body in bodies
        for name in body.names
        # A name with another in brackets is both.
        for part in re.split(r"[()]", name)
    ]
    return _not_distinguished(like_names(named), bodies)


def _same_number(bodies: Sequence[Body]) -> list[Link]:
    first: dict[str, Body] = {}
    links = []
    for body in bodies:
        number = re.sub(r"\W", "", body.number).casefold().lstrip("0")
        if number and (there := first.setdefault(number, body)) is not body:
            sentence = f"{there.names[0]} has the {_numbered(there)}, {body.names[0]} the {_numbered(body)}"
            links.append(Link(there.key, body.key, Strength.STRONG, sentence))
    return links


def _numbered(body: Body) -> str:
    return registers.called(body.register, body.number)


def _not_distinguished(links: list[Link], bodies: Sequence[Body]) -> list[Link]:
    """Return the links between bodies that do not have different numbers in one register."""
    number = {body.key: (body.register, body.number) for body in bodies}

    def apart(one: str, other: str) -> bool:
        (register, mine), (their_register, theirs) = number[one], number[other]
        return bool(mine and theirs) and register == their_register and mine != theirs

    return [link for link in links if not apart(link.one, link.other)]


# Together


def _reasons(why: Why, links: Sequence[Link]) -> list[Reason]:
    """Return the groups that links of one kind form, first by strong links alone, then with weaker ones."""
    by_group: dict[tuple[str, ...], Reason] = {}
    for least in sorted(Strength, reverse=True):
        kept = sorted((link for link in links if link.strength >= least), key=lambda link: -link.strength)
        made = [tuple(group) for group in groups((link.one, link.other) for link in kept)]
        home = {each: group for group in made for each in group}
        evidence: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
        for link in kept:
            evidence[home[link.one]][link.evidence] = None
        for group in made:
            by_group.setdefault(group, Reason(why, group, least, tuple(evidence[group])[:MOST_EVIDENCE]))
    return list(by_group.values())


def _open(reasons: Sequence[Reason], dismissed: Collection[frozenset[str]]) -> list[Suggestion]:
    """Return each set of bids once with all its reasons. A set within a larger, no weaker one is merged into it."""
    by_set: dict[tuple[str, ...], list[Reason]] = defaultdict(list)
    for reason in reasons:
        if not _within(reason.references, dismissed):
            by_set[reason.references].append(reason)
    kept: list[Suggestion] = []
    holding: dict[str, list[int]] = defaultdict(list)
    for references in sorted(by_set, key=lambda each: (-len(each), each)):
        own = _in_order(Suggestion(references, tuple(by_set[references])))
        larger = next((number for number in holding[references[0]] if _holds(kept[number], own)), None)
        if larger is not None:
            kept[larger] = _in_order(replace(kept[larger], reasons=(*kept[larger].reasons, *own.reasons)))
            continue
        for each in references:
            holding[each].append(len(kept))
        kept.append(own)
    return _strongest_first(kept)


def _strongest_first(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    return sorted(suggestions, key=lambda each: (-each.strength, -len(each.reasons), each.references))


def _holds(larger: Suggestion, own: Suggestion) -> bool:
    return larger.strength >= own.strength and set(own.references) <= set(larger.references)


def _in_order(suggestion: Suggestion) -> Suggestion:
    return replace(suggestion, reasons=tuple(sorted(suggestion.reasons, key=lambda reason: -reason.strength)))


def _within(references: Sequence[str], dismissed: Collection[frozenset[str]]) -> bool:
    return any(dismissal.issuperset(references) for dismissal in dismissed)
