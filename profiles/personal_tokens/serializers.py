"""Personal tokens as JSON: what clients send, and what they are answered."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers

from animecollections.api.fields import (
    KnownFieldsObject,
    StrictBoolean,
    StrictChoice,
    StrictList,
    StrictText,
    StrictTime,
)
from animecollections.scopes import GRANTABLE, GROUPS, SANDBOX
from profiles.personal_tokens.models import PersonalToken
from profiles.personal_tokens.services import NOT_IN_A_SANDBOX

WORDS = [*GROUPS, *sorted(GRANTABLE | {SANDBOX})]


class PersonalTokenInput(KnownFieldsObject):
    name = StrictText(max_length=100, help_text="What it is for.")
    scopes = StrictList(
        child=StrictChoice(WORDS),
        min_length=1,
        most=len(WORDS),
        help_text="`read` and `write` are all scopes that end so. With `sandbox` it is "
        "of the sandbox, which has neither `sharing` nor `following:write`.",
    )
    expires_at = StrictTime(
        required=False, allow_null=True, help_text="Absent or null: it does not expire."
    )
    mature = StrictBoolean(
        required=False,
        default=False,
        help_text="Whether it may see mature titles where its owner sees them.",
    )

    def validate_scopes(self, scopes: list[str]) -> list[str]:
        if SANDBOX in scopes and (never := NOT_IN_A_SANDBOX.intersection(scopes)):
            names = " and ".join(sorted(never))
            raise serializers.ValidationError(
                f"Nobody sees a sandbox: leave {names} out."
            )
        return scopes

    def validate_expires_at(self, at: datetime | None) -> datetime | None:
        if at is not None and at <= timezone.now():
            raise serializers.ValidationError("Send a time in the future.")
        return at


class PersonalTokenAnswer(TypedDict):
    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    mature: bool
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_from: str | None


class NewPersonalTokenAnswer(PersonalTokenAnswer):
    token: str


def to_json(token: PersonalToken) -> PersonalTokenAnswer:
    return {
        "id": token.pk,
        "name": token.name,
        "prefix": token.prefix,
        "scopes": token.scope_names,
        "mature": token.mature,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.used_at,
        "last_used_from": token.used_from or None,
    }


def new_to_json(token: PersonalToken, text: str) -> NewPersonalTokenAnswer:
    return {**to_json(token), "token": text}
