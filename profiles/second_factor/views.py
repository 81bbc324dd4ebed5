"""Second factors and proofs over HTTP: what a signed-in person does with them."""

from typing import cast

import segno
from rest_framework.request import Request

from animecollections.api.errors import ApiError
from animecollections.api.ids import parse_id
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from animecollections.identity import SignIn
from profiles.accounts.middleware import with_session
from profiles.accounts.proofs import require_fresh_proof
from profiles.accounts.serializers import Message
from profiles.accounts.views import NeverStored, browser
from profiles.second_factor import passkeys, proving, removal
from profiles.second_factor import services as second_factor
from profiles.second_factor.examples import (
    ATTESTATION,
    CODES,
    OPTIONS_TO_ADD,
    PASSKEY,
    SECURITY,
)
from profiles.second_factor.models import Passkey
from profiles.second_factor.reads import (
    PasskeyAnswer,
    SecurityAnswer,
    passkey_to_json,
    security_of,
)
from profiles.second_factor.serializers import (
    AddedPasskeyAnswer,
    BegunAuthenticatorAnswer,
    CodeInput,
    NewPasskeyInput,
    NewRecoveryCodesAnswer,
    PasskeyNameInput,
    ProofInput,
)

TAGS = ["Second factor"]
FIRST = (
    "`recovery_codes` are the ten recovery codes, shown this once, where this is the "
    "first factor; else null. "
)


class OwnFactors(NeverStored):
    """No answer is kept for a retry, because some of them hold secrets."""

    @property
    def sign_in(self) -> SignIn:
        return cast("SignIn", self.request.auth)


@with_session
class ProofViewSet(OwnFactors):
    throttle_scope = "sign_in"

    @documented(
        "Proves who asks, before something dangerous.",
        name="proveIdentity",
        description="What is dangerous is 403 `proof_needed` unless this session or "
        "app signed in, or was proved, a few minutes ago (`PROOF_MINUTES`). Send one "
        "of the `details.methods` of that answer (`authenticator` is `code`), then the "
        "same request again. Wrong ones count towards the lock-out. An empty object "
        "asks whether a proof is needed.",
        scope="account",
        tags=TAGS,
        body=ProofInput,
        data=Message,
        errors=[
            "proof_needed",
            "wrong_credentials",
            "wrong_code",
            "passkey_invalid",
            "locked",
        ],
        examples={"proved": {"message": "Proved"}},
        body_examples={
            "the password": {"password": "Right-Horse-7"},
            "a code": {"code": "123456"},
        },
    )
    def create(self, request: Request) -> Answer:
        given = self.read_body(ProofInput)
        if not given:
            require_fresh_proof(request)
            return answer({"message": "Proved"})
        who = browser(request)
        proving.prove(
            user_id=self.user_id,
            sign_in=self.sign_in,
            session=who["session"],
            address=who["address"],
            device=who["device"],
            **given,
        )
        return answer({"message": "Proved"})


class SecurityViewSet(OwnFactors):
    @documented(
        "What protects the account: passkeys, authenticator, recovery codes.",
        name="getSecurity",
        description="`factor_removal`: somebody who has the password asked for the "
        "second factors to be removed, which happens at `due_at`. `passkey_domain` is "
        "null where this server has no domain, so that there are no passkeys.",
        scope="account",
        tags=TAGS,
        data=SecurityAnswer,
        examples={"all on": SECURITY},
    )
    def retrieve(self, request: Request) -> Answer:
        return answer(security_of(self.user_id))

    @documented(
        "Keeps the second factors that somebody asked to be removed.",
        name="keepFactors",
        description="Nothing to stop is fine too.",
        scope="account",
        tags=TAGS,
        data=Message,
        examples={"kept": {"message": "Your second factors stay on"}},
    )
    def keep(self, request: Request) -> Answer:
        removal.stop(user_id=self.user_id)
        return answer({"message": "Your second factors stay on"})


class AuthenticatorViewSet(OwnFactors):
    @documented(
        "Begins to add an authenticator: its secret, shown this once.",
        name="beginAuthenticator",
        description="`picture` is the QR code of `address`, as a data URL. Nothing is "
        "on until its first code comes (`confirmAuthenticator`); it then takes the "
        "place of an older one.",
        scope="account",
        tags=TAGS,
        data=BegunAuthenticatorAnswer,
        errors=["proof_needed"],
        examples={
            "begun": {
                "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
                "address": "otpauth://totp/animecollections:alice%40example.org?…",
                "picture": "data:image/svg+xml;charset=utf-8,%3Csvg…",
            }
        },
    )
    def create(self, request: Request) -> Answer:
        require_fresh_proof(request)
        device = second_factor.begin_authenticator(
            user_id=self.user_id, sign_in=self.sign_in
        )
        address = device.config_url
        return answer(
            {
                "secret": second_factor.secret_of(device),
                "address": address,
                "picture": segno.make(address).svg_data_uri(scale=5),
            }
        )

    @documented(
        "Turns the authenticator on, by its first code.",
        name="confirmAuthenticator",
        description=FIRST + "The owner gets a mail.",
        scope="account",
        tags=TAGS,
        body=CodeInput,
        data=NewRecoveryCodesAnswer,
        errors=["proof_needed", "authenticator_not_begun", "wrong_code", "locked"],
        examples={"on": {"recovery_codes": CODES}},
        body_examples={"the first": {"code": "123456"}},
    )
    def confirm(self, request: Request) -> Answer:
        code = self.read_body(CodeInput)["code"]
        require_fresh_proof(request)
        codes = second_factor.add_authenticator(
            user_id=self.user_id, sign_in=self.sign_in, code=code
        )
        return answer({"recovery_codes": codes})

    @documented(
        "Removes the authenticator.",
        name="removeAuthenticator",
        description="With the last second factor its recovery codes go. The owner gets "
        "a mail.",
        scope="account",
        tags=TAGS,
        data=Message,
        errors=["proof_needed", "second_factor_off"],
        examples={"removed": {"message": "Authenticator removed"}},
    )
    def destroy(self, request: Request) -> Answer:
        require_fresh_proof(request)
        if not second_factor.remove_authenticator(
            user_id=self.user_id, sign_in=self.sign_in
        ):
            raise ApiError("second_factor_off")
        return answer({"message": "Authenticator removed"})


class RecoveryCodesViewSet(OwnFactors):
    @documented(
        "Ten new recovery codes, shown this once; those before end.",
        name="replaceRecoveryCodes",
        description="Only hashes of them are stored. The owner gets a mail.",
        scope="account",
        tags=TAGS,
        data=NewRecoveryCodesAnswer,
        errors=["proof_needed", "second_factor_off"],
        examples={"new ones": {"recovery_codes": CODES}},
    )
    def create(self, request: Request) -> Answer:
        require_fresh_proof(request)
        codes = second_factor.replace_codes(user_id=self.user_id, sign_in=self.sign_in)
        return answer({"recovery_codes": codes})


class PasskeysViewSet(OwnFactors):
    @documented(
        "The passkeys, oldest first.",
        name="getPasskeys",
        scope="account",
        tags=TAGS,
        data=[PasskeyAnswer],
        examples={"one": [PASSKEY]},
    )
    def list(self, request: Request) -> Answer:
        rows = Passkey.objects.of(self.user_id).order_by("pk")
        return answer([passkey_to_json(passkey) for passkey in rows])

    @documented(
        "What a browser needs to make a passkey.",
        name="getPasskeyCreationOptions",
        description="For `navigator.credentials.create()`, whose answer goes to "
        "`addPasskey` within 15 minutes.",
        scope="account",
        tags=TAGS,
        data=dict,
        errors=["proof_needed", "passkeys_off", "passkeys_full"],
        examples={"options": OPTIONS_TO_ADD},
    )
    def options_to_add(self, request: Request) -> Answer:
        require_fresh_proof(request)
        account = self.account
        options = passkeys.options_to_add(
            user_id=account.id, user_name=account.user_name, email=account.email
        )
        return answer(options)

    @documented(
        "Adds a passkey.",
        name="addPasskey",
        description=FIRST
        + "A passkey signs in by itself, and is a second factor after "
        "the password. At most 20. The owner gets a mail.",
        scope="account",
        tags=TAGS,
        body=NewPasskeyInput,
        data=AddedPasskeyAnswer,
        errors=["proof_needed", "passkey_invalid", "passkeys_off", "passkeys_full"],
        examples={"added": PASSKEY | {"recovery_codes": CODES}},
        body_examples={"a phone": {"name": "My phone", "passkey": ATTESTATION}},
    )
    def create(self, request: Request) -> Answer:
        values = self.read_body(NewPasskeyInput)
        require_fresh_proof(request)
        passkey, codes = passkeys.add(
            user_id=self.user_id,
            sign_in=self.sign_in,
            name=values["name"],
            credential=values["passkey"],
        )
        return answer({**passkey_to_json(passkey), "recovery_codes": codes})

    @documented(
        "Renames a passkey.",
        name="renamePasskey",
        scope="account",
        tags=TAGS,
        body=PasskeyNameInput,
        data=PasskeyAnswer,
        errors=["passkey_not_found"],
        examples={"renamed": PASSKEY},
        body_examples={"another name": {"name": "My phone"}},
    )
    def partial_update(self, request: Request, passkey_id: str) -> Answer:
        name = self.read_body(PasskeyNameInput)["name"]
        passkey = passkeys.rename(
            user_id=self.user_id, passkey_id=parse_id(passkey_id), name=name
        )
        return answer(passkey_to_json(passkey))

    @documented(
        "Removes a passkey.",
        name="removePasskey",
        description="With the last second factor its recovery codes go. The owner gets "
        "a mail.",
        scope="account",
        tags=TAGS,
        data=Message,
        errors=["proof_needed", "passkey_not_found"],
        examples={"removed": {"message": "Passkey removed"}},
    )
    def destroy(self, request: Request, passkey_id: str) -> Answer:
        id_ = parse_id(passkey_id)
        require_fresh_proof(request)
        passkeys.remove(user_id=self.user_id, sign_in=self.sign_in, passkey_id=id_)
        return answer({"message": "Passkey removed"})
