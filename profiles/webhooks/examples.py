"""What the reference of the API shows of webhooks."""

A_WEBHOOK = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120009",
    "name": "My server",
    "url": "https://hooks.example.org/anime",
    "host": "hooks.example.org",
    "format": "standard",
    "parts": ["entries"],
    "state": "active",
    "paused_why": None,
    "failing_since": None,
    "next_try_at": None,
    "cursor": "WzE3LDQyLDNd:…",
    "created_at": "2026-11-30T09:30:00Z",
    "previous_secret_until": None,
}
SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDEXAMPLEKEYS="  # noqa: S105
A_NEW_WEBHOOK = A_WEBHOOK | {"secret": SECRET}
A_PAUSED_WEBHOOK = A_WEBHOOK | {"state": "paused", "paused_why": "owner"}
A_DELIVERY = {
    "id": "019ab0f3-1b2c-7d4e-8f55-0242ac12000a",
    "kind": "change",
    "status": "delivered",
    "made_at": "2026-11-30T09:31:00Z",
    "attempts": 2,
    "tried_at": "2026-11-30T09:31:08Z",
    "delivered_at": "2026-11-30T09:31:08Z",
    "is_asked": False,
    "seconds": 0.213,
    "status_code": 204,
    "failure": None,
    "answer": "",
}
A_TEST = A_DELIVERY | {
    "kind": "test",
    "status": "waiting",
    "attempts": 0,
    "tried_at": None,
    "delivered_at": None,
    "is_asked": True,
    "seconds": None,
    "status_code": None,
}
