"""Passkeys: added, used, renamed, removed. py_webauthn reads and verifies what browsers
send (decision 57).

Each is discoverable and verifies its user, so it signs in by itself. What it sends
names the user, and is looked for among their passkeys alone.
"""

import logging
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

import webauthn
from cbor2 import CBORError
from cryptography.exceptions import UnsupportedAlgorithm
from django.conf import settings
from django.utils import timezone
from webauthn.helpers import (
    base64url_to_bytes,
    options_to_json_dict,
    parse_client_data_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from animecollections.api.errors import ApiError
from animecollections.identity import SignIn
from profiles.second_factor import challenges, tasks
from profiles.second_factor.factors import changing_factors
from profiles.second_factor.models import Passkey
from profiles.second_factor.services import new_codes

logger = logging.getLogger(__name__)

MOST = 20
Given = Mapping[str, Any]  # what a browser sends, as it is in JSON
SYNCED = CredentialDeviceType.MULTI_DEVICE
# What the readers raise for what is no passkey's answer.
UNREADABLE = (
    WebAuthnException,
    CBORError,
    UnsupportedAlgorithm,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def origins() -> list[str]:
    """The pages that may ask for one. A browser lets none do so but those of the
    domain.
    """
    return [settings.PUBLIC_URL, *settings.TRUSTED_ORIGINS]


def domain() -> str:
    if not settings.PASSKEY_DOMAIN:
        raise ApiError("passkeys_off")
    return str(settings.PASSKEY_DOMAIN)


def options_to_use() -> dict[str, Any]:
    """For anybody: the browser knows which passkeys it has for us."""
    options = webauthn.generate_authentication_options(
        rp_id=domain(),
        challenge=challenges.new_challenge("use"),
        timeout=challenges.LIFETIME * 1000,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def options_to_add(*, user_id: UUID, user_name: str, email: str) -> dict[str, Any]:
    if Passkey.objects.of(user_id).count() >= MOST:
        raise ApiError("passkeys_full", number=MOST)
    ids = Passkey.objects.of(user_id).values_list("credential_id", flat=True)
    options = webauthn.generate_registration_options(
        rp_id=domain(),
        rp_name="animecollections",
        user_id=user_id.bytes,
        user_name=email,
        user_display_name=user_name,
        challenge=challenges.new_challenge(purpose_to_add(user_id)),
        timeout=challenges.LIFETIME * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=bytes(id_)) for id_ in ids
        ],
    )
    return options_to_json_dict(options)


def purpose_to_add(user_id: UUID) -> str:
    return f"add.{user_id}"


def add(
    *, user_id: UUID, sign_in: SignIn, name: str, credential: Given
) -> tuple[Passkey, list[str] | None]:
    """The passkey and, where it is the first factor, the recovery codes; else None. 401
    `passkey_invalid`, 409 `passkeys_full`.
    """
    with changing_factors(user_id, sign_in) as user:
        challenge = challenge_in(credential, purpose_to_add(user_id))
        try:
            verified = webauthn.verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=domain(),
                expected_origin=origins(),
                require_user_verification=True,
            )
        except UNREADABLE:
            raise ApiError("passkey_invalid") from None
        theirs = Passkey.objects.of(user_id)
        if theirs.count() >= MOST:
            raise ApiError("passkeys_full", number=MOST)
        key = digest(verified.credential_id)
        if theirs.filter(digest=key).exists():
            raise ApiError("passkey_invalid")
        passkey = Passkey.objects.create(
            user=user,
            name=name,
            digest=key,
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            is_synced=verified.credential_device_type == SYNCED,
        )
        codes = None if user.second_factors else new_codes(user)
        tasks.mail_factors_changed.enqueue(user_id=str(user_id), what="passkey_added")
    return passkey, codes


def use(user_id: UUID, credential: Given) -> None:
    """401 `passkey_invalid` unless a passkey of this user signed one of our challenges,
    which is used up. Call it in the transaction of what that opens.
    """
    challenge = challenge_in(credential, "use")
    try:
        key = digest(base64url_to_bytes(credential["rawId"]))
        rows = Passkey.objects.of(user_id).select_for_update()
        passkey = rows.filter(digest=key).first()
        if passkey is None or owner_in(credential) != user_id:
            raise ApiError("passkey_invalid")
        verified = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=domain(),
            expected_origin=origins(),
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except UNREADABLE as error:
        logger.warning("A passkey's answer was refused: %s", type(error).__name__)
        raise ApiError("passkey_invalid") from None
    Passkey.objects.of(user_id).filter(pk=passkey.pk).update(
        sign_count=verified.new_sign_count,
        is_synced=verified.credential_device_type == SYNCED,
        used_at=timezone.now(),
    )


def challenge_in(credential: Given, purpose: str) -> bytes:
    """The challenge that was signed, which is used up. No answer counts that a page of
    another site asked for in a frame.
    """
    try:
        signed = base64url_to_bytes(credential["response"]["clientDataJSON"])
        said = parse_client_data_json(signed)
        if said.cross_origin:
            raise ApiError("passkey_invalid")
        challenges.use_up(said.challenge, purpose)
    except UNREADABLE:
        raise ApiError("passkey_invalid") from None
    return said.challenge


def owner_in(credential: Given) -> UUID | None:
    """Whose passkey it says it is; the signature does not tell."""
    try:
        return UUID(bytes=base64url_to_bytes(credential["response"]["userHandle"]))
    except UNREADABLE:
        return None


def rename(*, user_id: UUID, passkey_id: UUID, name: str) -> Passkey:
    theirs = Passkey.objects.of(user_id).filter(pk=passkey_id)
    theirs.update(name=name)
    passkey: Passkey | None = theirs.first()
    if passkey is None:
        raise ApiError("passkey_not_found")
    return passkey


def remove(*, user_id: UUID, sign_in: SignIn, passkey_id: UUID) -> None:
    with changing_factors(user_id, sign_in):
        if not Passkey.objects.of(user_id).filter(pk=passkey_id).delete()[0]:
            raise ApiError("passkey_not_found")
        tasks.mail_factors_changed.enqueue(user_id=str(user_id), what="passkey_removed")


def digest(credential_id: bytes) -> str:
    return sha256(credential_id).hexdigest()
