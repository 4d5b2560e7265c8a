"""Addresses of routes, approvals, payments and limits."""

from approvals.routing import export_views, views
from grants.addresses import path

urlpatterns = [
    path("rounds/<reference:round>/routes/", views.routes, name="routes"),
    path("rounds/<reference:round>/routes/route/", views.route_awards, name="route_awards"),
    path("rounds/<reference:round>/routes/export/", export_views.export_grants, name="export_grants"),
    path("rounds/<reference:round>/approvals/", views.approvals, name="approvals"),
    path("rounds/<reference:round>/approvals/check/", views.approve_awards, name="approve_awards"),
    path("rounds/<reference:round>/approvals/done/", views.approved, name="approved"),
    path("awards/<str:reference>/", views.award, name="award"),
    path("awards/<str:reference>/warning/", views.clear_warning, name="clear_warning"),
    path("awards/<str:reference>/escalate/", views.escalate_award, name="escalate_award"),
    path("awards/<str:reference>/withhold/", views.withhold_recipient, name="withhold_recipient"),
    path("awards/<str:reference>/name/", views.name_recipient, name="name_recipient"),
    path("awards/<str:reference>/payments/add/", views.record_payment, name="record_payment"),
    path("awards/<str:reference>/other-money/", views.keep_match_funding, name="keep_match_funding"),
    path("other-money/<str:reference>/withdraw/", views.withdraw_match_funding, name="withdraw_match_funding"),
    path("conditions/<str:reference>/meet/", views.meet_condition, name="meet_condition"),
    path("conditions/<str:reference>/undo/", views.undo_condition, name="undo_condition"),
    path("rounds/<reference:round>/rules/", views.rules, name="rules"),
    path("rounds/<reference:round>/rules/propose/", views.propose_rule, name="propose_rule"),
    path("rules/<str:reference>/confirm/", views.confirm_rule, name="confirm_rule"),
]
