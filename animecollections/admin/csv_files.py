"""A list of the admin as a CSV file: the rows its filters leave, in its columns."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from html import unescape
from typing import Any

from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Field
from django.http import HttpRequest, HttpResponse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from animecollections.api.spreadsheets import neutral

ROWS_TOGETHER = 500
# Columns that show a picture, or lead somewhere.
NOT_WRITTEN = {"picture", "action_checkbox"}

# Filters that may name a person: the log of staff is kept for good.
NOT_NOTED = {"q", "p", "o", "e", "all", "user__id__exact"}

# How it is noted that a list was taken: (request, list, rows, reason, how it was
# narrowed, whose rows). Filled by the app that keeps the log of staff.
Note = Callable[[HttpRequest, str, int, str, dict[str, Any], str], None]
noters: list[Note] = []


def note(request: HttpRequest, name: str, rows: int, reason: str) -> None:
    narrowed: dict[str, Any] = {
        key: value for key, value in request.GET.items() if key not in NOT_NOTED
    }
    if request.GET.get("q"):
        narrowed["searched"] = True
    user = request.GET.get("user__id__exact", "")
    for write in noters:
        write(request, name, rows, reason, narrowed, user)


def columns_of(page: Any, request: HttpRequest) -> list[tuple[str, str]]:
    """(name, heading) of those that say something."""
    labels = [
        (name, str(label_for_field(name, page.model, page)))
        for name in page.get_list_display(request)
        if name not in NOT_WRITTEN
    ]
    return [(name, label.capitalize()) for name, label in labels if label.strip()]


def file_of(
    page: object, rows: Iterable[object], columns: list[tuple[str, str]]
) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(label for _, label in columns)
    for row in rows:
        writer.writerow(cell(page, row, name) for name, _ in columns)
    return b"\xef\xbb\xbf" + out.getvalue().encode()  # so that Excel reads UTF-8


def rows_of(changes: Any, request: HttpRequest, most: int) -> Iterator[Any]:
    """The rows as the list shows them, masked where it masks them, page after page."""
    changes.list_per_page, changes.show_all = ROWS_TOGETHER, False
    for number in range(1, most // ROWS_TOGETHER + 1):
        changes.page_num = number
        changes.get_results(request)
        yield from changes.result_list
        if number * ROWS_TOGETHER >= changes.result_count:
            return


def cell(page: Any, row: Any, name: str) -> object:
    try:
        field, _, value = lookup_field(name, row, page)
    except ObjectDoesNotExist:
        return ""
    if isinstance(field, Field) and field.choices:
        value = dict(field.flatchoices).get(value, value)
    if value is None or isinstance(value, (int, float)):
        return "" if value is None else value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    text = unescape(strip_tags(value)) if isinstance(value, SafeString) else str(value)
    return neutral(text)


def as_download(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
