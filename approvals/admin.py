"""Approvals in the admin: all of it read-only, and Part 2 not there at all."""

from django.contrib import admin

from approvals.models import (
    Approval,
    Award,
    Condition,
    Decision,
    DecisionItem,
    DelegationRule,
    Pack,
    PaperItem,
    Payment,
    Recommendation,
    Signature,
    SingleTenderAction,
)
from grants.admin import ReadOnlyAdmin


@admin.register(Pack)
class PackAdmin(ReadOnlyAdmin):
    list_display = ("decision", "version", "sha256", "submitted_at")
    list_select_related = ("decision",)
    exclude = ("pdf", "html")


@admin.register(DecisionItem)
class DecisionItemAdmin(ReadOnlyAdmin):
    # What is decided is seen by whoever decides alone until it is signed, and then stands in the published record.
    exclude = ("answer", "before_payment", "conditions", "reason", "choices_on_terms")


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    exclude = ("interests",)


admin.site.register(
    (Approval, Award, Condition, DelegationRule, PaperItem, Payment, Recommendation, Signature, SingleTenderAction),
    ReadOnlyAdmin,
)
