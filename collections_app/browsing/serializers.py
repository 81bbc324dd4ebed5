"""Titles as JSON, for the reference; answers are made by catalogue.titles."""

from typing import Any, get_args

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from collections_app.catalogue.models import AiringStatus, Format, Season
from collections_app.source_facts.values import Precision, RelationType
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
    first_airs_at = serializers.CharField(
        required=False,
        allow_null=True,
        help_text="With include=schedule: a time, a day or a month, as much as is "
        "known. null: unknown.",
    )
    first_airs_estimated = serializers.BooleanField(
        required=False, allow_null=True, help_text="true: computed, not announced."
    )
    episodes_aired = serializers.IntegerField(
        required=False, allow_null=True, help_text="With include=schedule."
    )
    next_airs_at = serializers.CharField(
        required=False,
        allow_null=True,
        help_text="With include=schedule: when the next episode airs.",
    )
    next_airs_estimated = serializers.BooleanField(
        required=False, allow_null=True, help_text="true: computed, not announced."
    )
    entry = ListedOutput(
        required=False, allow_null=True, help_text="With include=entry."
    )


SOURCE = "Whose fact it is, such as bangumi-data; `staff`: ours."


class MomentOutput(Serializer):
    """When something is, as exactly as that is known."""

    at = serializers.CharField(
        help_text="2026-04-08T06:30:00Z, 2026-04-08 (in Japan), 2026-04 or 2026."
    )
    precision = serializers.ChoiceField(get_args(Precision))


class BroadcastOutput(Serializer):
    """Regular times: an episode every so many days from `start` on."""

    start = MomentOutput()
    every_days = serializers.IntegerField()
    zone = serializers.CharField(
        allow_null=True,
        help_text="By whose clocks the hour stays; null: not said, so Asia/Tokyo.",
    )


class AiringOutput(Serializer):
    begin = MomentOutput(allow_null=True)
    end = MomentOutput(allow_null=True, help_text="When its last episode airs.")
    broadcast = BroadcastOutput(allow_null=True)
    episodes = serializers.IntegerField(allow_null=True)
    source = serializers.CharField(help_text=SOURCE)  # type: ignore[assignment]


class LinkOutput(Serializer):
    site = serializers.CharField(help_text="`official`: its own site.")
    name = serializers.CharField()
    url = serializers.URLField()
    regions = serializers.ListField(
        child=serializers.CharField(), help_text="Countries; empty: not said."
    )
    begins = MomentOutput(allow_null=True)
    source = serializers.CharField(help_text=SOURCE)  # type: ignore[assignment]


class NamesInLanguageOutput(Serializer):
    language = serializers.CharField(help_text="Such as zh-Hans.")
    names = serializers.ListField(child=serializers.CharField())
    source = serializers.CharField(help_text=SOURCE)  # type: ignore[assignment]


class DescriptionOutput(Serializer):
    text = serializers.CharField()
    language = serializers.CharField()
    source = serializers.CharField(help_text=SOURCE)  # type: ignore[assignment]


class EpisodeOutput(Serializer):
    number = serializers.IntegerField()
    title = serializers.CharField(allow_null=True)
    airs = MomentOutput(allow_null=True)
    minutes = serializers.IntegerField(allow_null=True)
    source = serializers.CharField(help_text=SOURCE)  # type: ignore[assignment]


class TrailerOutput(Serializer):
    site = serializers.CharField()
    url = serializers.URLField()
    source = serializers.CharField(help_text=SOURCE)  # type: ignore[assignment]


class SeasonMappingOutput(Serializer):
    """Where episodes of the title are in a database of TV series or films."""

    database = serializers.ChoiceField(["tvdb", "tmdb", "tmdb_movie", "imdb"])
    id = serializers.CharField(help_text="Of the series or the film there.")
    season = serializers.IntegerField(
        allow_null=True, help_text="0: specials; null: of a film."
    )
    first = serializers.IntegerField(help_text="The first episode, as counted here.")
    last = serializers.IntegerField(allow_null=True, help_text="null: no end.")
    to_first = serializers.IntegerField(help_text="Its number there.")
    to_last = serializers.IntegerField(allow_null=True)
    ratio = serializers.IntegerField(
        help_text="2: each episode is two there; -2: two episodes are one there."
    )
    source = serializers.CharField(help_text=SOURCE)  # type: ignore[assignment]


class EpisodeRedirectOutput(Serializer):
    """Episodes, counted on from this title, that are another title's."""

    first = serializers.IntegerField()
    last = serializers.IntegerField(allow_null=True, help_text="null: no end.")
    anime_id = serializers.CharField(
        allow_null=True, help_text="The other title; null: it is not here."
    )
    ids = serializers.ListField(
        child=serializers.CharField(), help_text="Sites' ids of it, such as mal:5."
    )
    to_first = serializers.IntegerField(help_text="The number in the other title.")
    to_last = serializers.IntegerField(allow_null=True)
    source = serializers.CharField(help_text=SOURCE)  # type: ignore[assignment]


class TypedRelationOutput(RelatedAnimeOutput):
    relation = serializers.ChoiceField(
        get_args(RelationType),
        required=False,
        allow_null=True,
        help_text="What it is to this title, with include=relations; null: not known.",
    )
    source = serializers.CharField(  # type: ignore[assignment]  # the stubs' own `source`
        required=False, allow_null=True, help_text=SOURCE
    )


class AnimeWithFactsOutput(AnimeOutput):
    relations = TypedRelationOutput(many=True)
    airing = AiringOutput(required=False, allow_null=True)
    links = LinkOutput(many=True, required=False)
    names = NamesInLanguageOutput(many=True, required=False)
    franchise = RelatedAnimeOutput(many=True, required=False)
    description = DescriptionOutput(required=False, allow_null=True)
    episode_list = EpisodeOutput(many=True, required=False)
    trailers = TrailerOutput(many=True, required=False)
    seasons = SeasonMappingOutput(many=True, required=False)
    redirects = EpisodeRedirectOutput(many=True, required=False)


@extend_schema_serializer(component_name="NamedCount")
class CountedOutput(Serializer):
    name = serializers.CharField()
    count = serializers.IntegerField(help_text="Example titles.")
