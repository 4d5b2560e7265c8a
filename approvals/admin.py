"""Approvals in the admin: all of it read-only, and Part 2 not there at all."""

from django.contrib import admin

from approvals.models import (
    Approval,
    Award,
    Decision,
    DecisionItem,
    DelegationRule,
    Pack,
    Payment,
    Recommendation,
    SingleTenderAction,
)
from grants.admin import ReadOnlyAdmin


@admin.register(Pack)
class PackAdmin(ReadOnlyAdmin):
    list_display = ("decision", "version", "sha256", "submitted_at")
    list_select_related = ("decision",)
    exclude = ("pdf", "html")


admin.site.register(
    (Approval, Award, Decision, DecisionItem, DelegationRule, Payment, Recommendation, SingleTenderAction),
    ReadOnlyAdmin,
)
