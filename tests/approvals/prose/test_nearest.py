"""What an unknown sum is near to: the figure of the same digits, with the difference."""

from decimal import Decimal

import pytest

from approvals.prose import amounts, nearest
from approvals.prose.figures import Figure

INSTITUTE = Figure("Jill Dando Institute", "A grant", Decimal("246700.00"))
TRAIN = Figure("grants", "Sum", Decimal("150000.00"))
DOUBLE = Figure("line", "A line", Decimal("11000.00"))
SWAPPED = ", £18,000 less and the same digits in another order"


@pytest.mark.parametrize(
    ("typed", "label", "named", "message"),
    [
        ("£264,700", "", [], f", and “Jill Dando Institute” is £246,700{SWAPPED}"),
        ("£264,700", "Institute", [INSTITUTE], f", and the sentence names “Institute”, which is £246,700{SWAPPED}"),
        ("£264,701", "Institute", [INSTITUTE], ", and the sentence names “Institute”, which is £246,700"),
        ("£264,700", "grants", [TRAIN], ", and the sentence names “grants”, which is £150,000"),
        ("£264,701", "", [], ""),
        # Too few digits to be the same by a slip.
        ("£10,100", "", [], ""),
    ],
)
def test_a_sum_with_swapped_digits_says_of_which_figure(
    typed: str, label: str, named: list[Figure], message: str
) -> None:
    [mention] = amounts.amounts(typed)
    result = nearest.unknown(mention, label, named, [TRAIN, INSTITUTE, DOUBLE])
    assert result == f"matches no figure in this paper{message}"
