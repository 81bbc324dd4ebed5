"""Feeds as clients send them, and as they are answered."""

from typing import Any

from rest_framework import serializers

from animecollections.api.fields import (
    KnownFieldsObject,
    StrictChoice,
    StrictList,
    StrictText,
)
from collections_app.models import EntryType


class FeedInput(KnownFieldsObject):
    name = StrictText(max_length=50, required=False, allow_blank=True, default="")
    types = StrictList(
        child=StrictChoice(EntryType.choices),
        required=False,
        default=list,
        most=len(EntryType),
        help_text="of entries; absent or empty: all that is not dropped",
    )


class FeedOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    types = serializers.ListField(child=serializers.ChoiceField(EntryType.choices))
    created_at = serializers.DateTimeField()
    rotated_at = serializers.DateTimeField(allow_null=True)
    last_used_on = serializers.DateField(allow_null=True)


class AddressesOutput(serializers.Serializer[Any]):
    """The addresses of a feed: secrets."""

    ics = serializers.CharField(help_text="for calendar programs")
    rss = serializers.CharField(help_text="what has aired, for feed readers")
    json = serializers.CharField(help_text="the same as JSON Feed 1.1")


class MadeFeedOutput(FeedOutput):
    urls = AddressesOutput(help_text="shown this once")
