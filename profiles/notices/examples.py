"""What the reference of the API shows of bodies and answers."""

NOTICE = {
    "id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a11",
    "text": {
        "en": "Away at 20:00 UTC.",
        "es": "Cerrado a las 20:00 UTC.",
    },
    "starts_at": "2026-11-23T18:00:00Z",
    "ends_at": "2026-11-23T20:15:00Z",
}
