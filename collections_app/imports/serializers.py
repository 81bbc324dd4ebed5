"""Imports as JSON: what clients send, and what they are answered."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from animecollections.api.fields import (
    StrictBoolean,
    StrictChoice,
    StrictInteger,
    StrictObject,
    StrictText,
)
from animecollections.api.parameters import first_moment, parse_when
from collections_app.catalogue.models import Format
from collections_app.imports.models import Decision, ImportStatus, Outcome, Policy
from collections_app.imports.own_lists import LIST, SMART, TAG
from collections_app.imports.services import AHEAD_AT_MOST
from collections_app.own_lists.models import LONGEST_NAME
from collections_app.own_lists.values import folded
from collections_app.transfer import FORMATS, SCALES
from collections_app.watch_list.serializers import AnimeIdField, SomeFields

MOST_DECISIONS = 1000

# The file itself may be the body too, and a form have what the query may say: clients
# get a type of one way.
FILE_BODY = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
        },
    },
}


class StrictMoment(serializers.DateTimeField):
    """A time, or a day for its beginning in UTC."""

    def to_internal_value(self, data: object) -> datetime:
        try:
            return first_moment(
                parse_when(data if isinstance(data, str) else ""), "UTC"
            )
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None


class UploadParameters(serializers.Serializer[Any]):
    """What may be said of a file, in the form or in the query."""

    policy = StrictChoice(Policy.choices, required=False, default=Policy.NEWEST.value)
    exported_at = StrictMoment(required=False, allow_null=True, default=None)
    format = StrictChoice([(name, name) for name in FORMATS], required=False)
    scale = StrictChoice([(best, best) for best in SCALES], required=False)

    def validate_exported_at(self, value: datetime | None) -> datetime | None:
        if value and value > timezone.now() + AHEAD_AT_MOST:
            raise serializers.ValidationError("That moment is in the future.")
        return value


class ListChoiceInput(StrictObject):
    name = StrictText(max_length=LONGEST_NAME)
    is_taken = StrictBoolean()


@extend_schema_serializer(component_name="ImportPolicyChange")
class PolicyInput(serializers.Serializer[Any]):
    policy = StrictChoice(Policy.choices, required=False)
    lists = ListChoiceInput(many=True, required=False, allow_empty=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, object]:
        if not attrs:
            raise serializers.ValidationError("Send policy or lists.")
        names = [one["name"] for one in attrs.get("lists", ())]
        if len(names) > MOST_DECISIONS:
            raise serializers.ValidationError(
                {"lists": f"Send at most {MOST_DECISIONS} lists at once."}
            )
        if len(set(map(folded, names))) < len(names):
            raise serializers.ValidationError({"lists": "Send each list once."})
        return attrs


class WhereInput(StrictObject):
    outcome = StrictChoice(Outcome.choices)

    def to_internal_value(self, data: object) -> object:
        """A key that is not known would narrow; ignored, it would widen."""
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            sentence = "where accepts only an outcome; use rows for anything else."
            raise serializers.ValidationError({str(min(unknown)): [sentence]})
        return super().to_internal_value(data)


class DecisionField(StrictChoice):
    """take: what the file says; keep: what is here; skip: the row does not count, and
    another one of the same title may. null takes a decision back.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(Decision.choices, allow_null=True, **more)


class RowDecisionInput(StrictObject):
    row = StrictInteger(min_value=1)
    decision = DecisionField(required=False)
    anime_id = AnimeIdField(required=False, allow_null=True)


@extend_schema_serializer(component_name="RowDecisions")
class DecisionsInput(serializers.Serializer[Any]):
    """Many rows at once (`where` and `decision`), or one by one (`rows`)."""

    where = WhereInput(required=False)
    decision = DecisionField(required=False)
    rows = RowDecisionInput(many=True, required=False, allow_empty=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, object]:
        if ("where" in attrs) == ("rows" in attrs):
            raise serializers.ValidationError("Send either where, or rows.")
        if "where" in attrs and "decision" not in attrs:
            raise serializers.ValidationError(
                {"decision": "Send decision or anime_id."}
            )
        rows = attrs.get("rows", [])
        if len(rows) > MOST_DECISIONS:
            raise serializers.ValidationError(
                {"rows": f"Send at most {MOST_DECISIONS} rows at once."}
            )
        if len({row["row"] for row in rows}) < len(rows):
            raise serializers.ValidationError({"rows": "Send each row once."})
        return attrs


@extend_schema_serializer(component_name="ApplyImport")
class ApplyInput(serializers.Serializer[Any]):
    accept = StrictChoice([("unchanged", "unchanged")], required=False)


@extend_schema_serializer(component_name="ImportSummary")
class SummaryOutput(serializers.Serializer[Any]):
    """How many rows become what; `rows` is the sum of the others."""

    def get_fields(self) -> dict[str, Any]:
        return {name: serializers.IntegerField() for name in ("rows", *Outcome.values)}


@extend_schema_serializer(component_name="ImportSentence")
class SentenceOutput(serializers.Serializer[Any]):
    """A sentence of `reason` or `warnings`, for a client in another language."""

    code = serializers.CharField(help_text="empty = not known: show the sentence")
    sentence = serializers.CharField()
    values = serializers.DictField(
        child=serializers.CharField(), help_text="what stands in it"
    )


@extend_schema_serializer(component_name="ImportList")
class PlannedListOutput(serializers.Serializer[Any]):
    """A list that the file names, or a tag of its entries that may become one."""

    name = serializers.CharField()
    kind = serializers.ChoiceField([LIST, SMART, TAG])
    titles = serializers.IntegerField(
        help_text="rows of the file that it has; 0 of a smart list"
    )
    is_taken = serializers.BooleanField(help_text="whether applying puts them on it")
    list_id = serializers.UUIDField(
        allow_null=True, help_text="your list of that name and kind; null: it is made"
    )


@extend_schema_serializer(component_name="ImportPlan")
class PlanOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    format = serializers.ChoiceField([*FORMATS])
    file_name = serializers.CharField(help_text="as it was sent; empty = not said")
    status = serializers.ChoiceField(ImportStatus.values)
    policy = serializers.ChoiceField(Policy.values)
    exported_at = serializers.DateTimeField(allow_null=True)
    summary = SummaryOutput()
    warnings = serializers.ListField(child=serializers.CharField())
    warning_codes = SentenceOutput(many=True, help_text="the same, by code")
    lists = PlannedListOutput(many=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    applied_at = serializers.DateTimeField(allow_null=True)
    operation_id = serializers.UUIDField(
        allow_null=True, help_text="to undo it; null where applying it changed nothing"
    )


@extend_schema_serializer(component_name="ImportCandidate")
class CandidateOutput(serializers.Serializer[Any]):
    anime_id = serializers.CharField()
    title = serializers.CharField()
    english_title = serializers.CharField(allow_null=True)
    format = serializers.ChoiceField(Format.choices)
    year = serializers.IntegerField(allow_null=True)
    imageUrl = serializers.CharField(allow_null=True)  # noqa: N815


@extend_schema_serializer(component_name="ImportRow")
class RowOutput(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="its place in the file, from 1")
    outcome = serializers.ChoiceField(Outcome.values)
    reason = serializers.CharField()
    reason_codes = SentenceOutput(many=True, help_text="the same, by code")
    title = serializers.CharField(help_text="as the file says it")
    anime_id = serializers.CharField(allow_null=True)
    anime_title = serializers.CharField(allow_null=True)
    before = SomeFields(help_text="fields of the entry that would change")
    after = SomeFields(help_text="the same, as they would be")
    decision = serializers.ChoiceField(Decision.choices, allow_null=True)
    candidates = CandidateOutput(many=True, help_text="of unmatched rows")


__all__ = [
    "FILE_BODY",
    "ApplyInput",
    "DecisionsInput",
    "PlanOutput",
    "PolicyInput",
    "RowOutput",
    "SummaryOutput",
    "UploadParameters",
]
