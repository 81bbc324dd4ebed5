"""An authenticator in software, which also does what a real one never would."""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from struct import pack
from uuid import UUID

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN, DOMAIN = "https://anime.example.org", "anime.example.org"
PRESENT, VERIFIED, MAY_SYNC, SYNCED, WITH_KEY = 1, 4, 8, 16, 64


def text_of(content):
    return urlsafe_b64encode(content).decode().rstrip("=")


def bytes_of(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SoftPasskey:
    def __init__(self, *, origin=ORIGIN, domain=DOMAIN, flags=PRESENT | VERIFIED):
        self.origin, self.domain, self.flags = origin, domain, flags
        self.id = secrets.token_bytes(32)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count = 0
        self.owner = None

    def client_data(self, kind, challenge, **more):
        said = {"type": f"webauthn.{kind}", "challenge": challenge}
        return json.dumps({**said, "origin": self.origin, **more}).encode()

    def data(self, flags, tail=b""):
        domain = sha256(self.domain.encode()).digest()
        return domain + bytes([flags]) + pack(">I", self.count) + tail

    def made(self, options):
        """What navigator.credentials.create() gives."""
        self.owner = bytes_of(options["user"]["id"])
        point = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        tail = bytes(16) + pack(">H", len(self.id)) + self.id + cose
        attestation = {
            "fmt": "none",
            "attStmt": {},
            "authData": self.data(self.flags | WITH_KEY, tail),
        }
        return self.credential(
            clientDataJSON=self.client_data("create", options["challenge"]),
            attestationObject=cbor2.dumps(attestation),
        )

    def used(self, options, *, owner=None, key=None, **said):
        """What navigator.credentials.get() gives."""
        self.count += 1
        client_data = self.client_data("get", options["challenge"], **said)
        data = self.data(self.flags)
        signed = data + sha256(client_data).digest()
        signature = (key or self.key).sign(signed, ec.ECDSA(SHA256()))
        return self.credential(
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=signature,
            userHandle=owner.bytes if isinstance(owner, UUID) else self.owner,
        )

    def credential(self, **response):
        return {
            "id": text_of(self.id),
            "rawId": text_of(self.id),
            "type": "public-key",
            "response": {name: text_of(value) for name, value in response.items()},
        }
