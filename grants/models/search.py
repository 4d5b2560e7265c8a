"""What a search looks through, kept beside each thing that is searched."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchWords(models.Model):
    """The words of a thing as they are searched. Triggers alone write them, so that no writer can forget to.

    `names` holds what the thing is called, folded, in which any part of a word is searched; `lexemes` all its words.
    """

    names = models.TextField(editable=False)
    lexemes = SearchVectorField(editable=False)

    class Meta:
        abstract = True
        indexes = [
            GinIndex(fields=["lexemes"], name="%(class)s_lexemes"),
            GinIndex(fields=["names"], name="%(class)s_names", opclasses=["gin_trgm_ops"]),
        ]
