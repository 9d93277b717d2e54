"""The journal in the admin: to read, never to write."""

from django.contrib import admin
from django.http import HttpRequest

from journal.models import Entry


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin[Entry]):
    """Entries, newest first."""

    list_display = ("sequence", "at", "actor", "verb", "subject_kind", "subject_id")
    list_filter = ("verb", "subject_kind")
    search_fields = ("subject_id", "actor")
    date_hierarchy = "at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False
