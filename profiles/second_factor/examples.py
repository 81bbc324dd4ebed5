"""What the reference of the API shows of second factors."""

TICKET = "550e8400e29b41d4a716446655440000.pX3vWq0…"
CODES = ["k3vq-7m2x-aapl-90tz", "b7wd-x2mn-4qqe-r1ls"]
ASSERTION = {
    "id": "Zm9vYmFy",
    "rawId": "Zm9vYmFy",
    "type": "public-key",
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0Iiw…",
        "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2M…",
        "signature": "MEUCIQCvT8…",
        "userHandle": "VQ6EAOKbQdSnFkRmVUQAAA",
    },
}
ATTESTATION = ASSERTION | {
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiw…",
        "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVik…",
    }
}
PASSKEY = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120007",
    "name": "My phone",
    "created_at": "2026-11-30T09:30:00Z",
    "last_used_at": None,
    "is_synced": True,
}
REMOVAL = {"asked_at": "2026-11-30T09:30:00Z", "due_at": "2026-12-07T09:30:00Z"}
SECURITY = {
    "email_confirmed_at": "2026-11-30T09:30:00Z",
    "passkey_domain": "anime.example.org",
    "passkeys": [PASSKEY],
    "authenticator": {
        "added_at": "2026-11-30T09:30:00Z",
        "last_used_at": "2026-11-30T09:31:00Z",
    },
    "recovery_codes_left": 9,
    "factor_removal": None,
}
OPTIONS_TO_USE = {
    "challenge": "cFgzdldxMDoxdjJhYjM6…",
    "rpId": "anime.example.org",
    "timeout": 900000,
    "allowCredentials": [],
    "userVerification": "required",
}
OPTIONS_TO_ADD = {
    "rp": {"name": "animecollections", "id": "anime.example.org"},
    "user": {
        "id": "VQ6EAOKbQdSnFkRmVUQAAA",
        "name": "alice@example.org",
        "displayName": "alice",
    },
    "challenge": "cFgzdldxMDoxdjJhYjM6…",
    "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    "timeout": 900000,
    "excludeCredentials": [],
    "authenticatorSelection": {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    },
    "attestation": "none",
}
