"""What the reference of the API shows of bodies and answers."""

from animecollections.viewer import THINGS

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
    "mutedNotices": ["moved"],
    "noticeDigest": "weekly",
    "webPush": True,
    "addSequels": False,
    "helpRecommend": True,
    "audience": dict.fromkeys(THINGS, "nobody") | {"watching": "everyone"},
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
