"""What names a withheld recipient in the words of a paper. Pure rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from approvals.reconciliation.sums import Discrepancy
from approvals.routing.withheld import MARK
from grants import money


def problems(paper: Mapping[str, Any], reference: str) -> Iterator[Discrepancy]:
    """Yield each text of a paper that somebody wrote and that named a withheld recipient before it was left out."""

    def problem(whose: str, key: str = "") -> Discrepancy:
        message = f"{whose} names a recipient that is withheld. Leave the name out, or write it in Part 2."
        return Discrepancy("withheld", message, money.ZERO, f"{reference} {key}".strip())

    if MARK in paper["title"]:
        yield problem("The title of the paper")
    for section in paper["sections"]:
        texts = ("".join(piece["text"] for piece in each["pieces"]) for each in section["paragraphs"])
        if any(MARK in text for text in texts):
            yield problem(f"“{section['heading']}”", section["key"])
    for asked in paper["recommendations"]:
        if "kind_value" in asked and MARK in f"{asked['text']} {asked['items'][0]['label']} {asked['source']}":
            yield problem(f"Recommendation {asked['number']}", asked["items"][0]["reference"])
    for signed in paper.get("sign_offs", ()):
        if MARK in signed["comment"]:
            yield problem(f"The comment of {signed['area'].lower()}")
