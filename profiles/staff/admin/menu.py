"""The admin's menu: what staff look for first, in the order of their questions."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """As UNFOLD's SIDEBAR takes it; groups that would be empty are left out."""
    groups = [
        group("People", people(request)),
        group("Lists", lists(request)),
        group("Catalogue", catalogue(request)),
        group("Operation", operation(request)),
    ]
    start = group("", [item("Dashboard", "monitoring", "admin:index")])
    return [start, *(found for found in groups if found["items"])]


def group(title: str, items: list[dict[str, Any] | None]) -> dict[str, Any]:
    return {"title": title, "separator": True, "items": [i for i in items if i]}


def item(title: str, icon: str, name: str) -> dict[str, object]:
    return {"title": title, "icon": icon, "link": reverse(name)}


def rows(request: HttpRequest, title: str, icon: str, model: str) -> Any:
    """The list of a model, for those who may see it."""
    app, _, name = model.partition(".")
    if not request.user.has_perm(f"{app}.view_{name}"):
        return None
    return item(title, icon, f"admin:{app}_{name}_changelist")


def people(request: HttpRequest) -> list[Any]:
    may_find = request.user.has_perm("profiles.view_user")
    return [
        item("Find", "person_search", "admin:find") if may_find else None,
        rows(request, "Users", "group", "profiles.user"),
        rows(request, "Sessions", "devices", "profiles.session"),
        rows(request, "Apps' tokens", "key", "profiles.tokenfamily"),
        rows(request, "Wrong passwords", "lock", "profiles.wrongpasswords"),
        rows(request, "Failed sign-ins", "bar_chart", "profiles.failedsignins"),
        rows(request, "Images", "image", "profiles.image"),
        rows(request, "Privacy requests", "gavel", "profiles.privacyrequest"),
        rows(request, "Exports", "download", "profiles.madeexport"),
        rows(request, "Erasures", "person_remove", "profiles.erasure"),
    ]


def lists(request: HttpRequest) -> list[Any]:
    return [
        rows(request, "Entries", "bookmarks", "collections_app.watchlistentry"),
        rows(request, "Log of changes", "history", "history.change"),
        rows(request, "Searches", "search", "history.search"),
        rows(request, "Imports", "upload_file", "collections_app.importplan"),
    ]


def catalogue(request: HttpRequest) -> list[Any]:
    return [
        rows(request, "Titles", "movie", "collections_app.anime"),
        item("Merge two titles", "merge", "admin:merge_titles")
        if request.user.has_perm("collections_app.add_merge")
        else None,
        rows(request, "Merges", "call_merge", "collections_app.merge"),
        item("What an import would change", "difference", "admin:preview_import")
        if request.user.has_perm("collections_app.change_anime")
        else None,
        item("What facts would change", "fact_check", "admin:preview_facts")
        if request.user.has_perm("collections_app.change_anime")
        else None,
        rows(request, "Facts by source", "source", "collections_app.sourcefact"),
        item("Missing titles", "search_off", "admin:missing_titles")
        if request.user.has_perm("collections_app.change_anime")
        else None,
        rows(request, "Abbreviations", "short_text", "collections_app.abbreviation"),
        rows(request, "Ids at other sites", "link", "collections_app.externalid"),
        rows(request, "Genres", "category", "collections_app.genre"),
        rows(request, "Studios", "apartment", "collections_app.studio"),
    ]


def operation(request: HttpRequest) -> list[Any]:
    return [
        rows(request, "Outbox", "outbox", "django_tasks_database.dbtaskresult"),
        rows(request, "Notices to all", "campaign", "profiles.notice"),
        rows(request, "Jobs", "schedule", "history.job"),
        rows(request, "What staff did", "policy", "history.staffaction"),
        rows(request, "Staff groups", "badge", "auth.group"),
        item("API reference", "description", "docs"),
    ]
