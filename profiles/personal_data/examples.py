"""What the reference of the API shows of bodies and answers."""

FIDELITY = {
    "format": "mal",
    "entries": 412,
    "unnamed": 0,
    "ambiguous": 0,
    "unreadable": 0,
    "lists": 2,
    "fields": {"score": 1},
    "examples": {
        "score": [
            {
                "anime_id": "1535",
                "title": "Death Note",
                "here": 9.3,
                "there": 9.0,
            }
        ]
    },
}
