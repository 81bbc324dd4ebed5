"""Viewings as clients send them."""

from typing import Any

from animecollections.api.fields import (
    StrictChoice,
    StrictInteger,
    StrictLines,
    StrictObject,
    StrictText,
)
from collections_app.watch_list.fields import (
    LARGEST_NUMBER,
    LONGEST_NOTES,
    LONGEST_PLACE,
)
from collections_app.watch_list.models import ViewingState
from collections_app.watch_list.serializers import PartialDateField, ScoreField


class ViewingFields(StrictObject):
    """Absent keeps, null clears."""

    def get_fields(self) -> dict[str, Any]:
        # Where one watches: on which site, with whom.
        place = StrictText(
            max_length=LONGEST_PLACE,
            required=False,
            allow_null=True,
            allow_blank=True,
            help_text="where it was watched, in words",
        )
        return super().get_fields() | {"where": place}


class BeginViewing(ViewingFields):
    started_on = PartialDateField(
        required=False, allow_null=True, help_text="today, if it is not sent"
    )
    notes = StrictLines(
        max_length=LONGEST_NOTES, required=False, allow_null=True, allow_blank=True
    )


class ChangeViewing(BeginViewing):
    state = StrictChoice(ViewingState.choices, required=False)
    finished_on = PartialDateField(required=False, allow_null=True)
    progress = StrictInteger(min_value=0, max_value=LARGEST_NUMBER, required=False)
    score = ScoreField(required=False, allow_null=True)
