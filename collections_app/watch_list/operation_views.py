"""What was done to the list, newest first, and undo."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.fields import StrictBoolean
from animecollections.api.ids import parse_id
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import Example, documented
from animecollections.api.shapes import nullable
from animecollections.identity import THROUGH
from animecollections.viewer import Audience
from collections_app.watch_list import undo as operations
from collections_app.watch_list.examples import OPERATIONS, UNDONE
from collections_app.watch_list.operation_filters import PARAMETERS
from collections_app.watch_list.operation_reads import operations_of
from collections_app.watch_list.serializers import EntryOutput, SomeFields
from history.idempotency.views import IdempotentViewSet
from history.models import ChangeKind

TAGS = ["History and undo"]


class WatchedByDayOutput(serializers.Serializer[Any]):
    watched_on = serializers.CharField()
    episodes = serializers.IntegerField()


@extend_schema_serializer(component_name="LoggedFields")
class LoggedFieldsOutput(SomeFields):
    """Some fields of what changed, as they are answered."""

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {
            "audience": serializers.ChoiceField(
                Audience.choices, required=False, help_text="of a list of one's own"
            ),
            "preferences": serializers.DictField(
                required=False,
                help_text="those that differ, such as `theme` and `audience.watching`; "
                "only where the sign-in has the scope `profile:read`",
            ),
        }


@extend_schema_serializer(component_name="LoggedChange")
class ChangeToldOutput(serializers.Serializer[Any]):
    anime_id = serializers.CharField(allow_null=True)
    title = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(ChangeKind.choices)
    before = LoggedFieldsOutput()
    after = LoggedFieldsOutput()
    watched = WatchedByDayOutput(
        many=True, help_text="what it counts as watched; below zero, took back"
    )
    revision = serializers.IntegerField()


@extend_schema_serializer(component_name="Operation")
class OperationToldOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    summary = serializers.CharField()
    at = serializers.DateTimeField()
    through = serializers.ChoiceField(THROUGH)
    file_name = serializers.CharField(help_text="of an import; else empty")
    token_id = serializers.UUIDField(
        allow_null=True, help_text="of the personal token or the app that wrote"
    )
    token_name = serializers.CharField(help_text="how that was called then; else empty")
    client_id = serializers.CharField()
    size = serializers.IntegerField(help_text="how many rows it changed")
    changes = ChangeToldOutput(
        many=True, help_text="the first 20; with `animeId` those of that title"
    )
    undoes = serializers.UUIDField(allow_null=True)
    undoes_app = serializers.CharField(
        help_text="the app of which it took back all since a moment; else empty"
    )
    undoable = serializers.BooleanField()
    undoable_until = serializers.DateTimeField(allow_null=True)


class UndoInput(serializers.Serializer[Any]):
    dry_run = StrictBoolean(required=False, default=False)


@extend_schema_serializer(component_name="UndoConflict")
class ConflictOutput(serializers.Serializer[Any]):
    anime_id = serializers.CharField(
        allow_null=True,
        help_text="null: it is about a list of one's own, or the preferences",
    )
    title = serializers.CharField(
        help_text="of the anime, or of the list; empty: it is about the preferences"
    )
    field = serializers.CharField()
    expected = serializers.JSONField()
    found = serializers.JSONField()


class OperationViewSet(IdempotentViewSet):
    @documented(
        "What was done, newest first, as a sentence and field by field.",
        name="getOperations",
        scope="list:read",
        tags=TAGS,
        data=OperationToldOutput(many=True),
        meta={"next_cursor": nullable(str)},
        parameters=PARAMETERS,
        errors=["invalid_cursor", "anime_not_found", "ambiguous_id"],
        examples={"one": Example(OPERATIONS, {"next_cursor": None})},
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        at = self.account.revisions
        # The day too: what can be undone ends with time, and old changes are pruned.
        day = timezone.now().date()
        has_values = self.has_scope("profile:read")
        etag = unless_held(
            request, etag_of(request, at.epoch, at.user, at.catalogue, day, has_values)
        )
        zone = self.account.timezone
        told, meta = operations_of(
            self.user_id, self.wanted, zone, has_values=has_values
        )
        return answer(told, meta=meta, headers={"ETag": etag})

    @documented(
        "Undoes an operation, as a new operation.",
        name="undoOperation",
        description="Values that changed later stay, and are listed in `conflicts`. "
        "`dry_run` returns what would happen, and does nothing. What changed who "
        "sees something needs the scope `sharing` too, what changed other preferences "
        "`profile:write`; conflicts of preferences have their values with "
        "`profile:read`.",
        scope="list:write",
        tags=TAGS,
        body=UndoInput,
        data={
            "entries": EntryOutput(many=True),
            "removed": [str],
            "conflicts": ConflictOutput(many=True),
            "dry_run": bool,
        },
        meta={"operation_id?": UUID},
        errors=["operation_not_found"],
        examples={"undone": UNDONE},
    )
    def undo(self, request: Request, operation_id: str) -> Answer:
        dry_run = self.read_body(UndoInput)["dry_run"]
        undone = operations.undo(
            user_id=self.user_id,
            operation_id=parse_id(operation_id),
            today=self.account.today,
            through=self.through,
            dry_run=dry_run,
            has_scope=self.has_scope,
        )
        told = {
            "entries": undone.entries,
            "removed": undone.removed,
            "conflicts": undone.conflicts,
            "dry_run": dry_run,
        }
        done = undone.operation_id
        return answer(told, meta={"operation_id": done} if done else None)
