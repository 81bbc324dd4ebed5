"""Lists of one's own as clients send them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from animecollections.api.fields import (
    StrictBoolean,
    StrictChoice,
    StrictLines,
    StrictObject,
    StrictText,
)
from animecollections.viewer import Audience
from collections_app.own_lists.models import (
    LONGEST_DESCRIPTION,
    LONGEST_ITEM_NOTES,
    LONGEST_NAME,
)
from collections_app.own_lists.orderings import wrong_ordering
from collections_app.own_lists.ranks import LONGEST_RANK, is_rank
from collections_app.own_lists.rules import KINDS, MANUAL, SMART, RulesError
from collections_app.own_lists.values import Row
from collections_app.watch_list.serializers import AnimeIdField
from collections_app.watch_list.smart_lists import checked

ABOUT_RULES = (
    "of a smart list: conditions on titles `from` the `watch_list` (if absent) or the "
    "`catalogue`. Each key is a parameter of that address that narrows, or `all` or "
    "`any` (arrays of such objects), or `not` (one); all keys of an object hold at once"
)


class OrderingField(StrictText):
    """Keys of an ordering, or null for the list's own order."""

    def to_internal_value(self, data: object) -> str:
        text = super().to_internal_value(data)
        if sentence := wrong_ordering(text):
            raise serializers.ValidationError(sentence)
        return text


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": True,
        "example": {"from": "watch_list", "type": "To Watch", "episodes_max": 13},
    }
)
class RulesField(serializers.Field[Any, Any, Any, Any]):
    """The rules of a smart list, as they are stored: own_lists/rules.py."""

    def to_internal_value(self, data: Any) -> Row:
        try:
            return checked(data)
        except RulesError as error:
            raise serializers.ValidationError(str(error)) from None


class ListFields(StrictObject):
    description = StrictLines(
        max_length=LONGEST_DESCRIPTION,
        required=False,
        allow_null=True,
        allow_blank=True,
    )
    ordering = OrderingField(
        max_length=100,
        required=False,
        allow_null=True,
        help_text="how its titles are shown, as `ordering` of its items; null: in its "
        "own order",
    )
    rules = RulesField(required=False, allow_null=True, help_text=ABOUT_RULES)
    leave_when_completed = StrictBoolean(
        required=False, help_text="true: a title goes off it when it is completed"
    )
    pinned = StrictBoolean(required=False)


class ListInput(ListFields):
    name = StrictText(max_length=LONGEST_NAME)
    kind = StrictChoice(
        KINDS, required=False, help_text="a smart list has `rules`; it stays one"
    )

    def validate(self, attrs: Row) -> Row:
        kind, has_rules = attrs.pop("kind", MANUAL), bool(attrs.get("rules"))
        if kind == MANUAL and has_rules:
            raise serializers.ValidationError({"kind": "A list with rules is smart."})
        if kind == SMART and not has_rules:
            raise serializers.ValidationError(
                {"rules": "A smart list needs its rules."}
            )
        return attrs


class ListChangeInput(ListFields):
    """Absent keeps, null clears."""

    name = StrictText(max_length=LONGEST_NAME, required=False)


class OneListInput(ListChangeInput):
    """With the audience, which no batch has: who sees a list is decided with network,
    or nobody knows from when on they do.
    """

    audience = StrictChoice(
        Audience.choices,
        required=False,
        help_text="who sees it; needs the scope `sharing` too",
    )


class RankInput(StrictText):
    def to_internal_value(self, data: object) -> str:
        text = super().to_internal_value(data)
        if not is_rank(text):
            raise serializers.ValidationError(
                "A rank has four or more of the letters and digits A–Z, a–z, 0–9, and "
                "does not end with 0 after the fourth."
            )
        return text


class ItemInput(StrictObject):
    """Where a title stands: after another, or at a rank; absent keeps its place."""

    after = AnimeIdField(
        required=False,
        allow_null=True,
        help_text="the title it is to follow; null: to stand first. Absent: a new one "
        "stands last",
    )
    rank = RankInput(
        max_length=LONGEST_RANK,
        required=False,
        help_text="instead of `after`, between the ranks of two neighbours: what "
        "devices without network send",
    )
    notes = StrictLines(
        max_length=LONGEST_ITEM_NOTES,
        required=False,
        allow_null=True,
        allow_blank=True,
    )

    def validate(self, attrs: Row) -> Row:
        if "after" in attrs and "rank" in attrs:
            raise serializers.ValidationError({"rank": "Send after or rank, not both."})
        return attrs


def columns_of(values: Row) -> Row:
    """null clears."""
    cleared: Row = {"description": "", "ordering": "", "notes": "", "rules": {}}
    return {
        name: cleared.get(name) if value is None else value
        for name, value in values.items()
    }
