"""What the reference of the API shows of answers."""

from collections_app.watch_list.entries import JSON_KEYS
from collections_app.watch_list.fields import FIELDS

VALUES = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120002",
    "user_id": "550e8400-e29b-41d4-a716-446655440000",
    "anime_id": "1535",
    "title": "Death Note",
    "imageUrl": "https://img.example.org/1535.jpg",
    "rating": 8.62,
    "episodes": 37,
    "mal_id": 1535,
    "format": "TV",
    "airing_status": "finished",
    "season": "fall",
    "year": 2006,
    **{field.name: field.example for field in FIELDS},
    "added_at": "2026-10-02T18:30:00Z",
    "updated_at": "2026-11-23T09:30:00Z",
    "revision": 41,
}
ENTRY = {key: VALUES[key] for key in JSON_KEYS}
