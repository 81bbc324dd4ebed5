"""What the reference of the API shows of personal tokens."""

A_TOKEN = {
    "id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a11",
    "name": "nightly backup",
    "prefix": "ac_pat_k3f9ab",
    "scopes": ["history:read", "list:read", "profile:read", "stats:read"],
    "mature": False,
    "created_at": "2026-11-30T09:30:00Z",
    "expires_at": "2027-11-30T00:00:00Z",
    "last_used_at": "2026-11-30T12:00:00Z",
    "last_used_from": "203.0.113.7",
}
NEW = {
    **A_TOKEN,
    "last_used_at": None,
    "last_used_from": None,
    "token": "ac_pat_k3f9ab…",
}
WANTED = {
    "name": "nightly backup",
    "scopes": ["read"],
    "expires_at": "2099-11-30T00:00:00Z",
}
