"""Watch-list entries as JSON: what clients send, and what they are answered."""

from collections.abc import Callable
from functools import cache
from typing import Any

from drf_spectacular.drainage import set_override
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.fields import SkipField, empty

from animecollections.api.errors import ApiError
from animecollections.api.fields import (
    StrictBoolean,
    StrictChoice,
    StrictInteger,
    StrictLines,
    StrictList,
    StrictObject,
    StrictText,
)
from animecollections.viewer import Audience
from collections_app.catalogue.entry_facts import AIRING_WORDS
from collections_app.catalogue.models import AiringStatus, Format, Season
from collections_app.catalogue.refs import AnimeRef, parse_anime_id
from collections_app.own_lists.edit import LIST_VERBS
from collections_app.own_lists.models import (
    LONGEST_DESCRIPTION,
    LONGEST_KEY,
    LONGEST_NAME,
)
from collections_app.own_lists.ranks import LONGEST_RANK
from collections_app.own_lists.rules import KINDS
from collections_app.watch_list import episode_ranges
from collections_app.watch_list.entries import JSON_KEYS, partial_date
from collections_app.watch_list.fields import (
    BY_NAME,
    FIELD_NAMES,
    FIELDS,
    LONGEST_PLACE,
    LONGEST_TAG,
    Field,
    Kind,
)
from collections_app.watch_list.models import (
    EntryState,
    EntryType,
    ViewingState,
    WatchListEntry,
)
from collections_app.watch_list.rules import AIRED, SENT_AS_UNKNOWN

Serializer = serializers.Serializer[Any]


@extend_schema_field({"type": "number", "minimum": 0, "maximum": 10})
class ScoreField(serializers.Field[int, Any, float, Any]):
    """0–10 with one decimal outside, 0–100 inside."""

    def to_internal_value(self, data: object) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise serializers.ValidationError("Send a number from 0 to 10.")
        if not 0 <= data <= 10:
            raise serializers.ValidationError("A score is from 0 to 10.")
        tenths = round(data * 10)
        if abs(tenths - data * 10) > 1e-6:
            raise serializers.ValidationError("A score has at most one decimal.")
        return int(tenths)

    def to_representation(self, value: int) -> float:
        return value / 10


@extend_schema_field(
    {"type": "string", "pattern": r"^(\d{4}(-\d{2}(-\d{2})?)?)?$", "example": "2017-10"}
)
class PartialDateField(serializers.Field[str, Any, str, Any]):
    """ "2017", "2017-10" or "2017-10-03": as much as is known."""

    def to_internal_value(self, data: object) -> str:
        try:
            return partial_date(data if isinstance(data, str) else "-")
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None

    def to_representation(self, value: str) -> str:
        return value


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"},
            {"type": "string", "enum": ["aired", "unknown"]},
        ],
        "example": "2026-11-28",
        "description": "When the episodes that this adds were watched: a day, a month "
        'or a year; "aired", each in the year it aired, as far as known; "unknown". '
        "Absent: docs/statistics.md has the table.",
    }
)
class WatchedOnField(serializers.Field[str, Any, str, Any]):
    """A partial date, or a word."""

    def __init__(self, **said: Any) -> None:
        super().__init__(**({"required": False} | said))

    def to_internal_value(self, data: object) -> str:
        if data in (AIRED, SENT_AS_UNKNOWN):
            return str(data)
        try:
            return partial_date(data if isinstance(data, str) and data else "-")
        except ValueError as error:
            words = f'"{AIRED}" or "{SENT_AS_UNKNOWN}"'
            raise serializers.ValidationError(
                f"{str(error).removesuffix('.')}; or {words}."
            ) from None

    def to_representation(self, value: str) -> str:
        return value


SMALLEST_COLUMN = 2**15 - 1  # what every column of numbers holds


# Shape and what a column holds are checked here; what is more than may be written,
# which the schema tells, where it is known what stands there (entries.beyond_limits).
class NumberField(StrictInteger):
    def __init__(self, field: Field) -> None:
        most = field.kept or SMALLEST_COLUMN
        super().__init__(min_value=0, max_value=most, required=False, allow_null=True)
        told = {"type": "integer", "minimum": 0, "maximum": field.most}
        set_override(self, "field", told)


class NotesField(StrictLines):
    def __init__(self, field: Field) -> None:
        super().__init__(required=False, allow_null=True, allow_blank=True)
        set_override(self, "field", {"type": "string", "maxLength": field.most})


class LineField(StrictText):
    def __init__(self, field: Field) -> None:
        super().__init__(required=False, allow_null=True, allow_blank=True)
        set_override(self, "field", {"type": "string", "maxLength": field.most})


class TagsField(serializers.ListField):
    """Texts of up to 255 characters, each once, in the order sent."""

    child = StrictText(max_length=LONGEST_TAG)

    def __init__(self, field: Field) -> None:
        super().__init__(required=False, allow_null=True)
        self.most, self.kept = field.most or 0, field.kept or 0
        text = {"type": "string", "maxLength": LONGEST_TAG}
        told = {"type": "array", "items": text, "maxItems": self.most}
        set_override(self, "field", told)

    def to_internal_value(self, data: object) -> list[str]:
        if not isinstance(data, list):
            raise serializers.ValidationError("Send a list of texts.")
        if len(data) > self.kept:
            raise serializers.ValidationError(f"Send at most {self.most} tags.")
        return list(dict.fromkeys(super().to_internal_value(data)))


EPISODES = r"^([1-9]\d{0,5}(-[1-9]\d{0,5})?(,[1-9]\d{0,5}(-[1-9]\d{0,5})?)*)?$"


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            name: {
                "type": ["string", "null"],
                "pattern": EPISODES,
                "maxLength": episode_ranges.LONGEST,
            }
            for name in ("watched", "skipped")
        },
        "additionalProperties": False,
        "minProperties": 1,
        "example": {"watched": "1-12,14", "skipped": "13"},
        "description": "Which episodes were watched, and which skipped; a list that is "
        "not sent stays, but for what the other one has. Progress follows: the last of "
        "an unbroken run.",
    }
)
class EpisodesField(serializers.Field[episode_ranges.Said, Any, Any, Any]):
    """Two lists of episodes."""

    def to_internal_value(self, data: object) -> episode_ranges.Said:
        if not isinstance(data, dict):
            raise serializers.ValidationError("Send an object {…}.")
        try:
            return episode_ranges.from_json(data)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None

    def to_representation(self, value: Any) -> Any:
        return value


class EpisodesOutput(Serializer):
    """Absent where progress says it all."""

    watched = serializers.CharField(help_text='all of them, such as "1-12,14"')
    skipped = serializers.CharField(
        help_text="count for completion, and not as watched"
    )


def choices_of(field: Field) -> Any:
    column: Any = WatchListEntry._meta.get_field(field.name)
    return column.choices


AnyField = serializers.Field[Any, Any, Any, Any]
# How a client sends a field of each kind. Absent keeps, null clears.
SENT_AS: dict[Kind, Callable[[Field], AnyField]] = {
    Kind.CHOICE: lambda field: StrictChoice(choices_of(field), required=False),
    Kind.NUMBER: NumberField,
    Kind.SCORE: lambda field: ScoreField(required=False, allow_null=True),
    Kind.DATE: lambda field: PartialDateField(required=False, allow_null=True),
    Kind.TEXT: NotesField,
    Kind.LINE: LineField,
    Kind.TAGS: TagsField,
    Kind.FLAG: lambda field: StrictBoolean(required=False, allow_null=True),
    Kind.EPISODES: lambda field: EpisodesField(required=False, allow_null=True),
}
# How it is answered, for the schema.
ANSWERED_AS: dict[Kind, Callable[[Field], AnyField]] = {
    Kind.CHOICE: lambda field: serializers.ChoiceField(choices_of(field)),
    Kind.NUMBER: lambda field: serializers.IntegerField(),
    Kind.SCORE: lambda field: serializers.FloatField(
        allow_null=True, help_text="the user's own, 0–10"
    ),
    Kind.DATE: lambda field: serializers.CharField(allow_null=True),
    Kind.TEXT: lambda field: serializers.CharField(),
    Kind.LINE: lambda field: serializers.CharField(),
    Kind.TAGS: lambda field: serializers.ListField(child=serializers.CharField()),
    Kind.FLAG: lambda field: serializers.BooleanField(),
    Kind.EPISODES: lambda field: EpisodesOutput(required=False),
}


class EntryFields(StrictObject):
    """The fields of an entry that a client may set. Absent keeps, null clears."""

    def get_fields(self) -> dict[str, AnyField]:
        fields = {n: SENT_AS[BY_NAME[n].kind](BY_NAME[n]) for n in FIELD_NAMES}
        return fields | super().get_fields()  # a serializer may say more of one

    def to_internal_value(self, data: object) -> dict[str, object]:
        """DRF's, but that a field which was not sent is looked at only where that says
        something: most of an entry's fields are not sent.
        """
        if not isinstance(data, dict):
            return dict(super().to_internal_value(data))  # which refuses it
        if isinstance(data.get("episodes"), dict):  # else the catalogue's number
            data = data | {"episode_ranges": data["episodes"]}
            del data["episodes"]
        values: dict[str, Any] = {}
        wrong: dict[str, Any] = {}
        for name, field in self.fields.items():
            if name not in data and not (field.required or has_default(field)):
                continue
            try:
                values[name] = field.run_validation(data.get(name, empty))
            except serializers.ValidationError as error:
                wrong[name] = error.detail
            except SkipField:
                pass
        if wrong:
            raise serializers.ValidationError(wrong)
        return values


def has_default(field: AnyField) -> bool:
    return field.default is not empty


@extend_schema_field(
    {
        "oneOf": [{"type": "integer", "minimum": 1}, {"type": "string"}],
        "description": 'Our id (1535 or "1535"), a site\'s ("mal:1535"), or the '
        "address of its page there.",
    }
)
class AnimeIdField(serializers.Field[AnimeRef, Any, str, Any]):
    """Any of the ways to name an anime."""

    def to_internal_value(self, data: object) -> AnimeRef:
        try:
            return parse_anime_id(data)
        except ApiError as error:
            raise serializers.ValidationError((error.fields or {})["animeId"]) from None

    def to_representation(self, value: AnimeRef) -> str:
        return str(value)


class QuietField(StrictBoolean):
    """Kept in the log with what it was sent with."""

    def __init__(self, **more: Any) -> None:
        about = "true: followers are not told of it (`GET /api/user/feed`)"
        said: dict[str, Any] = {"required": False, "help_text": about}
        super().__init__(**said | more)


@extend_schema_serializer(component_name="RemoveEntry")
class RemoveInput(Serializer):
    animeId = AnimeIdField(required=False)  # noqa: N815


@extend_schema_serializer(component_name="ChangeEntry")
class UpdateInput(EntryFields):
    watched_on = WatchedOnField()
    quiet = QuietField()


@extend_schema_serializer(component_name="AddEntry")
class AddInput(EntryFields):
    animeId = AnimeIdField()  # noqa: N815
    type = StrictChoice(EntryType.choices)
    fresh = StrictBoolean(
        required=False,
        default=False,
        help_text="true: do not restore the values of a removed entry",
    )
    watched_on = WatchedOnField()
    quiet = QuietField()


class IncrementInput(Serializer):
    by = StrictInteger(
        min_value=-1000,
        max_value=1000,
        required=False,
        default=1,
        help_text="negative numbers subtract; progress never falls below 0",
    )
    watched_on = WatchedOnField()
    quiet = QuietField()


class MoveInput(Serializer):
    """One anime or many, to one type."""

    animeId = AnimeIdField(required=False)  # noqa: N815
    animeIds = StrictList(  # noqa: N815
        child=AnimeIdField(), required=False, allow_empty=False, most=500
    )
    type = StrictChoice(EntryType.choices)
    dry_run = StrictBoolean(required=False, default=False)
    watched_on = WatchedOnField()
    quiet = QuietField()

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if ("animeId" in attrs) == ("animeIds" in attrs):
            raise serializers.ValidationError(
                {"animeId": "Send animeId, or animeIds for several, not both."}
            )
        one = attrs.pop("animeId", None)
        ids = [one] if one else attrs["animeIds"]
        return attrs | {"animeIds": ids, "is_list": one is None}


# What operations have that are of viewings, the diary and lists.
NOT_OF_ENTRIES = (
    "number", "episodes", "watchedId", "where", "listId", "after", "rank", "name",
    "description", "ordering", "pinned", "leave_when_completed",
)  # fmt: skip


@extend_schema_serializer(component_name="BatchOperation")
class OperationInput(EntryFields):
    """One operation of a batch."""

    op = StrictChoice(
        [
            "add",
            "update",
            "move",
            "increment",
            "remove",
            "viewing_begin",
            "viewing_update",
            "viewing_remove",
            "watched_add",
            "watched_update",
            "watched_remove",
            *LIST_VERBS,
        ]
    )
    animeId = AnimeIdField(  # noqa: N815
        required=False,
        help_text="of all but `list_create`, `list_update`, `list_remove`",
    )
    by = StrictInteger(min_value=-1000, max_value=1000, required=False, default=1)
    fresh = StrictBoolean(required=False, default=False)
    if_revision = StrictInteger(
        min_value=0,
        required=False,
        allow_null=True,
        help_text="the revision you saw; 0: only if it is not listed yet",
    )
    id = StrictText(max_length=64, required=False)
    watched_on = WatchedOnField()
    quiet = QuietField()
    number = StrictInteger(
        min_value=1, required=False, help_text="of `viewing_…`: which viewing"
    )
    episodes = StrictInteger(
        min_value=1, required=False, help_text="of `watched_…`: how many"
    )
    watchedId = serializers.UUIDField(  # noqa: N815
        required=False, help_text="of `watched_update`, `watched_remove`: which row"
    )
    where = StrictText(
        max_length=LONGEST_PLACE,
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text="of `viewing_…`: where it was watched",
    )

    listId = StrictText(  # noqa: N815
        max_length=LONGEST_KEY,
        required=False,
        help_text="of `list_…`: the list's id, or the `id` of the operation that makes "
        "it, in this batch or before",
    )
    after = AnimeIdField(
        required=False,
        allow_null=True,
        help_text="of `list_put`: the title it is to follow; null: to stand first",
    )
    rank = StrictText(
        max_length=LONGEST_RANK,
        required=False,
        help_text="of `list_put`, instead of `after`: docs/lists.md",
    )
    name = StrictText(max_length=LONGEST_NAME, required=False, help_text="of `list_…`")
    description = StrictLines(
        max_length=LONGEST_DESCRIPTION,
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text="of `list_…`",
    )
    ordering = StrictText(
        max_length=100, required=False, allow_null=True, help_text="of `list_…`"
    )
    pinned = StrictBoolean(required=False, help_text="of `list_…`")
    leave_when_completed = StrictBoolean(required=False, help_text="of `list_…`")

    def get_fields(self) -> dict[str, Any]:
        states = [*EntryState.values, "finished"]
        of_both = StrictChoice(
            states, required=False, help_text="finished: of a viewing"
        )
        return super().get_fields() | {"state": of_both}

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if "animeId" not in attrs:
            raise serializers.ValidationError({"animeId": "This field is required."})
        if attrs["op"] in ("add", "move") and "type" not in attrs:
            raise serializers.ValidationError({"type": "Send a type."})
        if attrs.get("state") == "finished":
            known = ", ".join(f'"{state}"' for state in EntryState.values)
            raise serializers.ValidationError({"state": f"Send one of {known}."})
        for name in NOT_OF_ENTRIES:
            attrs.pop(name, None)
        return attrs


class BatchInput(Serializer):
    """Up to 500 operations."""

    operations = OperationInput(many=True)
    atomic = StrictBoolean(required=False, default=False)


class EntryOutput(Serializer):
    """An anime on the user's list."""

    id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    anime_id = serializers.CharField()
    title = serializers.CharField()
    imageUrl = serializers.CharField(allow_null=True)  # noqa: N815
    rating = serializers.FloatField(allow_null=True, help_text="the catalogue's, 0–10")
    episodes = serializers.IntegerField(allow_null=True, help_text="null = unknown")
    mal_id = serializers.IntegerField(allow_null=True)
    format = serializers.ChoiceField(Format.choices)
    airing_status = serializers.ChoiceField(AiringStatus.choices)
    season = serializers.ChoiceField(Season.choices, allow_null=True)
    year = serializers.IntegerField(allow_null=True)
    added_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    revision = serializers.IntegerField()
    episodes_aired = serializers.IntegerField(
        allow_null=True, help_text="as of this answer; null = unknown"
    )
    behind_by = serializers.IntegerField(
        allow_null=True, help_text="aired, neither watched nor skipped; null = unknown"
    )
    next_airs_at = serializers.CharField(
        allow_null=True,
        help_text="the next episode, as exactly as it is known: a time "
        "(2026-12-05T15:30:00Z), a day or a month",
    )
    next_airs_estimated = serializers.BooleanField(
        allow_null=True, help_text="true: computed from weekly times, not announced"
    )

    def get_fields(self) -> dict[str, AnyField]:
        own = {field.name: ANSWERED_AS[field.kind](field) for field in FIELDS}
        fields = super().get_fields() | own
        # Its own, then those of a view.
        return {name: fields[name] for name in dict.fromkeys([*JSON_KEYS, *fields])}


class ListedEntryOutput(EntryOutput):
    """An entry in a list; the last eight come with a `view`."""

    image_webp = serializers.CharField(required=False, allow_null=True)
    image_large_webp = serializers.CharField(required=False, allow_null=True)
    image_small_webp = serializers.CharField(required=False, allow_null=True)
    status = serializers.ChoiceField(
        [*AIRING_WORDS.values()], required=False, allow_null=True
    )
    genres = serializers.ListField(child=serializers.CharField(), required=False)
    next_episode = serializers.IntegerField(required=False)
    episodes_left = serializers.IntegerField(
        required=False, allow_null=True, help_text="null = unknown"
    )
    lists = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        help_text="with `view=lists`: the lists of one's own that it is on",
    )


class SomeFields(Serializer):
    """Some of an entry's own fields, as they are answered."""

    def get_fields(self) -> dict[str, AnyField]:
        fields = {field.name: ANSWERED_AS[field.kind](field) for field in FIELDS}
        fields["list"] = serializers.CharField(
            help_text="the name of the list of one's own that it is about"
        )
        for name, field in fields.items():
            field.required = False
            # Where there were none before, or are none after.
            field.allow_null = field.allow_null or name == "episode_ranges"
        return fields


@extend_schema_serializer(component_name="Viewing")
class ViewingOutput(Serializer):
    """One time through a title."""

    id = serializers.UUIDField()
    number = serializers.IntegerField(help_text="which time; it never changes")
    state = serializers.ChoiceField(ViewingState.choices)
    started_on = serializers.CharField(allow_null=True)
    finished_on = serializers.CharField(allow_null=True)
    progress = serializers.IntegerField(help_text="of the active one: the entry's")
    score = serializers.FloatField(allow_null=True, help_text="of this time, 0–10")
    notes = serializers.CharField()
    episode_ranges = EpisodesOutput(required=False)
    revision = serializers.IntegerField(help_text="for If-Match")

    def get_fields(self) -> dict[str, Any]:
        place = serializers.CharField(help_text="where it was watched, in words")
        return super().get_fields() | {"where": place}


class AddedOutput(Serializer):
    message = serializers.CharField()
    entry = EntryOutput()


class RemovedOutput(Serializer):
    message = serializers.CharField()
    removed = serializers.IntegerField(help_text="0 when it was not listed")


@cache
def by_word(choices: Any) -> Any:
    """A number for each of the words."""
    numbers = {word: serializers.IntegerField() for word in choices.values}
    return type(f"{choices.__name__}CountsOutput", (Serializer,), numbers)()


class CountsOutput(Serializer):
    total = serializers.IntegerField()
    by_type = by_word(EntryType)
    by_state = by_word(EntryState)


@extend_schema_serializer(component_name="ImpliedChange")
class ChangeOutput(Serializer):
    """An implied change: what followed by itself, and why."""

    anime_id = serializers.CharField(
        required=False, help_text="where the answer is about several"
    )
    field = serializers.CharField()
    to = serializers.JSONField()
    reason = serializers.ChoiceField(
        [
            "restored",
            "first_progress",
            "last_episode",
            "completed",
            "resumed",
            "viewing_finished",
            "unbroken_run",
            "progress_lowered",
            "left_list",
        ]
    )

    def get_fields(self) -> dict[str, AnyField]:
        # "from" is a word of Python's.
        return super().get_fields() | {"from": serializers.JSONField(allow_null=True)}


@extend_schema_serializer(component_name="EntryWarning")
class WarningOutput(Serializer):
    anime_id = serializers.CharField(
        required=False, help_text="where the answer is about several"
    )
    code = serializers.ChoiceField(["progress_beyond_total", "after_not_on_list"])
    message = serializers.CharField()


class DayNow(Serializer):
    """A row of the diary as it is now."""

    id = serializers.UUIDField()
    watched_on = serializers.CharField()
    episodes = serializers.IntegerField()
    revision = serializers.IntegerField()


@extend_schema_serializer(component_name="OwnList")
class OwnListOutput(Serializer):
    """A list of one's own."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.ChoiceField(
        KINDS, help_text="`smart`: its rules say what is on it"
    )
    rules = serializers.DictField(
        allow_null=True, help_text="of a smart list; null: a manual one"
    )
    ordering = serializers.CharField(
        allow_null=True, help_text="how its titles are shown; null: in its own order"
    )
    leave_when_completed = serializers.BooleanField(
        help_text="whether a title goes off it when it is completed"
    )
    pinned = serializers.BooleanField()
    audience = serializers.ChoiceField(Audience.choices, help_text="who sees it")
    client_key = serializers.CharField(
        allow_null=True, help_text="the `id` of the operation that made it in a batch"
    )
    size = serializers.IntegerField(
        allow_null=True,
        help_text="how many titles are on it; null of a smart list: its items say it, "
        "`meta.progress.total`",
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    revision = serializers.IntegerField(help_text="for If-Match")
    items_revision = serializers.IntegerField(
        help_text="grows with each change of what is on it"
    )


@extend_schema_serializer(component_name="ListItemKept")
class ListItemKeptOutput(Serializer):
    """What a list says of a title that is on it."""

    list_id = serializers.UUIDField()
    anime_id = serializers.CharField()
    rank = serializers.CharField(
        help_text="The list's own order is that of these texts, by their characters' "
        "codes; of equal ones, that of the ids in the list."
    )
    notes = serializers.CharField()
    added_at = serializers.DateTimeField()
    revision = serializers.IntegerField()


class RefusedOperationOutput(Serializer):
    """Of a refusal that has more to say: the entry as it is now (null: not listed), the
    viewing, the row of the diary, or the list, where `if_revision` no longer fits.
    """

    entry = EntryOutput(allow_null=True, required=False)
    viewing = ViewingOutput(required=False)
    watched = DayNow(required=False)
    list = OwnListOutput(required=False)


@extend_schema_serializer(component_name="BatchResult")
class ResultOutput(Serializer):
    """What became of one operation; `error`, `code`, `fields`, `details` where it was
    refused.
    """

    id = serializers.CharField(required=False)
    ok = serializers.BooleanField()
    status = serializers.IntegerField()
    entry = EntryOutput(allow_null=True, required=False)
    viewing = ViewingOutput(allow_null=True, required=False)
    list = OwnListOutput(allow_null=True, required=False)
    item = ListItemKeptOutput(allow_null=True, required=False)
    removed = serializers.IntegerField(required=False)
    changes = ChangeOutput(many=True, required=False)
    warnings = WarningOutput(many=True, required=False)
    error = serializers.CharField(required=False)
    code = serializers.CharField(
        required=False, help_text="as in a failure of the whole request"
    )
    details = RefusedOperationOutput(required=False)
    replayed = serializers.BooleanField(required=False)

    def get_fields(self) -> dict[str, AnyField]:
        # A serializer has fields of its own.
        sentences = serializers.ListField(child=serializers.CharField())
        told = serializers.DictField(child=sentences, required=False)
        return super().get_fields() | {"fields": told}
