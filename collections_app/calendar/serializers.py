"""Episodes in a calendar as JSON, for the reference; answers are made by reads."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from collections_app.catalogue.models import Format, Precision
from collections_app.watch_list.models import EntryType

Serializer = serializers.Serializer[Any]


@extend_schema_serializer(component_name="EntryOfAiring")
class ListedOutput(Serializer):
    """What the user keeps of the title."""

    type = serializers.ChoiceField(EntryType.choices)
    progress = serializers.IntegerField()


@extend_schema_serializer(component_name="EpisodeAiring")
class EpisodeAiringOutput(Serializer):
    """An episode, and when it airs."""

    anime_id = serializers.CharField()
    title = serializers.CharField()
    imageUrl = serializers.CharField(allow_null=True)  # noqa: N815
    format = serializers.ChoiceField(Format.choices)
    episode = serializers.IntegerField(help_text="its number, from 1")
    episodes = serializers.IntegerField(allow_null=True, help_text="null = unknown")
    airs_at = serializers.CharField(
        help_text="a time (2026-12-05T15:30:00Z), a day or a month, as `precision` says"
    )
    precision = serializers.ChoiceField(Precision.choices)
    estimated = serializers.BooleanField(
        help_text="true: computed from weekly times, not announced"
    )
    day = serializers.CharField(
        help_text="the day in the time zone of `meta`; or the month"
    )
    entry = ListedOutput(required=False, help_text="with `mine` or `type`")
