"""The rows of a draft's long lists that one page shows. A frozen paper is always shown whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# Each list that grows with the grants of a paper, by its name in the data, as a page names it.
LISTS = {"table_2": "rows of Table 2", "appendix_1": "grants of Appendix 1", "appendix_2": "grants of Appendix 2"}


def numbered(paper: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the rows of a list, each with its number in the whole list."""
    return [{**row, "number": number} for number, row in enumerate(paper[name], start=1)]


def excerpt(paper: Mapping[str, Any], shown: Mapping[str, Iterable[dict[str, Any]]]) -> dict[str, Any]:
    """Return a paper with no more of its lists than these rows. Its counts and sums stay those of the whole."""
    return {
        **paper,
        **{name: list(rows) for name, rows in shown.items()},
        "rows_in_all": {name: len(paper[name]) for name in shown},
    }
