"""Addresses of decision papers."""

from django.urls import path

from approvals.decisions import deciding_views, pack_views, views, writing_views

urlpatterns = [
    path("decisions/<str:reference>/changes/", pack_views.changes, name="changes"),
    path("rounds/<slug:round>/decisions/", views.decisions, name="decisions"),
    path("rounds/<slug:round>/decisions/add/", views.add_decision, name="add_decision"),
    path("decisions/<str:reference>/", views.decision, name="decision"),
    path("decisions/<str:reference>/sections/<slug:key>/", writing_views.edit_section, name="edit_section"),
    path(
        "decisions/<str:reference>/sections/<slug:key>/history/",
        writing_views.section_history,
        name="section_history",
    ),
    path("decisions/<str:reference>/sources/", writing_views.edit_sources, name="edit_sources"),
    path("decisions/<str:reference>/printed-instead/", writing_views.spell_text, name="spell_text"),
    path("decisions/<str:reference>/part-2/", views.part_two, name="part_two"),
    path("decisions/<str:reference>/part-2/edit/", views.edit_part_two, name="edit_part_two"),
    path("decisions/<str:reference>/sign-off/<slug:area>/", views.sign_off, name="sign_off"),
    path("decisions/<str:reference>/submit/", views.submit_pack, name="submit_pack"),
    path("decisions/<str:reference>/query/", views.query_pack, name="query_pack"),
    path(
        "decisions/<str:reference>/v<int:version>/queries/<int:number>/",
        views.answer_query,
        name="answer_query",
    ),
    path("decisions/<str:reference>/return/", views.return_pack, name="return_pack"),
    path("decisions/<str:reference>/put-forward/", views.put_forward, name="put_forward"),
    path("decisions/<str:reference>/decide/", deciding_views.decide_items, name="decide_items"),
    path("decisions/<str:reference>/sign/", deciding_views.sign_decision, name="sign_decision"),
    path("decisions/<str:reference>/defer/", views.defer_publication, name="defer_publication"),
    path("decisions/<str:reference>/publish/", views.publish_decision, name="publish_decision"),
    path("decisions/<str:reference>/v<int:version>/", pack_views.pack, name="pack"),
    path("decisions/<str:reference>/v<int:version>/pdf/", pack_views.pack_pdf, name="pack_pdf"),
    path("decisions/<str:reference>/v<int:version>/word/", pack_views.pack_word, name="pack_word"),
    path("decisions/<str:reference>/v<int:version>/data/", pack_views.pack_data, name="pack_data"),
    path("decisions/<str:reference>/v<int:version>/zip/", pack_views.pack_zip, name="pack_zip"),
]
