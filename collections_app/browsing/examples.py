"""What the reference of the API shows of bodies and answers."""

from typing import Any

ANIME = {
    "id": "1535",
    "mal_id": 1535,
    "title": "Death Note",
    "english_title": "Death Note",
    "native_title": "デスノート",
    "synonyms": ["DN"],
    "imageUrl": "https://img.example.org/1535.jpg",
    "thumbnailUrl": "https://img.example.org/1535t.jpg",
    "rating": 8.62,
    "weighted_rating": 8.62,
    "votes": 2731044,
    "episodes": 37,
    "episode_minutes": 23,
    "format": "TV",
    "airing_status": "finished",
    "season": "fall",
    "year": 2006,
    "genres": ["Supernatural", "Suspense", "Psychological", "Shounen"],
    "studios": ["Madhouse"],
    "mature": False,
    "external_ids": {"anilist": "1535", "kitsu": "1376", "mal": "1535"},
    "updated_at": "2026-11-23T09:30:00Z",
}
ON_THE_LIST = {"type": "Watching", "progress": 12, "score": 9.5, "revision": 41}
SCHEDULE = {
    "first_airs_at": "2006-10-03T15:56:00Z",
    "first_airs_estimated": False,
    "episodes_aired": 37,
    "next_airs_at": None,
    "next_airs_estimated": None,
}
RELATED_ANIME: dict[str, Any] = {
    "id": "2994",
    "title": "Death Note: Rewrite",
    "english_title": None,
    "imageUrl": None,
    "thumbnailUrl": None,
    "rating": 7.7,
    "episodes": 2,
    "format": "Special",
    "airing_status": "finished",
    "year": 2007,
}
FACTS = {
    "airing": {
        "begin": {"at": "2006-10-03", "precision": "day"},
        "end": {"at": "2007-06-26", "precision": "day"},
        "broadcast": {
            "start": {"at": "2006-10-03T15:56:00Z", "precision": "minute"},
            "every_days": 7,
            "zone": "Asia/Tokyo",
        },
        "episodes": 37,
        "source": "jikan",
    },
    "links": [
        {
            "site": "crunchyroll",
            "name": "Crunchyroll",
            "url": "https://www.crunchyroll.com/series/GRNQ5DDZR/",
            "regions": [],
            "begins": None,
            "source": "bangumi-data",
        }
    ],
    "names": [{"language": "zh-Hans", "names": ["死亡笔记"], "source": "bangumi-data"}],
    "relations": [
        RELATED_ANIME | {"relation": "summary", "source": "jikan"},
    ],
    "franchise": [],
    "description": {
        "text": "A student finds a notebook that kills whose name is written in it.",
        "language": "en",
        "source": "own",
    },
    "seasons": [
        {
            "database": "tvdb",
            "id": "79481",
            "season": 1,
            "first": 1,
            "last": 37,
            "to_first": 1,
            "to_last": 37,
            "ratio": 1,
            "source": "kometa",
        }
    ],
    "redirects": [
        {
            "first": 38,
            "last": 39,
            "anime_id": "2994",
            "ids": ["mal:2994"],
            "to_first": 1,
            "to_last": 2,
            "source": "anime-relations",
        }
    ],
}
