"""What the reference of the API shows of answers."""

ITEM = {
    "user_name": "bob",
    "avatar": None,
    "anime_id": "1535",
    "title": "Death Note",
    "imageUrl": "https://img.example.org/1535.jpg",
    "total_episodes": 37,
    "format": "TV",
    "year": 2006,
    "did": ["watched", "scored"],
    "episodes": {"first": 3, "last": 5},
    "score": 9.5,
    "at": "2026-11-30T21:30:00Z",
}
