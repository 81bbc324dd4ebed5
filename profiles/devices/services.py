"""Signing out devices: one, or all others."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.db.ids import as_uuid7
from animecollections.identity import SignIn
from profiles.accounts.models import Session, TokenFamily
from profiles.accounts.services import end_one
from profiles.accounts.sign_in_hooks import tell_sign_ins_ended
from profiles.devices.reads import families_of


def end(*, user_id: UUID, device_id: str) -> None:
    """At once, its live socket too; 404 `device_not_found`."""
    family_id = as_uuid7(device_id)
    name = f"app:{family_id}" if family_id else f"browser:{device_id}"
    with transaction.atomic():
        is_there = not family_id or families_of(user_id).filter(pk=family_id).exists()
        if not is_there or end_one(user_id=user_id, sign_in=name) is None:
            raise ApiError("device_not_found")


def end_others(*, user_id: UUID, sign_in: SignIn) -> None:
    """All but the one that asks. Personal tokens and apps that were given access are no
    devices, and stay.
    """
    sessions = Session.objects.filter(user_id=user_id)
    families = TokenFamily.objects.filter(user_id=user_id, app=None, revoked_at=None)
    if sign_in.kind == "session":
        sessions = sessions.exclude(session_key=sign_in.key)
    else:
        families = families.exclude(pk=sign_in.key)
    with transaction.atomic():
        sessions.delete()
        families.update(revoked_at=timezone.now())
        tell_sign_ins_ended(user_id)
