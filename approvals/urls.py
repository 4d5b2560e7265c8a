"""Addresses of review, routes, approvals, contracts, decisions and the public register."""

from django.urls import path

from approvals import decision_views, views

app_name = "approvals"
urlpatterns = [
    path("rounds/<slug:round>/review/", views.review, name="review"),
    path("bids/<str:reference>/review/", views.review_bid, name="review_bid"),
    path("rounds/<slug:round>/families/", views.families, name="families"),
    path("rounds/<slug:round>/routes/", views.routes, name="routes"),
    path("rounds/<slug:round>/routes/route/", views.route_awards, name="route_awards"),
    path("rounds/<slug:round>/approvals/", views.approvals, name="approvals"),
    path("rounds/<slug:round>/approvals/check/", views.approve_awards, name="approve_awards"),
    path("rounds/<slug:round>/approvals/done/", views.approved, name="approved"),
    path("awards/<str:reference>/", views.award, name="award"),
    path("awards/<str:reference>/warning/", views.clear_warning, name="clear_warning"),
    path("awards/<str:reference>/escalate/", views.escalate_award, name="escalate_award"),
    path("awards/<str:reference>/payments/add/", views.record_payment, name="record_payment"),
    path("rounds/<slug:round>/contracts/", views.single_tender_actions, name="single_tender_actions"),
    path("rounds/<slug:round>/contracts/add/", views.add_single_tender_action, name="add_single_tender_action"),
    path("contracts/<str:reference>/", views.single_tender_action, name="single_tender_action"),
    path(
        "contracts/<str:reference>/approve/",
        views.approve_single_tender_action,
        name="approve_single_tender_action",
    ),
    path("rounds/<slug:round>/rules/", views.rules, name="rules"),
    path("rounds/<slug:round>/rules/propose/", views.propose_rule, name="propose_rule"),
    path("rules/<str:reference>/confirm/", views.confirm_rule, name="confirm_rule"),
    path("rounds/<slug:round>/reconciliation/", views.reconciliation, name="reconciliation"),
    path("rounds/<slug:round>/decisions/", decision_views.decisions, name="decisions"),
    path("rounds/<slug:round>/decisions/add/", decision_views.add_decision, name="add_decision"),
    path("decisions/<str:reference>/", decision_views.decision, name="decision"),
    path("decisions/<str:reference>/sections/<slug:key>/", decision_views.edit_section, name="edit_section"),
    path("decisions/<str:reference>/sources/", decision_views.edit_sources, name="edit_sources"),
    path("decisions/<str:reference>/part-2/", decision_views.part_two, name="part_two"),
    path("decisions/<str:reference>/part-2/edit/", decision_views.edit_part_two, name="edit_part_two"),
    path("decisions/<str:reference>/submit/", decision_views.submit_pack, name="submit_pack"),
    path("decisions/<str:reference>/query/", decision_views.query_pack, name="query_pack"),
    path(
        "decisions/<str:reference>/v<int:version>/queries/<int:number>/",
        decision_views.answer_query,
        name="answer_query",
    ),
    path("decisions/<str:reference>/return/", decision_views.return_pack, name="return_pack"),
    path("decisions/<str:reference>/put-forward/", decision_views.put_forward, name="put_forward"),
    path("decisions/<str:reference>/decide/", decision_views.decide_items, name="decide_items"),
    path("decisions/<str:reference>/sign/", decision_views.sign_decision, name="sign_decision"),
    path("decisions/<str:reference>/publish/", decision_views.publish_decision, name="publish_decision"),
    path("decisions/<str:reference>/v<int:version>/", decision_views.pack, name="pack"),
    path("decisions/<str:reference>/v<int:version>/pdf/", decision_views.pack_pdf, name="pack_pdf"),
    path("decisions/<str:reference>/v<int:version>/data/", decision_views.pack_data, name="pack_data"),
    path("register/", decision_views.register, name="register"),
    path("register/<str:reference>/", decision_views.published_decision, name="published_decision"),
    path("register/<str:reference>/pdf/", decision_views.published_pdf, name="published_pdf"),
    path("register/<str:reference>/data/", decision_views.published_data, name="published_data"),
]
