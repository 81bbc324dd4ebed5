"""Admin page of lists of one's own: to look at, whoever gave a reason. Their texts are
taken down from the person's page (profiles/staff/admin/actions.py).
"""

import json
from typing import Any

from django.contrib import admin

from animecollections.admin import ReadOnly
from collections_app.own_lists.models import OwnList
from history.staff_log.masks import MASK, Masked


@admin.register(OwnList)
class OwnListAdmin(ReadOnly, Masked):
    list_display = (
        "id", "user", "called", "kind", "size", "pinned", "audience", "updated_at",
    )  # fmt: skip
    fields = (
        "id",
        "user",
        "called",
        "about",
        "kind",
        "rules_read",
        "size",
        "ordering",
        "leave_when_completed",
        "pinned",
        "audience",
        "created_at",
        "updated_at",
        "revision",
        "items_revision",
    )

    def get_object(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The page's title has the name of the list."""
        row = super().get_object(request, *args, **kwargs)
        if row is not None and not row.is_revealed:
            row.name = MASK
        return row

    @admin.display(description="name")
    def called(self, row: Any) -> str:
        return str(row.name) if row.is_revealed else MASK

    @admin.display(description="description")
    def about(self, row: Any) -> str:
        return str(row.description) if row.is_revealed else MASK

    @admin.display(description="rules")
    def rules_read(self, row: Any) -> str:
        """Texts in them are a person's own."""
        text = json.dumps(row.rules, ensure_ascii=False) if row.rules else "–"
        return text if row.is_revealed or not row.rules else MASK
