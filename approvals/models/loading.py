"""What was played of a round's folder."""

from __future__ import annotations

from django.db import models

from grants.models import Round


class LoadedStage(models.Model):
    """A stage of a round's folder that was played, so that a second run goes on with the next one.

    `digest` is that of all in the folder that the stage rests on, `clock` the last instant that it gave to an act.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="loaded_stages")
    stage = models.CharField(max_length=30)
    digest = models.CharField(max_length=64)
    clock = models.DateTimeField(null=True)
    played_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["round", "stage"], name="stage_played_once_a_round")]

    def __str__(self) -> str:
        return f"{self.stage} of {self.round}"
