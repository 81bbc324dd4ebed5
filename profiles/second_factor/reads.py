"""What protects an account, as its owner sees it."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from django.conf import settings
from django_otp.plugins.otp_totp.models import TOTPDevice

from profiles.accounts.models import User
from profiles.second_factor.models import FactorRemoval, Passkey
from profiles.second_factor.services import codes_left


class PasskeyAnswer(TypedDict):
    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None
    is_synced: bool


class AuthenticatorAnswer(TypedDict):
    added_at: datetime
    last_used_at: datetime | None


class RemovalAnswer(TypedDict):
    asked_at: datetime
    due_at: datetime


class SecurityAnswer(TypedDict):
    email_confirmed_at: datetime | None
    passkey_domain: str | None
    passkeys: list[PasskeyAnswer]
    authenticator: AuthenticatorAnswer | None
    recovery_codes_left: int
    factor_removal: RemovalAnswer | None


def security_of(user_id: UUID) -> SecurityAnswer:
    """Five statements: account, passkeys, authenticator, codes, removal."""
    users = User.objects.filter(pk=user_id)
    about = users.values_list("email_confirmed_at", "auth_epoch").first()
    confirmed_at, epoch = about or (None, 0)
    passkeys = Passkey.objects.of(user_id).order_by("pk")
    device = TOTPDevice.objects.filter(user_id=user_id, confirmed=True).first()
    codes = codes_left(user_id)
    removal = FactorRemoval.objects.of(user_id).filter(auth_epoch=epoch).first()
    return {
        "email_confirmed_at": confirmed_at,
        "passkey_domain": settings.PASSKEY_DOMAIN or None,
        "passkeys": [passkey_to_json(passkey) for passkey in passkeys],
        "authenticator": authenticator_to_json(device) if device else None,
        "recovery_codes_left": codes,
        "factor_removal": removal_to_json(removal) if removal else None,
    }


def authenticator_to_json(device: TOTPDevice) -> AuthenticatorAnswer:
    return {"added_at": device.created_at, "last_used_at": device.last_used_at}


def removal_to_json(removal: FactorRemoval) -> RemovalAnswer:
    return {"asked_at": removal.asked_at, "due_at": removal.due_at}


def passkey_to_json(passkey: Passkey) -> PasskeyAnswer:
    return {
        "id": passkey.pk,
        "name": passkey.name,
        "created_at": passkey.created_at,
        "last_used_at": passkey.used_at,
        "is_synced": passkey.is_synced,
    }
