"""What is true since a paper was decided, shown under its Table 3. The frozen page itself is never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from approvals.models import DecisionRecord
from approvals.paper import pack as packs
from approvals.paper import settled
from approvals.routing.commitments import RoundSums
from grants import money


@dataclass(frozen=True, slots=True)
class Row:
    """A sum of the round in pounds: as the paper was submitted, and now. `name` is that of the sum on every page."""

    name: str
    label: str
    submitted: Decimal
    now: Decimal


def rows(paper: dict[str, Any], sums: RoundSums) -> list[Row]:
    """Return the sums of a frozen paper's Table 3 beside those of its round now."""
    frozen = paper["reconciliation"]
    lines = money.total([money.exact(line["amount"]) for line in frozen["lines"]])
    grants = money.exact(frozen["grants"]["total"])
    items = money.total([money.exact(item["amount"]) for item in frozen.get("items", [])])
    compared = [
        Row("allocation", "Total allocated", money.exact(frozen["allocation"]), sums.allocation),
        Row("lines", "Budget lines", lines, sums.lines),
        Row("contracts", "Contracts", money.exact(frozen["contracts"]["total"]), sums.contracts.total),
        Row("items", "Other items", items, sums.items.total),
        Row("grants", "Grants to third parties", grants, sums.grants.total),
        Row("expenditure", "Total expenditure", money.exact(frozen["expenditure"]), sums.expenditure),
        Row("underspend", "Underspend", money.exact(frozen["underspend"]), sums.left),
    ]
    # A paper from before there were other items has no row for them.
    return [row for row in compared if row.name != "items" or row.submitted or row.now]


def shown(record: DecisionRecord, sums: RoundSums) -> SafeString:
    """Return the page of a signed decision with what is true since, under Table 3 of its paper.

    Raises Changed where the record or its pack does not fit its hash.
    """
    compared: Sequence[Row] = rows(packs.read(record.pack), sums)
    context = {"rows": compared, "after": settled.after(packs.read(record))}
    block = render_to_string("approvals/decisions/_since.html", context)
    page = packs.checked_html(record)
    before, title, rest = page.partition('id="table-3"')
    table, end, after = rest.partition("</table>")
    gap, closed, others = after.partition("</div>")
    if not closed:
        # A page of another make has no Table 3 to stand under.
        return SafeString(block + page)
    return SafeString(f"{before}{title}{table}{end}{gap}{closed}{block}{others}")
