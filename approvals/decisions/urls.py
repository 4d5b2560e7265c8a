"""Addresses of decision papers."""

from approvals.decisions import deciding_views, pack_views, views, writing_views
from grants.addresses import path

urlpatterns = [
    path("decisions/<reference:reference>/changes/", pack_views.changes, name="changes"),
    path("rounds/<reference:round>/decisions/", views.decisions, name="decisions"),
    path("rounds/<reference:round>/decisions/add/", views.add_decision, name="add_decision"),
    path("decisions/<reference:reference>/", views.decision, name="decision"),
    path("decisions/<reference:reference>/sections/<slug:key>/", writing_views.edit_section, name="edit_section"),
    path(
        "decisions/<reference:reference>/sections/<slug:key>/history/",
        writing_views.section_history,
        name="section_history",
    ),
    path("decisions/<reference:reference>/printed-instead/", writing_views.spell_text, name="spell_text"),
    path("decisions/<reference:reference>/part-2/", views.part_two, name="part_two"),
    path("decisions/<reference:reference>/part-2/edit/", views.edit_part_two, name="edit_part_two"),
    path("decisions/<reference:reference>/sign-off/<slug:area>/", views.sign_off, name="sign_off"),
    path("decisions/<reference:reference>/submit/", views.submit_pack, name="submit_pack"),
    path("decisions/<reference:reference>/query/", views.query_pack, name="query_pack"),
    path(
        "decisions/<reference:reference>/v<int:version>/queries/<int:number>/",
        views.answer_query,
        name="answer_query",
    ),
    path("decisions/<reference:reference>/return/", views.return_pack, name="return_pack"),
    path("decisions/<reference:reference>/put-forward/", views.put_forward, name="put_forward"),
    path("decisions/<reference:reference>/decide/", deciding_views.decide_items, name="decide_items"),
    path("decisions/<reference:reference>/sign/", deciding_views.sign_decision, name="sign_decision"),
    path("decisions/<reference:reference>/defer/", views.defer_publication, name="defer_publication"),
    path("decisions/<reference:reference>/publish/", views.publish_decision, name="publish_decision"),
    path("decisions/<reference:reference>/v<int:version>/", pack_views.pack, name="pack"),
    path("decisions/<reference:reference>/v<int:version>/pdf/", pack_views.pack_pdf, name="pack_pdf"),
    path("decisions/<reference:reference>/v<int:version>/word/", pack_views.pack_word, name="pack_word"),
    path("decisions/<reference:reference>/v<int:version>/data/", pack_views.pack_data, name="pack_data"),
    path("decisions/<reference:reference>/v<int:version>/zip/", pack_views.pack_zip, name="pack_zip"),
]
