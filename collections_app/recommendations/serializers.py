"""Recommendations as JSON, for the reference; and what is hidden, as it is sent."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from animecollections.api.fields import StrictChoice
from collections_app.browsing.serializers import AnimeOutput
from collections_app.recommendations.models import HiddenScope
from collections_app.recommendations.similarity import Kind

Serializer = serializers.Serializer[Any]


@extend_schema_serializer(component_name="RecommendationReason")
class ReasonOutput(Serializer):
    anime_id = serializers.CharField(help_text="A title of the list, or of `based_on`.")
    title = serializers.CharField()
    kind = serializers.ChoiceField(
        (Kind.PEOPLE, Kind.GENRES),
        help_text="`people`: who has it on the list has the other too. `genres`: they "
        "have genres and studios in common.",
    )


class RecommendationOutput(Serializer):
    anime = AnimeOutput()
    because = ReasonOutput(
        many=True, help_text="What says most for it; empty: many know it."
    )


class HiddenInput(Serializer):
    scope = StrictChoice(
        HiddenScope.choices,
        required=False,
        help_text="Only this title (if absent), or all of its franchise.",
    )
