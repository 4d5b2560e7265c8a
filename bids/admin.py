"""Bids in the admin: tags and criteria of a round are reference data; bids, scores and outcomes are read-only."""

from django.contrib import admin
from django.http import HttpRequest

from bids.models import Assignment, Bid, Criterion, Mark, Panel, PanelOutcome, ProjectFamily, Scorecard, Tag
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
        """A criterion by which somebody has judged a bid stays as it was."""
        return obj is None or not obj.marks.exists()


@admin.register(Bid)
class BidAdmin(ReadOnlyAdmin):
    list_display = ("source_reference", "title", "state", "round")
    list_select_related = ("round",)
    list_filter = ("round", "state")


# Who keeps reference data need not know what anybody scored: scorecards are listed, their marks are not.
@admin.register(Scorecard)
class ScorecardAdmin(ReadOnlyAdmin):
    list_display = ("bid", "member", "state", "saved_at")
    list_select_related = ("bid", "member")


@admin.register(Mark)
class MarkAdmin(ReadOnlyAdmin):
    """Marks are blind, to administrators as well."""

    def has_view_permission(self, request: HttpRequest, obj: Mark | None = None) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False


admin.site.register((Panel, Assignment, PanelOutcome, ProjectFamily), ReadOnlyAdmin)
