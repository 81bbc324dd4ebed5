"""The profile as clients send it."""

import re
from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from animecollections.api.errors import ApiError
from animecollections.api.fields import StrictChoice, StrictList, StrictText
from collections_app.catalogue.refs import AnimeRef, parse_anime_id
from profiles.accounts.serializers import UserName
from profiles.profile.image_urls import MAX_LENGTH, is_web_address, own_path, public_url
from profiles.profile.models import Gender

MAX_ITEMS = 500
MAX_WORD = 50
MAX_TITLE = 500
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DIGITS = re.compile(r"\s*\d+\s*")


class Birthday(serializers.DateField):
    """A real day, "1995-05-20", from 1900 to the user's today (`today` in context)."""

    def to_internal_value(self, data: object) -> date:
        if not isinstance(data, str) or not DAY.fullmatch(data):
            raise serializers.ValidationError("Send a day such as 1995-05-20.")
        try:
            day = date.fromisoformat(data)
        except ValueError:
            raise serializers.ValidationError("There is no such day.") from None
        if day.year < 1900 or day > self.context["today"]:
            raise serializers.ValidationError("Send a day from 1900 to today.")
        return day


class PictureAddress(StrictText):
    """An http(s) address, or one of ours as "/media/…" (`site` in context)."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=MAX_LENGTH, trim_whitespace=False, **more)

    def to_internal_value(self, data: object) -> str:
        url = super().to_internal_value(data)
        if is_web_address(url):
            return url
        if path := own_path(url, self.context["site"]):
            return public_url(path, self.context["site"])
        raise serializers.ValidationError(
            "Send an http or https address; upload a picture first (/api/uploadImage)."
        )


@extend_schema_field({"type": ["integer", "string"]})
class AnimeChoice(serializers.Field[AnimeRef | str, Any, str, Any]):
    """An id (see parse_anime_id), or else a title or slug, as text."""

    def to_internal_value(self, data: object) -> AnimeRef | str:
        try:
            return parse_anime_id(data)
        except ApiError:
            if not isinstance(data, str) or DIGITS.fullmatch(data):
                raise serializers.ValidationError(
                    "Send ids from 1 to 2147483647, or titles."
                ) from None
        return StrictText(max_length=MAX_TITLE).run_validation(data)  # type: ignore[no-any-return]


def text() -> StrictText:
    return StrictText(max_length=100, required=False, allow_null=True, allow_blank=True)


def word() -> StrictText:
    return StrictText(
        max_length=MAX_WORD, required=False, allow_null=True, allow_blank=True
    )


def anime() -> StrictList:
    return StrictList(
        child=AnimeChoice(), most=MAX_ITEMS, required=False, allow_null=True
    )


def words() -> StrictList:
    word = StrictText(max_length=MAX_WORD)
    return StrictList(child=word, most=MAX_ITEMS, required=False, allow_null=True)


class ProfileInput(serializers.Serializer[Any]):
    """What is absent is kept; null, "" and [] clear, and come out as None."""

    name = text()
    last_name = text()
    birthday = Birthday(required=False, allow_null=True)
    gender = StrictChoice(Gender.choices, required=False, allow_null=True)
    avatar = PictureAddress(required=False, allow_null=True)
    banner_image = PictureAddress(required=False, allow_null=True)
    favorite_animes = anime()
    favorite_genres = words()
    favorite_studios = words()
    frequency = word()
    fanatic_level = word()
    preferred_format = word()
    watched_animes = anime()

    def to_internal_value(self, data: Any) -> object:
        return super().to_internal_value(
            {name: None if value in ("", []) else value for name, value in data.items()}
        )


class UpdateProfileInput(serializers.Serializer[Any]):
    """The existing client's edit form. `name` is the user name; "" and null keep."""

    name = UserName(required=False, allow_blank=True, allow_null=True)
    avatar = PictureAddress(required=False, allow_blank=True, allow_null=True)
    banner_image = PictureAddress(required=False, allow_blank=True, allow_null=True)

    def to_internal_value(self, data: Any) -> object:
        if not data.keys() & self.fields.keys():
            sentence = "Send name, avatar or banner_image."
            raise serializers.ValidationError({"non_field_errors": [sentence]})
        return super().to_internal_value(
            {name: value for name, value in data.items() if value not in ("", None)}
        )
