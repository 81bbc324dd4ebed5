"""Reports and answers as clients send them, and as they are answered."""

from typing import Any

from rest_framework import serializers

from animecollections.api.fields import (
    KnownFieldsObject,
    StrictChoice,
    StrictLines,
    StrictText,
)
from profiles.moderation.models import (
    DECIDED_AGAINST,
    Moderation,
    ModerationState,
    ReportedThing,
)
from profiles.moderation.reads import id_for_owner
from profiles.reports.models import Report, ReportReason
from profiles.reports.seen import wrong_which

LONGEST_TEXT = 1_000
LONGEST_ANSWER = 2_000
Json = dict[str, Any]


class ReportInput(KnownFieldsObject):
    of = StrictChoice(ReportedThing.choices)
    user_name = StrictText(
        max_length=50, required=False, help_text="whose it is; or `link`"
    )
    link = StrictText(
        max_length=500,
        required=False,
        help_text="the link that showed it: its address, or what follows /api/shared/",
    )
    id = StrictText(
        max_length=36,
        required=False,
        allow_blank=True,
        default="",
        help_text="the list, or the type (such as `Watching`) of notes",
    )
    reason = StrictChoice(ReportReason.choices)
    text = StrictLines(
        max_length=LONGEST_TEXT, required=False, allow_blank=True, default=""
    )

    def validate(self, attrs: Json) -> Json:
        if ("user_name" in attrs) == ("link" in attrs):
            sentence = "Send either the user name or the link."
            raise serializers.ValidationError({"user_name": sentence})
        if sentence := wrong_which(attrs["of"], attrs["id"]):
            raise serializers.ValidationError({"id": sentence})
        return attrs


class AnswerInput(KnownFieldsObject):
    text = StrictLines(max_length=LONGEST_ANSWER)


class ReportOutput(serializers.Serializer[Any]):
    """What one reported oneself, and what became of it."""

    id = serializers.UUIDField()
    of = serializers.ChoiceField(ReportedThing.choices)
    which = serializers.CharField(help_text="the id of the list, or the type; or empty")
    user_name = serializers.CharField(help_text="whose, as they were called then")
    reason = serializers.ChoiceField(ReportReason.choices)
    text = serializers.CharField()
    created_at = serializers.DateTimeField()
    state = serializers.ChoiceField(ModerationState.choices)
    decided_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField(help_text="of the staff; may be empty")


class DecisionOutput(serializers.Serializer[Any]):
    """What staff decided about something of one's own."""

    id = serializers.UUIDField()
    of = serializers.ChoiceField(ReportedThing.choices)
    which = serializers.CharField(help_text="the id of the list, or the type; or empty")
    state = serializers.ChoiceField(DECIDED_AGAINST)
    reason = serializers.CharField()
    decided_at = serializers.DateTimeField()
    answer = serializers.CharField(help_text="one's own; empty: none yet")
    answered_at = serializers.DateTimeField(allow_null=True)
    waits = serializers.BooleanField(
        help_text="whether staff have yet to read the answer"
    )


def report_to_json(report: Report) -> Json:
    return {
        "id": report.pk,
        "of": report.thing,
        "which": report.which,
        "user_name": report.about_user_name,
        "reason": report.reason,
        "text": report.text,
        "created_at": report.created_at,
        "state": report.state,
        "decided_at": report.decided_at,
        "answer": report.answer,
    }


def decision_to_json(row: Moderation) -> Json:
    return {
        "id": id_for_owner(row.pk),
        "of": row.thing,
        "which": row.which,
        "state": row.state,
        "reason": row.reason,
        "decided_at": row.decided_at,
        "answer": row.answer,
        "answered_at": row.answered_at,
        "waits": row.waiting_since is not None,
    }
