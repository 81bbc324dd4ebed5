"""Second factors and proofs as JSON: what clients send, and what they are answered."""

from datetime import datetime
from typing import Any, TypedDict

from rest_framework import serializers

from animecollections.api.fields import StrictChoice, StrictObject, StrictText
from profiles.accounts.serializers import Secret
from profiles.second_factor.reads import PasskeyAnswer

TICKET = "Of the 401 `second_factor_needed`."


class Base64(Secret):
    """Bytes in base64url, as browsers write them in JSON."""

    def __init__(self, most: int, **more: Any) -> None:
        super().__init__(max_length=most, **more)


class CredentialInput(StrictObject):
    """What both kinds of a browser's answer begin with, in its own words
    (`PublicKeyCredential.toJSON()`); more in it is not read.
    """

    id = Base64(1400)
    rawId = Base64(1400)  # noqa: N815
    type = StrictChoice(["public-key"])


class AssertionInput(StrictObject):
    clientDataJSON = Base64(8_000)  # noqa: N815
    authenticatorData = Base64(8_000)  # noqa: N815
    signature = Base64(4_000)
    userHandle = Base64(100)  # noqa: N815


class UsedPasskeyInput(CredentialInput):
    """From `navigator.credentials.get()`."""

    response = AssertionInput()


class AttestationInput(StrictObject):
    clientDataJSON = Base64(8_000)  # noqa: N815
    attestationObject = Base64(40_000)  # noqa: N815


class AddedPasskeyInput(CredentialInput):
    """From `navigator.credentials.create()`."""

    response = AttestationInput()


class FactorInput(StrictObject):
    code = StrictText(
        required=False, max_length=40, help_text="Six digits of the authenticator."
    )
    recovery_code = StrictText(
        required=False, max_length=40, help_text="One of the ten; it works once."
    )
    passkey = UsedPasskeyInput(required=False)


class ProofInput(FactorInput):
    """One of them; none only asks."""

    password = Secret(required=False, help_text="The account's password, again.")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if len(values) > 1:
            raise serializers.ValidationError("Send one of them.")
        return values


class SecondFactorInput(FactorInput):
    """The ticket, and one of the others."""

    ticket = Secret(max_length=200, help_text=TICKET)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if len(values) != 2:
            raise serializers.ValidationError(
                "Send the ticket, and a code, recovery_code or passkey."
            )
        return values


class TicketInput(StrictObject):
    ticket = Secret(max_length=200, help_text=TICKET)


class KeepInput(StrictObject):
    token = Secret(max_length=300, help_text="What the link has behind its #.")


class PasskeySignInInput(StrictObject):
    passkey = UsedPasskeyInput()


class NewPasskeyInput(StrictObject):
    name = StrictText(max_length=100, help_text="What its owner calls it.")
    passkey = AddedPasskeyInput()


class PasskeyNameInput(StrictObject):
    name = StrictText(max_length=100)


class CodeInput(StrictObject):
    code = StrictText(max_length=40, help_text="Six digits of the new authenticator.")


class BegunAuthenticatorAnswer(TypedDict):
    secret: str
    address: str
    picture: str


class AddedPasskeyAnswer(PasskeyAnswer):
    recovery_codes: list[str] | None


class NewRecoveryCodesAnswer(TypedDict):
    recovery_codes: list[str] | None


class DueAnswer(TypedDict):
    due_at: datetime
