"""The diary as clients send it, and as it is answered."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from animecollections.api.fields import StrictInteger, StrictObject
from collections_app.watch_list.fields import LARGEST_NUMBER
from collections_app.watch_list.serializers import AnimeIdField, WatchedOnField


def number_of_episodes(**said: Any) -> StrictInteger:
    return StrictInteger(min_value=1, max_value=LARGEST_NUMBER, **said)


class WatchedInput(StrictObject):
    animeId = AnimeIdField()  # noqa: N815
    watched_on = WatchedOnField(required=True)
    episodes = number_of_episodes(required=False, default=1)


class WatchedCorrectionInput(StrictObject):
    watched_on = WatchedOnField()
    episodes = number_of_episodes(required=False)


@extend_schema_serializer(component_name="WatchedOutput")  # `Watched` is of stats
class WatchedOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    anime_id = serializers.CharField()
    title = serializers.CharField(
        allow_null=True, help_text="null = the catalogue has it no more"
    )
    imageUrl = serializers.CharField(allow_null=True)  # noqa: N815
    watched_on = serializers.CharField(
        help_text='"2026-11-28", "2015-06", "2015" or "unknown"'
    )
    episodes = serializers.IntegerField()
    viewing = serializers.IntegerField(help_text="which time through")
    minutes = serializers.IntegerField()
    through = serializers.CharField(
        allow_null=True,
        help_text="how it was last written: session, token, import …; null = unknown",
    )
    revision = serializers.IntegerField(help_text="for If-Match")
