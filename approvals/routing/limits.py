"""Transitions of the rules of delegation: set by two people, one who proposes and one who confirms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from approvals.models import DelegationRule
from approvals.routing import duties
from grants import audit, levels
from grants.models import Round, User, new_references
from grants.refusal import Refused
from grants.rounds import rounds


@dataclass(frozen=True)
class RuleTerms:
    """What a rule of delegation says. `kind` is a value of DelegationRule.Kind; `limit` is in pounds.

    `below` and `at_or_above` name who approves there; `further` are the levels above, each with `from` in pounds,
    `who` and `citation`. With a limit of nought and nobody below, nothing is delegated. Without a `valid_to` the rule
    has no last day.
    """

    kind: str
    limit: Decimal
    below: str
    at_or_above: str
    citation: str
    valid_from: date
    valid_to: date | None = None
    further: tuple[Mapping[str, str], ...] = ()


def set_up(*, round: Round, by: User, at: datetime) -> None:
    """Propose the limits of the round's body for a new round. Each applies once a lead confirms it."""
    for own in round.body.limits:
        terms = RuleTerms(
            own.kind, own.amount, own.below, own.at_or_above, own.citation, round.opens_on, further=own.further
        )
        _propose(round, terms, by, at)


def rule_on(round: Round, kind: str, day: date) -> DelegationRule | None:
    """Return the newest confirmed rule of a kind that is in force in a round on a day, or None."""
    return rules_on(round, day)[kind]


def rules_on(round: Round, day: date) -> dict[str, DelegationRule | None]:
    """Return the newest confirmed rule of each kind that is in force in a round on a day, in one query."""
    in_force = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))
    confirmed_rules = DelegationRule.objects.filter(in_force, round=round).exclude(confirmed_by=None)
    newest_last = {rule.kind: rule for rule in confirmed_rules.order_by("valid_from", "id")}
    return {kind: newest_last.get(kind) for kind in DelegationRule.Kind.values}


@transaction.atomic
def propose_rule(*, round: Round, terms: RuleTerms, by: User, at: datetime) -> DelegationRule:
    """Propose a rule on these terms. It applies once another person confirms it.

    Raises Refused where its last day is before its first.
    """
    if terms.valid_to and terms.valid_to < terms.valid_from:
        raise Refused("The last day must be on or after the first", field="valid_to")
    if bool(terms.limit) != bool(terms.below):
        raise Refused("Leave out who approves below only with a limit of £0, where nothing is delegated", field="below")
    if (wrong := levels.fault(terms.limit, terms.further)) is not None:
        raise Refused(wrong, field="further")
    return _propose(rounds.lock(round), terms, by, at)


def _propose(round: Round, terms: RuleTerms, by: User, at: datetime) -> DelegationRule:
    taken = DelegationRule.objects.values_list("reference", flat=True)
    reference = new_references("RULE", 1, taken)[0]
    values = vars(terms) | {"further": [dict(level) for level in terms.further]}
    rule = DelegationRule.objects.create(round=round, reference=reference, proposed_by=by, **values)
    facts = {"kind": terms.kind, "limit": terms.limit, "from": terms.valid_from, "citation": terms.citation}
    facts |= {"levels above": values["further"]} if terms.further else {}
    audit.record("propose rule", rule, round=round, by=by, at=at, facts=facts)
    return rule


@transaction.atomic
def confirm_rule(*, rule: DelegationRule, verified: bool, reason: str, by: User, at: datetime) -> DelegationRule:
    """Put a proposed limit into force. `verified` says whether the citation was checked against the scheme.

    Raises Refused where the confirmer proposed it or it is confirmed already.
    """
    round = rounds.lock(rule.round)
    rule = DelegationRule.objects.select_for_update(of=("self",)).select_related("proposed_by").get(pk=rule.pk)
    if rule.confirmed_by_id:
        raise Refused("This rule is confirmed already")
    if why_not := duties.why_not_confirm(by.username, rule.proposed_by.username):
        raise Refused(why_not)
    if audit.had_a_hand("propose rule", rule, round, audit.acting_as("confirm rule", by, round, at)):
        raise Refused("The person you act for proposed this rule, so somebody else confirms it.")
    rule.confirmed_by, rule.confirmed_at, rule.verified = by, at, verified
    rule.save(update_fields=["confirmed_by", "confirmed_at", "verified"])
    facts = {"limit": rule.limit, "verified": verified}
    audit.record("confirm rule", rule, round=round, by=by, at=at, because=reason, facts=facts)
    return rule
