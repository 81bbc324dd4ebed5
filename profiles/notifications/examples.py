"""What the reference of the API shows of bodies and answers."""

AN_EPISODE: dict[str, object] = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120007",
    "kind": "episode",
    "at": "2026-12-08T15:00:00Z",
    "read_at": None,
    "anime_id": "57025",
    "title": "Tondemo Skill de Isekai Hourou Meshi 2",
    "imageUrl": "https://img.example.org/57025.jpg",
    "first_episode": 10,
    "episode": 10,
    "episodes": 12,
    "airs_at": "2026-12-08T15:00:00Z",
    "was_at": None,
    "estimated": True,
    "related_id": None,
    "related_title": None,
    "added": False,
    "text": None,
}
A_MUTED_TITLE = {"anime_id": "57025", "title": AN_EPISODE["title"]}
A_BROWSER = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120008",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0",
    "last_sent_at": "2026-12-08T15:04:00Z",
    "endpoint_sha256": "b94f6f125c79e3a5ffaa826f584c10d5"
    "2ada669e6762051b826b55776d05a15a",
}
A_POINT = (
    "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7"
    "DkM"
)
A_SUBSCRIPTION = {
    "endpoint": "https://push.example.com/wpush/v2/gAAAAABm",
    "keys": {
        "p256dh": A_POINT,
        "auth": "tBHItJI5svbpez7KI4CCXg",
    },
}
