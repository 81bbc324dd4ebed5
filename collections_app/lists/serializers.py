"""Lists of one's own as they are answered; as they are sent, so does the batch take
them (watch_list/list_serializers.py).
"""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from collections_app.browsing.serializers import AnimeOutput
from collections_app.watch_list.serializers import ListItemKeptOutput


@extend_schema_serializer(component_name="ListItem")
class ListItemOutput(ListItemKeptOutput):
    """A title on a list, with what the catalogue says and the user keeps of it."""

    anime = AnimeOutput()


class ListProgressOutput(serializers.Serializer[Any]):
    done = serializers.IntegerField(help_text="how many of its titles are Completed")
    total = serializers.IntegerField()
    minutes_left = serializers.IntegerField(
        help_text="of the episodes not watched yet, as far as their number is known"
    )
