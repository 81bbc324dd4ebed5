"""Staff who may do some things only, and entries for them to look at."""

from datetime import date
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client

from animecollections.identity import Origin
from collections_app.catalogue.refs import AnimeRef
from collections_app.models import Anime, WatchListEntry
from collections_app.watch_list import writes as watch_list
from factories import UserFactory
from profiles.models import User


def viewer(*permissions: str) -> Client:
    """The browser of staff who may only do this."""
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    browser = Client()
    browser.force_login(user)
    return browser


def put(user: User, anime: Anime, **values: Any) -> WatchListEntry:
    """On the user's list, by their own phone."""
    watch_list.add(
        user_id=user.pk,
        anime=AnimeRef("own", str(anime.pk)),
        values=values,
        today=date(2026, 11, 23),
        through=Origin(kind="session", request_id="from-her-phone"),
    )
    entry: WatchListEntry = WatchListEntry.objects.of(user.pk).get(anime=anime)
    return entry
