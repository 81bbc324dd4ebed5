"""Lists of one's own as they are answered; as they are sent, so does the batch take
them (watch_list/list_serializers.py).
"""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from animecollections.api.fields import StrictObject
from collections_app.browsing.serializers import AnimeOutput
from collections_app.watch_list.list_serializers import (
    ABOUT_RULES,
    OrderingField,
    RulesField,
)
from collections_app.watch_list.serializers import ListItemKeptOutput


@extend_schema_serializer(component_name="ListItem")
class ListItemOutput(ListItemKeptOutput):
    """A title on a list, with what the catalogue says and the user keeps of it."""

    list_id = serializers.UUIDField(
        allow_null=True, help_text="null of rules that are not saved"
    )
    rank = serializers.CharField(
        allow_null=True,
        help_text="The list's own order is that of these texts, by their characters' "
        "codes; of equal ones, that of the ids in the list. null on a smart list.",
    )
    added_at = serializers.DateTimeField(
        allow_null=True, help_text="null on a smart list"
    )
    revision = serializers.IntegerField(
        allow_null=True, help_text="null on a smart list"
    )
    anime = AnimeOutput()


class TriedRulesInput(StrictObject):
    """Rules that are not saved, or not yet."""

    rules = RulesField(help_text=ABOUT_RULES)
    ordering = OrderingField(max_length=100, required=False, allow_null=True)


class ListProgressOutput(serializers.Serializer[Any]):
    done = serializers.IntegerField(help_text="how many of its titles are Completed")
    total = serializers.IntegerField()
    minutes_left = serializers.IntegerField(
        help_text="of the episodes not watched yet, as far as their number is known"
    )
