"""How names are compared: without case, punctuation and legal form, by spelling, initials and words. Pure rules."""

import re
from difflib import SequenceMatcher
from fractions import Fraction

# Below this, names of unlike bodies and projects began to be taken for one in the rounds of the fixtures, where the
# likest unlike pair reaches 0.62. Sharan Project and Sharon Project reach 0.93.
LIKE_ENOUGH = Fraction(85, 100)
_SMALL = frozenset({"a", "and", "for", "in", "of", "on", "the", "to", "with"})


def plain_name(name: str) -> str:
    """A name as it is compared: without case, punctuation, a leading `the` or a closing `Ltd`."""
    words = re.sub(r"[^\w\s&]", "", name.casefold()).split()
    if words[:1] == ["the"] and len(words) > 1:
        words = words[1:]
    if words[-1:] in (["ltd"], ["limited"], ["plc"], ["cic"]) and len(words) > 1:
        words = words[:-1]
    return " ".join(words)


def initials(plain: str) -> frozenset[str]:
    """The initials of a plain name of three words or more, with its small words and without them."""
    words = plain.replace("&", " ").split()
    kept = [word for word in words if word not in _SMALL]
    return frozenset("".join(word[0] for word in each) for each in (words, kept) if len(each) > 2)


def runs_of_three(plain: str) -> frozenset[str]:
    """Return every run of three consecutive words of a plain name, without its small words."""
    words = [word for word in plain.split() if word not in _SMALL]
    return frozenset(" ".join(words[i : i + 3]) for i in range(len(words) - 2))


def spelled_alike(one: str, other: str) -> bool:
    """Whether two plain names are the same but for a few letters; the order of the two changes nothing.

    Another number is another body, or another lot: the 12th scout group is not the 13th.
    """
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    first, second = sorted((one, other))
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return (
        matcher.real_quick_ratio() >= LIKE_ENOUGH
        and matcher.quick_ratio() >= LIKE_ENOUGH
        and matcher.ratio() >= LIKE_ENOUGH
    )
