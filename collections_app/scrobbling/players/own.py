"""Our own JSON, for every other program: docs/connecting.md describes it."""

from typing import Any

from rest_framework import serializers

from animecollections.api.fields import (
    KnownFieldsObject,
    StrictChoice,
    StrictInteger,
    StrictText,
    StrictTime,
)
from animecollections.api.reading import read_values
from collections_app.scrobbling.heard import (
    EARLIEST,
    LARGEST_NUMBER,
    Heard,
    Json,
    Reader,
    ids_of,
)
from collections_app.scrobbling.models import LONGEST_NAME, Player

WORDS = ("watched", "playing", "paused", "stopped")
MOST_IDS = 12


class IdsField(serializers.DictField):
    """{"anidb": 69, "tvdb": "81797"}: numbers, or texts of them."""

    child = serializers.CharField(max_length=20)

    def to_internal_value(self, data: object) -> dict[str, Any]:
        if not isinstance(data, dict) or len(data) > MOST_IDS:
            raise serializers.ValidationError('Send an object such as {"anidb": "69"}.')
        known = ids_of(data)
        if unknown := [name for name in data if not ids_of({name: data[name]})]:
            name = str(unknown[0])[:50]
            raise serializers.ValidationError(
                f"{name}: this is no id of a site that is known."
            )
        return known


class PercentField(serializers.FloatField):
    """A JSON number: a text could be "nan"."""

    def to_internal_value(self, data: object) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise serializers.ValidationError("Send a number.")
        return float(super().to_internal_value(data))


def number(text: str, **more: Any) -> StrictInteger:
    return StrictInteger(
        min_value=0,
        max_value=LARGEST_NUMBER,
        required=False,
        allow_null=True,
        help_text=text,
        **more,
    )


def name(text: str) -> StrictText:
    return StrictText(
        max_length=LONGEST_NAME,
        required=False,
        allow_blank=True,
        default="",
        help_text=text,
    )


class ScrobbleInput(KnownFieldsObject):
    """One event of a player."""

    event = StrictChoice(
        WORDS,
        help_text="`watched`: far enough. `stopped`: the least percent decides. "
        "`playing` and `paused` go to connected devices, and are not kept.",
    )
    type = StrictChoice(["episode", "film"], required=False, default="episode")
    series = name("The name of the series, or of the film.")
    title = name("The name of the episode.")
    season = number("0 is specials.")
    episode = number("In the season; or counted through, without a season.")
    episode_end = number("The last one of a file that has several.")
    year = number("The series or film began.")
    ids = IdsField(
        required=False,
        default=dict,
        help_text="Of the series or film, by site: anidb, anilist, kitsu, mal, tvdb, "
        "tmdb, imdb …",
    )
    percent = PercentField(required=False, allow_null=True, min_value=0, max_value=100)
    at = StrictTime(
        required=False,
        allow_null=True,
        help_text="When it was watched; absent: now. The same event with another time "
        "is another event.",
    )
    account = name("Who watches, as the player calls them.")
    library = name("The library that it is in.")
    id = name("The event's own id, so that a retry is known as one.")


def recognises(document: Json) -> bool:
    event = document.get("event")
    # A program that misspells its event has to hear so; what other players call "event"
    # has a dot in it.
    return isinstance(event, str) and "." not in event and "Metadata" not in document


def read(document: Json) -> Heard:
    said = read_values(ScrobbleInput, dict(document))
    is_film = said["type"] == "film"
    at = said.get("at")
    return Heard(
        Player.OWN,
        said["event"],
        said["event"],
        is_film=is_film,
        accounts=tuple(filter(None, (said["account"],))),
        library=said["library"],
        series=said["series"],
        title=said["title"],
        season=said.get("season"),
        episode=said.get("episode"),
        episode_end=said.get("episode_end"),
        year=said.get("year"),
        ids=said["ids"],
        percent=said.get("percent"),
        at=at if at and at >= EARLIEST else None,
    )


READER = Reader(Player.OWN, recognises, read)
