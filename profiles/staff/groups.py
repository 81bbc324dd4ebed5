"""The groups of staff that come ready, and what each may do.

`manage.py migrate` makes them so: a permission given to one of them by hand lasts until
the next upgrade. Give it to a group of your own.
"""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

OURS = ("history", "collections_app", "profiles")

# "app.codename"; "app.view_*" are all of an app.
GROUPS: dict[str, tuple[str, ...]] = {
    "Support": (
        "history.view_*",
        "collections_app.view_*",
        "profiles.view_*",
        "profiles.help_user",
        "profiles.reveal_user",
        "profiles.restore_user",
        "profiles.decide_moderation",
        "profiles.add_privacyrequest",
        "profiles.change_privacyrequest",
        "django_tasks_database.view_dbtaskresult",
    ),
    "Catalogue editor": (
        "collections_app.view_anime",
        "collections_app.view_abbreviation",
        "collections_app.view_externalid",
        "collections_app.view_genre",
        "collections_app.view_studio",
        "collections_app.view_listing",
        "collections_app.view_searchname",
        "collections_app.view_sourcefact",
        "collections_app.view_similartitles",
        "collections_app.view_cataloguestate",
        "collections_app.view_merge",
        "collections_app.view_missingtitle",
        "collections_app.add_anime",
        "collections_app.change_anime",
        "collections_app.add_externalid",
        "collections_app.delete_externalid",
        "collections_app.add_merge",
        "collections_app.add_abbreviation",
        "collections_app.change_abbreviation",
        "history.view_staffaction",
    ),
    "Moderator": (
        "profiles.view_moderation",
        "profiles.decide_moderation",
        "history.view_staffaction",
    ),
    "Administrator": (
        *(f"{app}.*" for app in OURS),
        "auth.view_*",
        "django_tasks_database.view_*",
    ),
}


def make_groups() -> None:
    """Brings them to what stands above; other groups stay as they are."""
    for name, wanted in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(permissions(wanted))


def permissions(wanted: tuple[str, ...]) -> list[Permission]:
    condition = Q()
    for text in wanted:
        app, _, codename = text.partition(".")
        of_app = Q(content_type__app_label=app)
        condition |= (
            of_app & Q(codename__startswith=codename[:-1])
            if codename.endswith("*")
            else of_app & Q(codename=codename)
        )
    return list(Permission.objects.filter(condition).distinct())
