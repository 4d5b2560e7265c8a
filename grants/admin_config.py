"""The admin site of this product in place of Django's own."""

from django.contrib.admin.apps import AdminConfig


class GrantsAdminConfig(AdminConfig):
    default_site = "grants.admin_site.Site"
