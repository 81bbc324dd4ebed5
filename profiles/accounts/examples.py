"""What the reference of the API shows of bodies and answers."""

SIGNED_IN = {
    "user": {
        "id": "550e8400-e29b-41d4-a716-446655440000",
        "name": "alice",
        "avatar": None,
    },
    "session": {
        "expires_at": "2026-12-23T09:30:00Z",
        "expires_in": 2592000,
        "token_type": "cookie",
    },
}
TOKENS = {"access": "eyJhbGciOi…", "refresh": "eyJhbGciOi…", "expires_in": 1800}
CREDENTIALS = {"email": "alice@example.org", "password": "Right-Horse-7"}
CURRENT_USER = {
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "name": "alice",
    "email": "alice@example.org",
    "avatar": None,
    "banner_image": None,
    "enfasiscolor": "#3498db",
    "parentalControl": True,
}
