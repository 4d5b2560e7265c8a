"""Bids in the admin: tags and criteria of a round are reference data; bids and outcomes are read-only.

Scorecards, marks, interests and the trail are not there at all: who keeps reference data may not know, while members
score or later, who has scored what, and even the number of the next row would say how much was written.
"""

from django.contrib import admin
from django.http import HttpRequest

from bids.models import Assignment, Bid, Criterion, Panel, PanelOutcome, ProjectFamily, Tag
from grants.admin import ReadOnlyAdmin, ReferenceAdmin


@admin.register(Tag)
class TagAdmin(ReferenceAdmin):
    list_display = ("label", "kind", "code", "round")
    list_select_related = ("round",)
    list_filter = ("round", "kind")


@admin.register(Criterion)
class CriterionAdmin(ReferenceAdmin):
    list_display = ("number", "label", "gate", "scored", "weight", "round")
    list_select_related = ("round",)
    list_filter = ("round",)

    def has_change_permission(self, request: HttpRequest, obj: Criterion | None = None) -> bool:
        """Allow no change once a bid of the round is with a member, even if it was not begun."""
        return obj is None or not Assignment.objects.filter(bid__round=obj.round).exists()

    def has_add_permission(self, request: HttpRequest, obj: Criterion | None = None) -> bool:
        """Allow no further criterion: it would leave every scorecard of the round incomplete."""
        return False


@admin.register(Bid)
class BidAdmin(ReadOnlyAdmin):
    list_display = ("source_reference", "title", "state", "round")
    list_select_related = ("round",)
    list_filter = ("round", "state")
    fields = ("source_reference", "title", "state", "round")


@admin.register(PanelOutcome)
class PanelOutcomeAdmin(ReadOnlyAdmin):
    exclude = ("internal_reason",)


admin.site.register((Panel, Assignment, ProjectFamily), ReadOnlyAdmin)
