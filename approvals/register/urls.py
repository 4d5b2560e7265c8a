"""Addresses of the public register and of the returns."""

from approvals.register import returns_views, views
from grants.addresses import path

urlpatterns = [
    path("rounds/<reference:round>/returns/delegated/", returns_views.delegated_return, name="delegated_return"),
    path(
        "rounds/<reference:round>/returns/delegated/<slug:kind>/",
        returns_views.delegated_return_file,
        name="delegated_return_file",
    ),
    path("register/", views.register, name="register"),
    path("register/open-data.json", views.open_data_json, name="open_data_json"),
    path("register/open-data.csv", views.open_data_csv, name="open_data_csv"),
    path("register/open-data.xlsx", views.open_data_xlsx, name="open_data_xlsx"),
    path("register/feed/", returns_views.register_feed, name="register_feed"),
    path("register/grants/", returns_views.grant_register, name="grant_register"),
    path("register/grants/<slug:kind>/", returns_views.grant_register_file, name="grant_register_file"),
    path("register/contracts/", returns_views.contract_register, name="contract_register"),
    path("register/contracts/<slug:kind>/", returns_views.contract_register_file, name="contract_register_file"),
    path("register/<reference:reference>/", views.published_decision, name="published_decision"),
    path("register/<reference:reference>/pdf/", views.published_pdf, name="published_pdf"),
    path("register/<reference:reference>/word/", views.published_word, name="published_word"),
    path("register/<reference:reference>/data/", views.published_data, name="published_data"),
    path("register/<reference:reference>/zip/", views.published_zip, name="published_zip"),
]
