"""Where the rows of each model are, once the database is spread over machines by user.

The one list: `manage.py distribute` goes by it, and so does a migration that makes a
table afterwards. A test holds that every model is in it, and that the column is one.
"""

from typing import Any, NamedTuple

from django.apps import apps
from django.db import models


class Place(NamedTuple):
    """column: the one whose value tells the machine; none where each has all rows
    (`everywhere`), or the coordinator alone (neither).
    """

    reason: str
    column: str = ""
    is_everywhere: bool = False


def by_user(reason: str, column: str = "user_id") -> Place:
    return Place(reason, column)


def by_value(column: str, reason: str) -> Place:
    return Place(reason, column)


def everywhere(reason: str) -> Place:
    """A reference table: read often next to rows of users, written seldom."""
    return Place(reason, is_everywhere=True)


def coordinator(reason: str) -> Place:
    return Place(reason)


OWN = "a row of a user's: every statement names the user"
CATALOGUE = "the catalogue: lists are joined to it on every machine"
OF_DJANGO = "rights and their groups: few rows, joined to users"
OF_STAFF = "of the few staff, by pages of the admin"
OF_CODES = "read in the second step of a sign-in alone, and django-otp's own"

PLACES = {
    "profiles.User": by_user("the account, beside all that is its own", "id"),
    "profiles.User_groups": by_user("joined to the account"),
    "profiles.User_user_permissions": by_user("joined to the account"),
    "profiles.LoginClaim": by_value("value", "found before the user is known"),
    "profiles.Session": by_user("its key begins with the user"),
    "profiles.TokenFamily": by_user("its tokens name the user"),
    "profiles.App": everywhere("the sign-ins of all who let it in are joined to it"),
    "profiles.AuthorizationCode": by_user("its text names the user"),
    "profiles.DeviceCode": by_value("key", "found before the user is known"),
    "profiles.PersonalToken": by_user("its text names the user"),
    "profiles.SecondStep": by_user("its text begins with the user"),
    "profiles.Passkey": by_user(OWN),
    "profiles.FactorRemoval": by_user(OWN),
    "profiles.UsedChallenge": by_value("key", "answered before the user is known"),
    "profiles.Ticket": by_user("its text begins with the user"),
    "profiles.WrongPasswords": by_value("email", "it may be the e-mail of nobody"),
    "profiles.KnownPlace": by_user(OWN),
    "profiles.FailedSignIns": coordinator("a row a day, of nobody"),
    "profiles.FailedSignInsPart": coordinator("a few rows a day, of nobody"),
    "profiles.CountCorrection": coordinator("what erasures take from the sums"),
    "profiles.TitleCount": coordinator("sums over everybody, by title and day"),
    "profiles.ListCount": coordinator("sums over everybody, by title"),
    "profiles.Profile": by_user("one row a user, joined to the account"),
    "profiles.Preferences": by_user("one row a user, joined by every request"),
    "profiles.Image": by_user(OWN),
    "profiles.EmailChange": by_user("its links name the user"),
    "profiles.Identity": by_user(OWN),
    "profiles.Feed": by_user(OWN),
    "profiles.Share": by_user("its text tells the user"),
    "profiles.Moderation": by_user(OWN),
    "profiles.Report": coordinator("between two people; what staff work off"),
    "profiles.Tie": by_user(OWN),
    "profiles.WatchedTogether": by_user(OWN),
    "profiles.UserNotice": by_user(OWN),
    "profiles.MutedTitle": by_user(OWN),
    "profiles.PushSubscription": by_user(OWN),
    "profiles.Digest": by_user(OWN),
    "profiles.Webhook": by_user(OWN),
    "profiles.Delivery": by_user(OWN),
    "profiles.MadeExport": by_user(OWN),
    "profiles.Erasure": coordinator("a register that outlives its users"),
    "profiles.PrivacyRequest": coordinator("a register that outlives its users"),
    "profiles.Notice": coordinator("a few rows, for everybody"),
    "profiles.Figure": coordinator("sums over everybody"),
    "collections_app.Merge": everywhere("the lists that it moved refer to it"),
    "collections_app.MergedList": by_user(OWN),
    "collections_app.Genre": everywhere(CATALOGUE),
    "collections_app.Studio": everywhere(CATALOGUE),
    "collections_app.Anime_genres": everywhere(CATALOGUE),
    "collections_app.Anime_studios": everywhere(CATALOGUE),
    "collections_app.Anime": everywhere(CATALOGUE),
    "collections_app.Airing": everywhere(CATALOGUE),
    "collections_app.ExternalId": everywhere(CATALOGUE),
    "collections_app.Listing": everywhere(CATALOGUE),
    "collections_app.SearchName": everywhere(CATALOGUE),
    "collections_app.SourceFact": everywhere(CATALOGUE),
    "collections_app.SeriesLink": everywhere(CATALOGUE),
    "collections_app.Abbreviation": everywhere(CATALOGUE),
    "collections_app.SimilarTitles": everywhere(CATALOGUE),
    "collections_app.HiddenTitle": by_user(OWN),
    "collections_app.CatalogueState": everywhere("read by every sign-in check"),
    "collections_app.MissingTitle": coordinator("what staff work off"),
    "collections_app.TitleEvent": coordinator("what the worker has to tell, in order"),
    "collections_app.ImportPlan": by_user(OWN),
    "collections_app.ImportRow": by_user(OWN),
    "collections_app.WatchListEntry": by_user(OWN),
    "collections_app.Viewing": by_user(OWN),
    "collections_app.OwnList": by_user(OWN),
    "collections_app.Scrobble": by_user(OWN),
    "collections_app.ScrobbleRule": by_user(OWN),
    "collections_app.ScrobbleSource": by_user(OWN),
    "collections_app.ListItem": by_user(OWN),
    "history.UserState": by_user("the lock of every write, one row a user"),
    "history.Change": by_user(OWN),
    "history.Search": by_user(OWN),
    "history.EpisodesWatched": by_user(OWN),
    "history.KeptAnswer": by_user(OWN),
    "history.Job": coordinator("the lock of what runs once, for everybody"),
    "history.StaffAction": coordinator("a log that outlives users; triggers guard it"),
    "admin.LogEntry": coordinator(OF_STAFF),
    "auth.Permission": everywhere(OF_DJANGO),
    "auth.Group_permissions": everywhere(OF_DJANGO),
    "auth.Group": everywhere(OF_DJANGO),
    "contenttypes.ContentType": everywhere(OF_DJANGO),
    "otp_totp.TOTPDevice": coordinator(OF_CODES),
    "otp_static.StaticDevice": coordinator(OF_CODES),
    "otp_static.StaticToken": coordinator(OF_CODES),
    "django_tasks_database.DBTaskResult": coordinator("the outbox: a queue for all"),
}


def place_of(model: type[models.Model]) -> Place:
    return PLACES[model._meta.label]


def tables_of_users() -> dict[str, str]:
    """The tables that are spread by user, each with the column that names them."""
    return {
        model._meta.db_table: place_of(model).column
        for model in all_models()
        if place_of(model).column in ("user_id", "id")
    }


def all_models() -> list[type[models.Model]]:
    """Those that have a table."""
    models_ = apps.get_models(include_auto_created=True)
    return [model for model in models_ if model._meta.managed and not model._meta.proxy]


def may_refer(model: type[models.Model], field: Any) -> bool:
    """Whether a foreign key can be the database's to keep: to a table that is on every
    machine, or with both rows on one.
    """
    here, there = place_of(model), place_of(field.remote_field.model)
    if not here.column and not here.is_everywhere and not there.column:
        return True
    both_by_user = there.column == "id" and field.column == here.column == "user_id"
    return there.is_everywhere or both_by_user
