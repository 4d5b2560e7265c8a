"""Files of bids, and the rows in which their content is kept unless a deployment keeps it elsewhere."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from bids.models.bids import Bid
from grants.models import User


class BidFile(models.Model):
    """A file of a bid: what a page shows of it. Its content is in the storage `bid_files` under `stored_as`."""

    class Kind(models.TextChoices):
        """The kinds of file that a bid may have. `bids.files.kinds` knows them by their content."""

        PDF = "pdf", "PDF"
        WORD = "docx", "Word document"
        EXCEL = "xlsx", "Excel spreadsheet"
        OPEN_TEXT = "odt", "OpenDocument text"
        OPEN_SPREADSHEET = "ods", "OpenDocument spreadsheet"
        PNG = "png", "PNG picture"
        JPEG = "jpg", "JPEG picture"

    # The database holds this limit too: each file has a place of its own below it.
    MOST = 20

    bid = models.ForeignKey(Bid, models.PROTECT, related_name="files")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=4, choices=Kind)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=100, unique=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = "file"
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["bid", "place"], name="bid_file_place_once"),
            models.CheckConstraint(condition=Q(place__gte=1, place__lte=20), name="bid_file_place_up_to_20"),
            models.UniqueConstraint(fields=["bid", "name"], name="bid_file_name_once"),
            models.UniqueConstraint(fields=["bid", "sha256"], name="bid_file_content_once"),
        ]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return self.name


class StoredFile(models.Model):
    """The content of one file, in a row of its own so that no list loads it. Written by `DatabaseStorage` alone."""

    name = models.CharField(max_length=100, unique=True)
    size = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return self.name
