"""The outbox in the admin: what waits to be sent, and what failed and why."""

from typing import Any, ClassVar

from django.contrib import admin
from django_tasks_db.admin import DBTaskResultAdmin
from django_tasks_db.models import DBTaskResult

from animecollections.admin import Page

admin.site.unregister(DBTaskResult)


@admin.register(DBTaskResult)
class TaskAdmin(Page, DBTaskResultAdmin):
    list_filter: ClassVar[Any] = ("status",)  # its others read the whole table
