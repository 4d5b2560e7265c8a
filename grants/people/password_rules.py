"""Which passwords are too easy to guess for the person who chooses them. Django's own rules are in the settings."""

import re
from typing import Any

from django.core.exceptions import ValidationError

# A password with fewer different characters is one key held down, or two.
_FEWEST_CHARACTERS = 5
_SHORTEST_WORD = 4
# What is left of a password without the words of this work must still be long enough to be a password.
_FEWEST_OTHERS = 8
_OF_THIS_WORK = re.compile(
    "allocation|crime|decision|deputy|funding|fund|grants|grant|london|mayor|metropolitan|money|office|panel|password|"
    "police|prevention|secret|service|welcome"
)


class NotGuessedValidator:
    """Refuses a password made of its owner's names, of the words of this work, or of very few characters."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with what makes the password easy to guess."""
        lower = password.lower()
        if len(set(lower)) < _FEWEST_CHARACTERS:
            raise ValidationError(f"The password must have at least {_FEWEST_CHARACTERS} different characters.")
        if any(word in lower for word in _words_of(user)):
            raise ValidationError("The password must not contain your name, user name, email address or unit.")
        rest = _OF_THIS_WORK.sub("", lower)
        if len(rest) < _FEWEST_OTHERS:
            raise ValidationError("The password must not be made of words of this service, such as “grant”.")

    def get_help_text(self) -> str:
        return "It must not contain your name, or be made of words of this service."


def _words_of(user: Any) -> set[str]:
    """Return the words by which a person is known that are long enough not to stand in other words by chance."""
    known = " ".join(str(getattr(user, name, "")) for name in ("username", "name", "unit"))
    known += " " + str(getattr(user, "email", "")).partition("@")[0]
    return {word for word in re.findall(r"\w+", known.lower()) if len(word) >= _SHORTEST_WORD}
