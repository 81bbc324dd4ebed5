"""The admin's menu: what staff look for first, in the order of their questions."""

from typing import NamedTuple, TypedDict

from django.http import HttpRequest
from django.urls import reverse


class Item(TypedDict):
    title: str
    icon: str
    link: str


class Group(TypedDict):
    title: str
    separator: bool
    items: list[Item]


class Line(NamedTuple):
    """permission: who sees the line; "" is everybody in the admin."""

    title: str
    icon: str
    page: str
    permission: str = ""


def rows(title: str, icon: str, model: str) -> Line:
    """The list of a model, for those who may see it."""
    app, _, name = model.partition(".")
    return Line(title, icon, f"admin:{app}_{name}_changelist", f"{app}.view_{name}")


DASHBOARD = Line("Dashboard", "monitoring", "admin:index")
MENU = {
    "People": [
        Line("Find", "person_search", "admin:find", "profiles.view_user"),
        Line("Reports", "flag", "admin:reports", "profiles.view_moderation"),
        rows("Users", "group", "profiles.user"),
        rows("Sessions", "devices", "profiles.session"),
        rows("Apps' tokens", "key", "profiles.tokenfamily"),
        rows("Apps", "extension", "profiles.app"),
        rows("Wrong passwords", "lock", "profiles.wrongpasswords"),
        rows("Failed sign-ins", "bar_chart", "profiles.failedsignins"),
        rows("Images", "image", "profiles.image"),
        rows("Following and blocks", "group_add", "profiles.tie"),
        rows("Watched together", "groups", "profiles.watchedtogether"),
        rows("Privacy requests", "gavel", "profiles.privacyrequest"),
        rows("Exports", "download", "profiles.madeexport"),
        rows("Erasures", "person_remove", "profiles.erasure"),
    ],
    "Lists": [
        rows("Entries", "bookmarks", "collections_app.watchlistentry"),
        rows("Log of changes", "history", "history.change"),
        rows("Searches", "search", "history.search"),
        rows("Imports", "upload_file", "collections_app.importplan"),
        rows("Notices of users", "notifications", "profiles.usernotice"),
        rows("What happened to titles", "event", "collections_app.titleevent"),
    ],
    "Catalogue": [
        rows("Titles", "movie", "collections_app.anime"),
        Line(
            "Merge two titles",
            "merge",
            "admin:merge_titles",
            "collections_app.add_merge",
        ),
        rows("Merges", "call_merge", "collections_app.merge"),
        Line(
            "What an import would change",
            "difference",
            "admin:preview_import",
            "collections_app.change_anime",
        ),
        Line(
            "What facts would change",
            "fact_check",
            "admin:preview_facts",
            "collections_app.change_anime",
        ),
        rows("Facts by source", "source", "collections_app.sourcefact"),
        rows("Similar titles", "hub", "collections_app.similartitles"),
        Line(
            "Missing titles",
            "search_off",
            "admin:missing_titles",
            "collections_app.change_anime",
        ),
        rows("Abbreviations", "short_text", "collections_app.abbreviation"),
        rows("Ids at other sites", "link", "collections_app.externalid"),
        rows("Genres", "category", "collections_app.genre"),
        rows("Studios", "apartment", "collections_app.studio"),
    ],
    "Operation": [
        rows("Outbox", "outbox", "django_tasks_database.dbtaskresult"),
        rows("Notices to all", "campaign", "profiles.notice"),
        rows("Jobs", "schedule", "history.job"),
        rows("What staff did", "policy", "history.staffaction"),
        rows("Staff groups", "badge", "auth.group"),
        Line("API reference", "description", "docs"),
    ],
}


def menu(request: HttpRequest) -> list[Group]:
    """As UNFOLD's SIDEBAR takes it; groups that would be empty are left out."""
    groups = [group("", [DASHBOARD], request)]
    groups += [group(title, lines, request) for title, lines in MENU.items()]
    return [found for found in groups if found["items"]]


def group(title: str, lines: list[Line], request: HttpRequest) -> Group:
    items: list[Item] = [
        {"title": line.title, "icon": line.icon, "link": reverse(line.page)}
        for line in lines
        if not line.permission or request.user.has_perm(line.permission)
    ]
    return {"title": title, "separator": True, "items": items}
