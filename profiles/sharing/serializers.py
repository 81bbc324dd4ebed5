"""Links as clients send them, and as they are answered."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from animecollections.api.fields import (
    KnownFieldsObject,
    StrictChoice,
    StrictInteger,
    StrictList,
    StrictText,
    StrictTime,
)
from collections_app.own_lists.models import LONGEST_KEY
from collections_app.watch_list.models import EntryType
from profiles.sharing.fields import FIELDS
from profiles.sharing.models import SharedThing

YEARS = range(1900, 2201)
MOST_USES = 1_000_000


class ShareInput(KnownFieldsObject):
    of = StrictChoice(SharedThing.choices)
    id = StrictText(
        max_length=LONGEST_KEY,
        required=False,
        help_text="the list, the type (such as `Watching`) or the year",
    )
    fields = StrictList(  # type: ignore[assignment]
        child=StrictChoice([*FIELDS]),
        required=False,
        default=list,
        most=len(FIELDS),
        help_text="what it shows that others do not see",
    )
    expires_at = StrictTime(required=False, allow_null=True, default=None)
    max_uses = StrictInteger(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=MOST_USES,
        help_text="so often it is answered; a link with it answers whole, in one page",
    )

    def validate_expires_at(self, value: Any) -> Any:
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError("Send a time that is still to come.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sentence := wrong_which(attrs["of"], attrs.get("id", "")):
            raise serializers.ValidationError({"id": sentence})
        return attrs


def wrong_which(of: str, which: str) -> str:
    """What is wrong with the `id` of what a link is to, as a sentence; or nothing."""
    match of:
        case SharedThing.LIST if not which:
            return "Send the id of the list."
        case SharedThing.TYPE if which not in EntryType.values:
            return f"Send one of {', '.join(EntryType.values)}."
        case SharedThing.YEAR if which not in map(str, YEARS):
            return "Send a year such as 2026, as a text."
        case SharedThing.PROFILE | SharedThing.STATS if which:
            return "There is one of these: send no id."
    return ""


class ShareOutput(serializers.Serializer[Any]):
    """A link that was made."""

    id = serializers.UUIDField()
    of = serializers.ChoiceField(SharedThing.choices)
    which = serializers.CharField(
        help_text="the id of the list, the type, or the year; else empty"
    )
    fields = serializers.ListField(  # type: ignore[assignment]
        child=serializers.ChoiceField([*FIELDS])
    )
    created_at = serializers.DateTimeField()
    rotated_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    max_uses = serializers.IntegerField(allow_null=True)
    uses = serializers.IntegerField(help_text="how often it was answered")


class MadeShareOutput(ShareOutput):
    url = serializers.CharField(help_text="shown this once")
    page_url = serializers.CharField(
        help_text="the same as a page, for people; shown this once"
    )
