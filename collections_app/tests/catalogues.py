"""Catalogue files for tests, as upstream writes them."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

UPSTREAM = "https://github.com/manami-project/anime-offline-database"
DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "catalogues"
PAGES = {
    "mal": "https://myanimelist.net/anime/",
    "anilist": "https://anilist.co/anime/",
    "kitsu": "https://kitsu.app/anime/",
    "anidb": "https://anidb.net/anime/",
}


def pages(ids: str) -> list[str]:
    """Upstream's addresses for "mal:1 anilist:2"."""
    keys = [key.split(":") for key in ids.split()]
    return [PAGES[site] + id_ for site, id_ in keys]


def title(ids: str, name: str = "", **facts: Any) -> dict[str, Any]:
    """A title that knows its ids and its name, and of the rest what is given."""
    known: dict[str, Any] = {
        "sources": pages(ids),
        "title": name or f"Title of {ids}",
        "type": "UNKNOWN",
        "episodes": 0,
        "status": "UNKNOWN",
        "animeSeason": {"season": "UNDEFINED"},
        "picture": "",
        "thumbnail": "",
        "synonyms": [],
        "relatedAnime": [],
        "tags": [],
    }
    return known | facts


BEBOP = title(
    "mal:1 anilist:1 kitsu:1",
    "Cowboy Bebop",
    type="TV",
    episodes=26,
    status="FINISHED",
    animeSeason={"season": "SPRING", "year": 1998},
    picture="https://img.example.org/1.jpg",
    thumbnail="https://img.example.org/1t.jpg",
    duration={"value": 1440, "unit": "SECONDS"},
    score={"arithmeticMean": 8.75},
    synonyms=["カウボーイビバップ", "Bebop"],
    studios=["sunrise"],
    relatedAnime=pages("mal:5"),
    tags=["action", "sci-fi", "space", "guns"],
)
FILM = title("mal:5", "Cowboy Bebop: Tengoku no Tobira", type="MOVIE", tags=["action"])
OWN = title("anidb:77", "No MyAnimeList Page", type="OVA")


def write(path: Path, *titles: Any, repository: str = UPSTREAM) -> Path:
    """A file of JSON lines; a text among the titles is a line as it is."""
    about = {"repository": repository, "license": {"name": "ODbL"}}
    lines = [
        item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
        for item in (about, *titles)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def import_file(path: Path | str, **options: Any) -> str:
    """What the command says."""
    out = StringIO()
    call_command("import_catalog", str(path), verbosity=0, stdout=out, **options)
    return out.getvalue()
