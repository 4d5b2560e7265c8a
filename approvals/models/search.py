"""What a search of decisions looks through: inside, the papers as they are written; in public, what was published."""

from __future__ import annotations

from django.db import models

from approvals.models.decisions import Decision
from approvals.models.register import RegisterEntry
from grants.models import SearchWords


class DecisionWords(SearchWords):
    """The words of a paper that everybody may search who may open it: its title and sections, never its part 2."""

    decision = models.OneToOneField(Decision, models.CASCADE, primary_key=True, related_name="words", editable=False)

    class Meta(SearchWords.Meta):
        verbose_name_plural = "decision words"

    def __str__(self) -> str:
        return f"the words of {self.decision.reference}"


class RegisterWords(SearchWords):
    """The words of a published decision, from its entry in the register alone."""

    entry = models.OneToOneField(RegisterEntry, models.CASCADE, primary_key=True, related_name="words", editable=False)

    class Meta(SearchWords.Meta):
        verbose_name_plural = "register words"

    def __str__(self) -> str:
        return f"the words of {self.entry}"
