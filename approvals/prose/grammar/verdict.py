"""What the grammar says of a stretch of a text. Pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from approvals.prose.amounts import Mention
from approvals.prose.grammar.tokens import Token
from approvals.prose.vocabulary import Role
from grants import money


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a stretch of a text is true, and why, in words that follow it. `of` is what the stretch is.

    A verdict that is not `firm` contradicts no owner, so that the figure may still come from elsewhere.
    """

    mention: Mention
    is_true: bool
    message: str
    of: Role = Role.SUM
    firm: bool = True


def of_tokens(tokens: Sequence[Token], *, is_true: bool, why: str) -> Verdict:
    """Return the verdict on a statement, which is the stretch of some tokens."""
    mention = Mention(" ".join(token.text for token in tokens), tokens[0].start, tokens[-1].end, None)
    return Verdict(mention, is_true, in_words(why, is_true=is_true), Role.STATEMENT)


def in_words(why: str, *, is_true: bool) -> str:
    """Return a reason as the writer reads it, after the words that it is about."""
    return f"is right: {why}." if is_true else f"is wrong: {why}"


def equal(mention: Mention, amount: Decimal) -> bool:
    """Whether a sum is an amount, to the rounding that it is written with."""
    if mention.value is None:
        return False
    if mention.step <= money.PENNY or amount == mention.value:
        return amount == mention.value
    return (abs(amount) / mention.step).quantize(Decimal(1), ROUND_HALF_UP) * mention.step == abs(mention.value)
