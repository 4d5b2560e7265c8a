"""The Django admin: administrators keep reference data here; everything that was judged or decided is read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from grants import audit, search
from grants.models import Alias, BudgetLine, Organisation, RoleHolding, Round, User

# Django's own class takes no type argument while it runs.
if TYPE_CHECKING:
    Rows = admin.ModelAdmin[Any]
else:
    Rows = admin.ModelAdmin


class ReadOnlyAdmin(Rows):
    """Rows that nobody changes here: the keepers of reference data have no power over what was judged or decided."""

    list_per_page = 50
    show_full_result_count = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow only the filters of the list itself, because any other lookup would reveal what the page leaves out."""
        allowed = {str(name) for name in self.list_filter}
        return lookup.partition("__")[0] in allowed and super().lookup_allowed(lookup, value, request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReferenceAdmin(ReadOnlyAdmin):
    """Rows that an administrator adds and changes; each change is an event of the trail."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        super().save_model(request, obj, form, change)
        assert isinstance(request.user, User)
        audit.record(
            "keep reference data",
            obj,
            by=request.user,
            at=timezone.now(),
            before={name: form.initial.get(name) for name in form.changed_data} if change else {},
            facts={name: str(form.cleaned_data[name]) for name in form.changed_data},
        )


@admin.register(Organisation)
class OrganisationAdmin(ReferenceAdmin):
    """A payee keeps its name and number; another name is an alias, and a missing number can be added once."""

    list_display = ("name", "register", "number", "illustrative")
    search_fields = ("name", "number", "aliases__name")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Organisation], search_term: str
    ) -> tuple[QuerySet[Organisation], bool]:
        sought = search.read(search_term)
        return (queryset.filter(pk__in=search.organisations(sought)) if sought else queryset), False

    def get_readonly_fields(self, request: HttpRequest, obj: Organisation | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("name", "register", "number") if obj.number else ("name",)


@admin.register(Alias)
class AliasAdmin(ReferenceAdmin):
    list_display = ("name", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("name", "organisation__name")
    autocomplete_fields = ("organisation",)


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("name", "username", "unit", "is_active")
    exclude = ("password",)


@admin.register(RoleHolding)
class RoleHoldingAdmin(ReadOnlyAdmin):
    list_display = ("user", "role", "round", "given_at", "ended_at")
    list_select_related = ("user", "round")


# The trail is not here: it has pages of its own, with their own readers.
admin.site.register((Round, BudgetLine), ReadOnlyAdmin)
# Roles take the place of groups.
admin.site.unregister(Group)
