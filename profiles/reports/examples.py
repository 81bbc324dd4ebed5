"""What the reference of the API shows of bodies and answers."""

A_REPORT = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120021",
    "of": "list_name",
    "which": "019ab0f2-6a3c-7c1e-9f55-0242ac120005",
    "user_name": "bob",
    "reason": "harassment",
    "text": "It names a friend of mine.",
    "created_at": "2026-11-30T09:30:00Z",
    "state": "withheld",
    "decided_at": "2026-11-30T12:00:00Z",
    "answer": "Thank you: others no longer see it.",
}
A_DECISION = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120022",
    "of": "list_name",
    "which": "019ab0f2-6a3c-7c1e-9f55-0242ac120005",
    "state": "withheld",
    "reason": "The name insults somebody.",
    "decided_at": "2026-11-30T12:00:00Z",
    "answer": "I have changed it.",
    "answered_at": "2026-11-30T13:00:00Z",
    "waits": True,
}
BY_NAME = {"of": "avatar", "user_name": "bob", "reason": "sexual"}
BY_LINK = {
    "of": "list_notes",
    "link": "https://anime.example.org/api/shared/3f8e2a10c4b94f6d8a7be1f20c9d5e64.0gq3…",
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120005",
    "reason": "personal_data",
    "text": "The third note has my address.",
}
RECEIVED = {"message": "Report received"}
