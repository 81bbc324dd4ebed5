"""Admin pages of imports: what was planned, what became of each row. Read only."""

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from animecollections.admin import Owned, ReadOnly, as_uuid, people
from animecollections.admin.dates import between
from collections_app.imports.models import ImportPlan, ImportRow
from collections_app.watch_list.log_admin import OfEntries
from history.staff_log.masks import MASK, is_revealed


@admin.register(ImportPlan)
class ImportPlanAdmin(ReadOnly, Owned):
    list_display = ("created_at", "user", "format", "policy", "status", "rows")
    list_filter = ("status", "format", "policy", between())
    search_help_text = "E-mail, name or id of the user, id of the import or operation"
    exclude = ("lists",)  # their names, and tags, are the user's

    def matching(self, request: HttpRequest, text: str) -> Q:
        if id_ := as_uuid(text):
            return Q(user_id=id_) | Q(id=id_) | Q(operation_id=id_)
        return Q(user_id__in=people(request, text))

    @admin.display(description="rows")
    def rows(self, plan: ImportPlan) -> str:
        told = {name: number for name, number in plan.summary.items() if number}
        return ", ".join(f"{number} {name}" for name, number in told.items())


@admin.register(ImportRow)
class ImportRowAdmin(ReadOnly, OfEntries):
    """What a row says (notes, tags) is the user's; here only what became of it, and of
    a private entry not of which.
    """

    list_display = ("name", "user", "outcome", "why", "anime", "row")
    list_only = ("user__user_name", "title", "outcome", "reason", "anime_id", "row",
                 "record", "before", "after")  # fmt: skip
    list_filter = ("outcome", between())
    fields = ("name", "user", "outcome", "why", "anime", "row", "plan_id")
    search_help_text = "E-mail, name or id of the user, id of the import"
    ordering = ("-id",)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> ImportRow | None:
        """The page's title is the row's."""
        row: ImportRow | None = super().get_object(request, object_id, from_field)
        if row is not None:
            row.title = self.name(row)
        return row

    @admin.display(description="title")
    def name(self, row: ImportRow) -> str:
        return MASK if is_hidden(row) else row.title

    @admin.display(description="reason")
    def why(self, row: ImportRow) -> str:
        return MASK if is_hidden(row) else row.reason

    @admin.display
    def anime(self, row: ImportRow) -> str:
        return MASK if is_hidden(row) else str(row.anime_id or "")

    def matching(self, request: HttpRequest, text: str) -> Q:
        if id_ := as_uuid(text):
            return Q(user_id=id_) | Q(plan_id=id_)
        return Q(user_id__in=people(request, text))


def is_hidden(row: ImportRow) -> bool:
    """Of an entry that is private or was, or that the file says is."""
    said = (row.record.get("values", {}), row.before, row.after)
    was_private = getattr(row, "is_private", True)
    is_private = was_private or any(values.get("is_private") for values in said)
    return is_private and not is_revealed(row)
