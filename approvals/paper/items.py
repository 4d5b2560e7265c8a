"""The items that a writer asks for in words, as the paper prints and checks them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from approvals.models import PaperItem
from approvals.prose import figures
from approvals.prose.claims import equals
from approvals.prose.figures import Figure
from approvals.prose.known import Known
from approvals.prose.matches import Kind, Match
from approvals.reconciliation import facts
from approvals.reconciliation.facts import Income
from grants import money, years

Recommended = list[dict[str, Any]]


def recommended(
    asked: Iterable[PaperItem], known: Known, income: Sequence[Income] = ()
) -> tuple[Recommended, Recommended]:
    """Return the recommendations of items without their numbers: those that lead the paper, and the others.

    `income` is all that grantors give for the round, for the items that accept some of it.
    """
    listed = list(asked)
    return (
        [_recommendation(item, known, income) for item in listed if item.item_kind.rule.leads],
        [_recommendation(item, known, income) for item in listed if not item.item_kind.rule.leads],
    )


def _recommendation(item: PaperItem, known: Known, income: Sequence[Income]) -> dict[str, Any]:
    amount = money.text(item.amount) if item.amount is not None else ""
    return {
        "verb": item.item_kind.rule.verb,
        "text": sentence(item, known) + _of_income(item, income),
        "amount": amount,
        "items": [{"label": item.title, "reference": item.reference, "amount": amount}],
        "kind": item.item_kind.rule.noun,
        "kind_value": item.kind,
        "source": _source(item),
    }


def _source(item: PaperItem) -> str:
    """Return where the amount of an item comes from; of income also the day of its agreement and its conditions."""
    if item.income is None:
        return item.source
    words = f"{item.source}, agreed on {item.income.agreed_on:%-d %B %Y}"
    conditions = " ".join(item.income.conditions.split()).removesuffix(".")
    return f"{words}. Conditions of {item.income.grantor}: {conditions}" if conditions else words


def sentence(item: PaperItem, known: Known) -> str:
    """Return the words of an item after its verb, with whom, until when and how much where its own words leave it out.

    A reference to a figure that does not exist stays as it was typed; the checks of the paper name it.
    """
    rule = item.item_kind.rule
    try:
        words = "".join(piece.text for piece in figures.fill(item.wording, known.by_name, known.links))
    except figures.UnknownFigure:
        words = item.wording
    words = words.strip().removesuffix(".")
    if item.whom and item.whom.casefold() not in words.casefold():
        words += f" {rule.link} {item.whom}"
    if item.until and (last_day := f"{item.until:%-d %B %Y}") not in words:
        words += f" until {last_day}"
    if item.amount is not None and money.pounds(item.amount) not in words:
        words += f", {money.pounds(item.amount)}"
    return words


def _of_income(item: PaperItem, income: Sequence[Income]) -> str:
    """Return what an item leaves out of the income that it accepts: its years, and what an uplift raises."""
    accepted = next((each for each in income if item.income and each.reference == item.income.reference), None)
    if accepted is None:
        return ""
    words = ""
    if accepted.uplifts and (whole := money.pounds(facts.raised_to(income, accepted))) not in item.wording:
        words += f", which raises it to {whole}"
    if len(accepted.years) > 1 and not any(slot.label in item.wording for slot, _ in accepted.years):
        words += f": {years.in_words(accepted.years)}"
    return words


def other_sums(item: PaperItem, matches: Iterable[Match]) -> Iterator[str]:
    """Yield why an item's own words contradict its amount: they name sums, and the amount is none of them."""
    if item.amount is None:
        return
    amount, own = item.amount, Figure(item.title, "", item.amount)
    typed = [match.mention for match in matches if match.kind is Kind.MONEY and match.mention.value is not None]
    if not typed or any(equals(mention, own) for mention in typed):
        return
    gap, mention = min((((each.value or amount) - amount, each) for each in typed), key=lambda pair: abs(pair[0]))
    how = "more" if gap > 0 else "less"
    yield f"says {mention.text}, which is {money.pounds(abs(gap))} {how} than its amount of {money.pounds(amount)}"
