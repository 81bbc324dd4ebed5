"""What the reference of the API shows of registered apps."""

WANTED = {
    "name": "Ani Notes",
    "description": "Notes on what you watch.",
    "website": "https://notes.example.org",
    "redirect_uris": [
        "https://notes.example.org/callback",
        "http://127.0.0.1/callback",
    ],
    "confidential": True,
}
AN_APP = {
    "id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a22",
    "client_id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a22",
    **WANTED,
    "secret_prefix": "ac_app_k3f9ab",
    "created_at": "2026-11-30T09:30:00Z",
    "stopped_at": None,
    "stopped_why": None,
}
NEW = {**AN_APP, "client_secret": "ac_app_k3f9ab…"}
