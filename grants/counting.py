"""Counts that agree with their noun."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 member`, `2 members`, `1,204 bids`. Pass an irregular plural: `2 bodies`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
