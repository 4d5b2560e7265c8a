import pytest

from grants.counting import counted


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
