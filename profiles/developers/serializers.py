"""Registered apps as their makers send them, and as they are answered."""

from datetime import datetime
from typing import TypedDict
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import ValidationError
from rest_framework import serializers

from animecollections.api.fields import (
    KnownFieldsObject,
    StrictBoolean,
    StrictList,
    StrictText,
)
from profiles.developers.names import LONGEST, check_app_name
from profiles.oauth import redirects
from profiles.oauth.models import App


class RedirectUri(StrictText):
    def to_internal_value(self, data: object) -> str:
        uri = super().to_internal_value(data)
        if wrong := redirects.what_is_wrong(uri):
            raise serializers.ValidationError(wrong)
        return uri


NAME = (
    "What people read before they let it in. No other app has one that reads the same."
)


class AppChangeInput(KnownFieldsObject):
    name = StrictText(max_length=LONGEST, required=False, help_text=NAME)
    description = StrictText(
        max_length=300,
        required=False,
        allow_blank=True,
        help_text="What it does, in a sentence.",
    )
    website = StrictText(
        max_length=300, required=False, allow_blank=True, help_text="`https://…`"
    )
    redirect_uris = StrictList(
        child=RedirectUri(),
        most=redirects.MOST,
        required=False,
        help_text="Where people come back to. None: it uses the device flow alone.",
    )

    def validate_name(self, name: str) -> str:
        try:
            return check_app_name(name)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from None

    def validate_website(self, address: str) -> str:
        if address and not is_website(address):
            raise serializers.ValidationError("Send an address with https://.")
        return address

    def validate_redirect_uris(self, uris: list[str]) -> list[str]:
        return [*dict.fromkeys(uris)]


def is_website(address: str) -> bool:
    try:
        parts = urlsplit(address)
        has_host = parts.scheme == "https" and "." in (parts.hostname or "")
    except ValueError:
        return False
    return has_host and redirects.what_is_wrong(address) is None


class AppInput(AppChangeInput):
    name = StrictText(max_length=LONGEST, help_text=NAME)
    confidential = StrictBoolean(
        required=False,
        default=False,
        help_text="Whether it runs on a server of yours and can keep a secret. It "
        "stays so.",
    )


class RegisteredAppAnswer(TypedDict):
    id: UUID
    client_id: str
    name: str
    description: str
    website: str | None
    redirect_uris: list[str]
    confidential: bool
    secret_prefix: str | None
    created_at: datetime
    stopped_at: datetime | None
    stopped_why: str | None


class NewRegisteredAppAnswer(RegisteredAppAnswer):
    client_secret: str | None


def app_to_json(app: App) -> RegisteredAppAnswer:
    return {
        "id": app.pk,
        "client_id": app.client_id,
        "name": app.name,
        "description": app.description,
        "website": app.website or None,
        "redirect_uris": app.redirect_uris,
        "confidential": app.is_confidential,
        "secret_prefix": app.secret_prefix or None,
        "created_at": app.created_at,
        "stopped_at": app.stopped_at,
        "stopped_why": app.stopped_why or None,
    }


def with_secret(app: App, secret: str | None) -> NewRegisteredAppAnswer:
    return {**app_to_json(app), "client_secret": secret}
