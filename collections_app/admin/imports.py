"""Admin pages of imports: what was planned, what became of each row. Read only."""

from typing import Any

from django.contrib import admin
from django.db.models import Q

from animecollections.admin import Owned, ReadOnly, as_uuid, people
from collections_app.models import ImportPlan, ImportRow


@admin.register(ImportPlan)
class ImportPlanAdmin(ReadOnly, Owned):
    list_display = ("created_at", "user", "format", "policy", "status", "rows")
    list_filter = ("status", "format", "policy")
    search_help_text = "E-mail, name or id of the user, id of the import or operation"

    def matching(self, text: str) -> Q:
        if id_ := as_uuid(text):
            return Q(user_id=id_) | Q(id=id_) | Q(operation_id=id_)
        return Q(user_id__in=people(text))

    @admin.display(description="rows")
    def rows(self, plan: ImportPlan) -> str:
        told = {name: number for name, number in plan.summary.items() if number}
        return ", ".join(f"{number} {name}" for name, number in told.items())


@admin.register(ImportRow)
class ImportRowAdmin(ReadOnly, Owned):
    """What a row says (notes, tags) is the user's; here only what became of it."""

    list_display = ("title", "user", "outcome", "reason", "anime_id", "row")
    list_only = ("user__user_name", "title", "outcome", "reason", "anime_id", "row")
    list_filter = ("outcome",)
    exclude = ("record", "before", "after")
    search_help_text = "E-mail, name or id of the user, id of the import"
    ordering = ("-id",)

    def matching(self, text: str) -> Q:
        if id_ := as_uuid(text):
            return Q(user_id=id_) | Q(plan_id=id_)
        users: list[Any] = people(text)
        return Q(user_id__in=users)
