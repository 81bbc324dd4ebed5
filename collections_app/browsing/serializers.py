"""Titles as JSON, for the reference; answers are made by catalogue.titles."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from collections_app.catalogue.models import AiringStatus, Format, Season
from collections_app.watch_list.models import EntryType

Serializer = serializers.Serializer[Any]


class RelatedAnimeOutput(Serializer):
    id = serializers.CharField(help_text="Our id, used as animeId in every call.")
    title = serializers.CharField()
    english_title = serializers.CharField(allow_null=True)
    imageUrl = serializers.URLField(allow_null=True)  # noqa: N815
    thumbnailUrl = serializers.URLField(allow_null=True)  # noqa: N815
    rating = serializers.FloatField(allow_null=True, min_value=0, max_value=10)
    episodes = serializers.IntegerField(allow_null=True, help_text="null: unknown")
    format = serializers.ChoiceField(Format.choices)
    airing_status = serializers.ChoiceField(AiringStatus.choices)
    year = serializers.IntegerField(allow_null=True)


@extend_schema_serializer(component_name="EntryOfAnime")
class ListedOutput(Serializer):
    """What the signed-in user keeps of it."""

    type = serializers.ChoiceField(EntryType.choices)
    progress = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True, min_value=0, max_value=10)
    revision = serializers.IntegerField()


class AnimeOutput(RelatedAnimeOutput):
    mal_id = serializers.IntegerField(allow_null=True)
    weighted_rating = serializers.FloatField(
        allow_null=True,
        min_value=0,
        max_value=10,
        help_text="The rating, closer to the average the fewer people it is of: "
        "`ordering=-rating` goes by it.",
    )
    votes = serializers.IntegerField(
        allow_null=True, help_text="How many people rated it; null: unknown."
    )
    native_title = serializers.CharField(allow_null=True)
    synonyms = serializers.ListField(child=serializers.CharField())
    episode_minutes = serializers.IntegerField(allow_null=True)
    season = serializers.ChoiceField(Season.choices, allow_null=True)
    genres = serializers.ListField(child=serializers.CharField())
    studios = serializers.ListField(child=serializers.CharField())
    mature = serializers.BooleanField()
    external_ids = serializers.DictField(
        child=serializers.CharField(), help_text="Other sites' ids, by site."
    )
    updated_at = serializers.DateTimeField()
    entry = ListedOutput(
        required=False, allow_null=True, help_text="With include=entry."
    )


class AnimeWithRelationsOutput(AnimeOutput):
    relations = RelatedAnimeOutput(many=True)


@extend_schema_serializer(component_name="NamedCount")
class CountedOutput(Serializer):
    name = serializers.CharField()
    count = serializers.IntegerField(help_text="Example titles.")
