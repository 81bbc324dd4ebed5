"""Scrobbles, their rules and sources as they are sent and answered."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from animecollections.api.fields import (
    KnownFieldsObject,
    StrictBoolean,
    StrictInteger,
    StrictList,
    StrictText,
)
from collections_app.scrobbling.heard import LARGEST_NUMBER
from collections_app.scrobbling.models import (
    LEAST_PERCENT,
    LONGEST_NAME,
    MatchedBy,
    Player,
    ScrobbleState,
)
from collections_app.scrobbling.sentences import REASONS
from collections_app.watch_list.serializers import AnimeIdField

MOST_NAMES = 50
TYPES = ["episode", "film"]
STATES = [*ScrobbleState.values, "ignored", "playing"]


class ScrobbleCandidateOutput(serializers.Serializer[Any]):
    anime_id = serializers.CharField()
    title = serializers.CharField()
    imageUrl = serializers.CharField(allow_null=True)  # noqa: N815
    format = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    episodes = serializers.IntegerField(allow_null=True)


@extend_schema_serializer(component_name="Scrobble")
class ScrobbleOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(ScrobbleState.choices)
    reason = serializers.ChoiceField(REASONS, allow_null=True)
    why = serializers.CharField(allow_null=True, help_text="the reason, for a person")
    player = serializers.ChoiceField(Player.choices)
    account = serializers.CharField()
    library = serializers.CharField()
    type = serializers.ChoiceField(TYPES)
    series = serializers.CharField(help_text="or the name of the film")
    title = serializers.CharField(help_text="of the episode")
    season = serializers.IntegerField(allow_null=True)
    episode = serializers.IntegerField(allow_null=True)
    episode_end = serializers.IntegerField(allow_null=True)
    year = serializers.IntegerField(allow_null=True)
    ids = serializers.DictField(child=serializers.CharField(), help_text="by site")
    watched_at = serializers.DateTimeField()
    came_at = serializers.DateTimeField()
    matched_by = serializers.ChoiceField(MatchedBy.choices, allow_null=True)
    anime_id = serializers.CharField(allow_null=True)
    anime_title = serializers.CharField(allow_null=True)
    imageUrl = serializers.CharField(allow_null=True)  # noqa: N815
    anime_episode = serializers.IntegerField(allow_null=True)
    operation_id = serializers.UUIDField(allow_null=True)
    token_id = serializers.UUIDField(allow_null=True)
    token_name = serializers.CharField()
    candidates = ScrobbleCandidateOutput(many=True, help_text="of one that waits")


class ScrobbleTakenOutput(serializers.Serializer[Any]):
    state = serializers.ChoiceField(STATES)
    reason = serializers.ChoiceField(REASONS, allow_null=True)
    why = serializers.CharField(allow_null=True, help_text="the reason, for a person")
    scrobble = ScrobbleOutput(allow_null=True, help_text="null: nothing was kept")


class ScrobbleMatchInput(KnownFieldsObject):
    """Which title it is; null: none of the catalogue."""

    animeId = AnimeIdField(allow_null=True)  # noqa: N815
    offset = StrictInteger(
        required=False,
        default=0,
        min_value=-LARGEST_NUMBER,
        max_value=LARGEST_NUMBER,
        help_text="Added to the player's number of the episode.",
    )
    remember = StrictBoolean(
        required=False,
        default=False,
        help_text="Whether it counts for this series and season from now on.",
    )


class ScrobbleRuleOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    type = serializers.ChoiceField(TYPES)
    series = serializers.CharField()
    season = serializers.IntegerField(allow_null=True)
    anime_id = serializers.CharField(
        allow_null=True, help_text="null: no title, and nothing is asked"
    )
    anime_title = serializers.CharField(allow_null=True)
    offset = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class ScrobbleSourceInput(KnownFieldsObject):
    """What is taken of a token or app."""

    accounts = StrictList(
        child=StrictText(max_length=LONGEST_NAME),
        required=False,
        most=MOST_NAMES,
        help_text="Names or ids that the player has for people; empty: all are taken.",
    )
    libraries = StrictList(
        child=StrictText(max_length=LONGEST_NAME),
        required=False,
        most=MOST_NAMES,
        help_text="Empty: all are taken. Plex, Tautulli and our own JSON tell them.",
    )
    least_percent = StrictInteger(
        required=False,
        min_value=1,
        max_value=100,
        help_text=f"Of an episode that was stopped; {LEAST_PERCENT} if never set.",
    )
    fills_gaps = StrictBoolean(
        required=False,
        help_text="Whether the episodes before it that nobody knows of count as "
        "watched too, on an unknown day; true if never set.",
    )


class ScrobbleSourceOutput(serializers.Serializer[Any]):
    token_id = serializers.UUIDField(help_text="of a personal token, or of an app")
    accounts = serializers.ListField(child=serializers.CharField())
    libraries = serializers.ListField(child=serializers.CharField())
    least_percent = serializers.IntegerField()
    fills_gaps = serializers.BooleanField()
    heard_at = serializers.DateTimeField(
        allow_null=True, help_text="the last event, right to a minute"
    )
    heard = serializers.CharField(
        allow_null=True, help_text="what became of it: a state, or a reason"
    )
    why = serializers.CharField(allow_null=True)
