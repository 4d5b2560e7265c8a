import re

import pytest

from grants.counting import counted
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("number", "noun", "plural", "text"),
    [
        (0, "member", "", "0 members"),
        (1, "member", "", "1 member"),
        (2, "body", "bodies", "2 bodies"),
        (1, "body", "bodies", "1 body"),
        (8300, "bid", "", "8,300 bids"),
    ],
)
def test_a_count_agrees_with_its_noun(number: int, noun: str, plural: str, text: str) -> None:
    assert counted(number, noun, plural) == text


def test_no_page_makes_a_plural_by_hand() -> None:
    # A verb or a pronoun that agrees, as in `{{ count|pluralize:"is,are" }}`, is no plural of a noun.
    agreeing = "is|has|leaves|[Ii]t|[Ii]t is|it never counts"
    made_by_hand = re.compile(
        rf'\|pluralize(?!:"(?:{agreeing}),)|\}}\}}(?:</strong>)? \w+\{{% if [^%]+ %\}}s\{{% endif %\}}'
    )
    templates = sorted((ROOT / "templates").rglob("*.html"))
    assert len(templates) > 100
    assert [file.name for file in templates if made_by_hand.search(file.read_text())] == []
