"""Counts that agree with their noun."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 member`, `2 members`, `1,204 bids`; a plural that does not end in s is given: `2 bodies`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
