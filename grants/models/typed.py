"""What a person is typing in a form and has not sent."""

from typing import Self

from django.db import models

from grants.models.users import User


class TypedDraftQuerySet(models.QuerySet["TypedDraft"]):
    def unsent(self) -> Self:
        """Drafts with something in them, without those whose form was taken or discarded."""
        return self.exclude(fields={})


class TypedDraft(models.Model):
    """The fields of one form that a person typed and never sent. Only they see it, and sending the form empties it.

    `path` is the address of the form. `taken` is the end of the ticket of the page whose form was taken or discarded
    last: a draft that arrives from that page afterwards is not kept. It is no state of anything, and has no event: see
    docs/decisions/0010.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    path = models.CharField(max_length=500)
    fields = models.JSONField()
    kept_at = models.DateTimeField()
    taken = models.CharField(max_length=20, blank=True)

    objects = TypedDraftQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "path"], name="one_typed_draft_a_form")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.path}"
