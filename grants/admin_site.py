"""The admin site of this product, in a module without registrations: Django makes it while it imports those."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from grants.access import holdings


class Site(admin.AdminSite):
    """The admin, open to administrators alone and signed in to by the product's own page."""

    site_header = site_title = "Reference data"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and holdings(request.user).may("keep reference data")

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect(reverse("grants:home" if request.user.is_authenticated else "grants:sign_in"))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Lead to the product's own page, which asks for the current password, counts wrong ones and keeps an event."""
        return redirect(reverse("grants:change_password"))

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect(reverse("grants:account"))
