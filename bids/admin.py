"""Bids in the admin: tags and criteria of a round are reference data; bids, scores and outcomes are read-only."""

from django.contrib import admin
from django.db.models import QuerySet
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
        """The criteria of a round in which somebody has begun to score stay as they were."""
        return obj is None or not Scorecard.objects.filter(bid__round=obj.round).exists()

    def has_add_permission(self, request: HttpRequest, obj: Criterion | None = None) -> bool:
        """A round is opened with its criteria; one more would leave every scorecard incomplete."""
        return False


@admin.register(Bid)
class BidAdmin(ReadOnlyAdmin):
    list_display = ("source_reference", "title", "state", "round")
    list_select_related = ("round",)
    list_filter = ("round", "state")
    fields = ("source_reference", "title", "state", "round")


# Who keeps reference data need not know what anybody scored: scorecards are listed, their marks are not.
@admin.register(Scorecard)
class ScorecardAdmin(ReadOnlyAdmin):
    list_display = ("bid", "member", "state", "saved_at")
    list_select_related = ("bid", "member")
    exclude = ("withdrawn_because",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scorecard]:
        """Until scoring closes, nobody learns here who has scored what."""
        return super().get_queryset(request).exclude(bid__round__panel__closed_at=None)


@admin.register(PanelOutcome)
class PanelOutcomeAdmin(ReadOnlyAdmin):
    exclude = ("internal_reason",)


@admin.register(Mark)
class MarkAdmin(ReadOnlyAdmin):
    """Marks are blind, to administrators as well."""

    def has_view_permission(self, request: HttpRequest, obj: Mark | None = None) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False


admin.site.register((Panel, Assignment, ProjectFamily), ReadOnlyAdmin)
