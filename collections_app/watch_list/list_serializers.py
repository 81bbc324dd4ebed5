"""Lists of one's own as clients send them."""

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
from collections_app.own_lists.values import Row
from collections_app.watch_list.serializers import AnimeIdField


class OrderingField(StrictText):
    """Keys of an ordering, or null for the list's own order."""

    def to_internal_value(self, data: object) -> str:
        text = super().to_internal_value(data)
        if sentence := wrong_ordering(text):
            raise serializers.ValidationError(sentence)
        return text


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
    leave_when_completed = StrictBoolean(
        required=False, help_text="true: a title goes off it when it is completed"
    )
    pinned = StrictBoolean(required=False)


class ListInput(ListFields):
    name = StrictText(max_length=LONGEST_NAME)


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
    cleared = {"description": "", "ordering": "", "notes": ""}
    return {
        name: cleared.get(name) if value is None else value
        for name, value in values.items()
    }
