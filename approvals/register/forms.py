"""The form by which a list of what is published is kept to a period."""

from __future__ import annotations

from collections.abc import Iterable

from approvals.register.returns import Period
from grants.forms import FilterForm, choose


class PeriodForm(FilterForm):
    """The period of a list: `name` is what the address calls it, and `anything` chooses all of them."""

    def __init__(self, *, name: str, label: str, periods: Iterable[Period], anything: str, chosen: str) -> None:
        super().__init__(initial={name: chosen})
        self.fields[name] = choose(label, [(period.key, period.label) for period in periods], anything)
