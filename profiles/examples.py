"""What the reference of the API shows of bodies and answers, view by view."""

# Signing in

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

# Profile and preferences

PROFILE = {
    "user_id": "550e8400-e29b-41d4-a716-446655440000",
    "name": "Alice",
    "last_name": "Doe",
    "birthday": "1995-05-20",
    "gender": "female",
    "avatar": "https://anime.example.org/media/images/550e8400-e29b-41d4-a716-"
    "446655440000/5d41402abc4b2a76b9719d911017c592.webp",
    "banner_image": None,
    "favorite_animes": ["21", "16498"],
    "favorite_genres": ["Slice of Life", "Boys Love"],
    "favorite_studios": ["Studio Ghibli"],
    "frequency": "weekly",
    "fanatic_level": "hardcore_otaku",
    "preferred_format": "TV",
    "watched_animes": ["1535"],
    "updated_at": "2026-11-23T09:30:00Z",
}
TITLE_LEFT_OUT: dict[str, object] = {
    "code": "title_unknown",
    "message": 'The catalogue has no anime called "one_peace", so it was left out of '
    "favorite_animes: send an id.",
    "field": "favorite_animes",
    "value": "one_peace",
    "anime_id": None,
    "candidates": [],
}
TITLE_CHOSEN: dict[str, object] = {
    "code": "title_chosen",
    "message": '"hunter_x_hunter" was read as "Hunter x Hunter (2011)", the best '
    "known of 2 anime with this name: send an id to choose another.",
    "field": "favorite_animes",
    "value": "hunter_x_hunter",
    "anime_id": "11061",
    "candidates": ["136"],
}
PREFERENCES = {
    "user_id": "550e8400-e29b-41d4-a716-446655440000",
    "enfasiscolor": "#3498db",
    "parentalControl": True,
    "trackSearchHistory": True,
    "scoreFormat": "10.0",
    "titleLanguage": "romaji",
    "timezone": "Europe/Madrid",
    "language": "es",
    "theme": "auto",
    "updated_at": "2026-11-23T09:30:00Z",
}
IDENTITY = {
    "id": PROFILE["user_id"],
    "name": "alice_doe",
    "avatar": PROFILE["avatar"],
    "banner_image": None,
}
ONBOARDING_FORM = {
    "birthday": "1995-05-20",
    "favorite_animes": ["one_piece", "hunter_x_hunter", "one_peace"],
    "favorite_genres": ["slice_of_life", "boys love"],
    "favorite_studios": ["studio_ghibli"],
    "fanatic_level": "hardcore_otaku",
    "preferred_format": "tv",
    "frequency": "",
}

# Images

IMAGE_URL = (
    "https://anime.example.org/media/images/550e8400-e29b-41d4-a716-446655440000/"
    "5d41402abc4b2a76b9719d911017c592.webp"
)
IMAGE = {
    "id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a11",
    "url": IMAGE_URL,
    "kind": "avatar",
    "width": 512,
    "height": 512,
    "size": 20480,
    "created_at": "2026-11-23T09:30:00Z",
}

# Exports

FIDELITY = {
    "format": "mal",
    "entries": 412,
    "unnamed": 0,
    "ambiguous": 0,
    "unreadable": 0,
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

# Notices

NOTICE = {
    "id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a11",
    "text": {
        "en": "Away at 20:00 UTC.",
        "es": "Cerrado a las 20:00 UTC.",
    },
    "starts_at": "2026-11-23T18:00:00Z",
    "ends_at": "2026-11-23T20:15:00Z",
}
