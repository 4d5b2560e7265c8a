"""What a grant pays in each financial year, held against its profile.

A payment belongs to the financial year of its day. A grant of a round of one year is held against its amount alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from approvals.models import Award, Payment
from grants import money, years
from grants.refusal import Refused
from grants.years import Profile, Slot


def has_years(award: Award) -> bool:
    """Whether the round of a grant has several financial years, so that payments are held against each."""
    return len({slot.year for slot in award.round.slots}) > 1


def paid_by_year(award: Award) -> dict[str, Decimal]:
    """Return what was paid under a grant in each financial year, in pounds."""
    paid: dict[str, Decimal] = defaultdict(lambda: money.ZERO)
    for paid_on, amount in award.payments.values_list("paid_on", "amount"):
        paid[years.year_of(paid_on)] += amount
    return dict(paid)


def must_fit_the_year(award: Award, amount: Decimal, paid_on: date) -> None:
    """Refuse a payment of more than what its financial year still holds of the grant. The award must be locked."""
    if not has_years(award):
        return
    year = years.year_of(paid_on)
    part = years.by_year(award.years).get(year, money.ZERO)
    if not part:
        raise Refused(
            f"This grant has nothing for {year}: it is {years.in_words(award.years)}. "
            "Propose a carry-over, or enter another day",
            field="paid_on",
        )
    left = part - paid_by_year(award).get(year, money.ZERO)
    if amount > left:
        raise Refused(
            f"Enter no more than the {money.pounds(left)} left to pay in {year}, of {money.pounds(part)} for that year",
            field="amount",
        )


def left_in(award: Award, slot: Slot) -> Decimal:
    """Return what a slot of a grant holds that its year has not paid, in pounds."""
    part = dict(award.years).get(slot, money.ZERO)
    unpaid = years.by_year(award.years).get(slot.year, money.ZERO) - paid_by_year(award).get(slot.year, money.ZERO)
    return min(part, unpaid)


def why_late(awards: Sequence[Award], day: date) -> dict[int, str]:
    """Return why grants cannot be approved on a day, by primary key: a year is over, and not all of its part is paid.

    It takes one query for any number of grants, and none where no year is over.
    """
    late = {
        award.pk: [each for each in years.by_year(award.years).items() if each[1] and years.last_day(each[0]) < day]
        for award in awards
        if has_years(award)
    }
    paid: dict[tuple[int, str], Decimal] = defaultdict(lambda: money.ZERO)
    payments = Payment.objects.filter(award__in=[pk for pk, over in late.items() if over])
    for pk, paid_on, amount in payments.values_list("award", "paid_on", "amount"):
        paid[pk, years.year_of(paid_on)] += amount
    return {
        pk: f"{money.pounds(left)} of it is in {year}, which is over. Propose a carry-over to the next year."
        for pk, over in late.items()
        for year, part in over
        if (left := part - paid[pk, year]) > 0
    }


def carry_over(award: Award, moved: Profile) -> None:
    """Move money of a locked grant between the slots of its round. Its amount, route and approval stay."""
    award.profile = years.store(years.moved(award.years, moved, award.round.slots), award.round.slots)
    award.version += 1
    award.save(update_fields=["profile", "version"])


def must_hold_the_paid(award: Award, profile: Profile) -> None:
    """Refuse a profile that holds less in a financial year than what was paid under the grant in it."""
    if has_years(award) and (why_not := years.why_not_paid(profile, paid_by_year(award))):
        raise Refused(why_not, field="profile")


def resize(award: Award, amount: Decimal) -> None:
    """Give a grant another amount in pounds, and years that fit it, for the caller to save."""
    profile = years.resized(award.years, amount)
    award.amount, award.profile = amount, years.store(profile, award.round.slots)


def divided(award: Award, amount: Decimal, profile: Profile) -> Profile:
    """Return the years of a grant for another amount in pounds: those of `profile` or, where it is empty, fitted ones.

    Raises Refused for slots that its round lacks, for another sum, and for less in a year than was paid in it.
    """
    if not profile:
        return years.resized(award.years, amount)
    if why_not := years.why_not_within(award.round.slots, amount, profile):
        raise Refused(why_not, field="profile")
    must_hold_the_paid(award, profile)
    return profile


def amend(award: Award, amount: Decimal, profile: list[list[str]]) -> None:
    """Give a grant the amount in pounds and the stored profile of an amendment, for the caller to save.

    An amendment from before it had years has none, and the years of the grant are fitted to its amount.
    """
    if not profile:
        resize(award, amount)
        return
    award.amount, award.profile = amount, years.store(years.read(profile), award.round.slots)


def rows(award: Award) -> list[dict[str, Any]]:
    """Return each year of a grant with its part, what was paid in it and what is left, in pounds; none for one year.

    Where capital and revenue are told apart, `kinds` holds both parts in words.
    """
    if not award.round.profile:
        return []
    parts, paid = years.by_year(award.years), paid_by_year(award)
    listed = []
    for year in dict.fromkeys([*parts, *sorted(paid)]):
        part, out = parts.get(year, money.ZERO), paid.get(year, money.ZERO)
        kinds = [(slot.kind, amount) for slot, amount in award.years if slot.year == year and slot.kind]
        words = ", ".join(f"{money.pounds(amount)} {kind}" for kind, amount in kinds)
        listed.append({"year": year, "part": part, "paid": out, "left": part - out, "kinds": words})
    return listed
