"""Files of facts for tests, as their sources write them."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from collections_app.models import SourceFact

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SITES = {
    "mal": {"title": "MyAnimeList", "type": "info"},
    "crunchyroll": {
        "title": "Crunchyroll",
        "urlTemplate": "https://www.crunchyroll.com/series/{{id}}/",
        "type": "onair",
    },
    "dmhy": {
        "title": "Files",
        "urlTemplate": "https://share.example.org/{{id}}",
        "type": "resource",
    },
}


def write_lines(path: Path, *rows: Any, source: str = "") -> Path:
    """Our own format; a text among the rows is a line as it is."""
    about = [{"source": source}] if source else []
    lines = [
        row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)
        for row in [*about, *rows]
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def write_bangumi(path: Path, *items: Any) -> Path:
    path.write_text(json.dumps({"siteMeta": SITES, "items": items}))
    return path


def bangumi(mal: int, title: str = "Title", **more: Any) -> dict[str, Any]:
    item = {
        "title": title,
        "titleTranslate": {},
        "type": "tv",
        "lang": "ja",
        "officialSite": "",
        "begin": "",
        "end": "",
        "broadcast": "",
        "sites": [],
    }
    sites = [{"site": "mal", "id": str(mal)}, *more.pop("sites", [])]
    return item | more | {"sites": sites}


def import_facts(*paths: Path | str, **options: Any) -> str:
    """What the command says."""
    out = StringIO()
    call_command("import_facts", *map(str, paths), verbosity=0, stdout=out, **options)
    return out.getvalue()


def fact(anime_id: int, kind: str, source: str = "own") -> Any:
    """What is stored; None where nothing is."""
    rows = SourceFact.objects.filter(anime_id=anime_id, kind=kind, source=source)
    return rows.values_list("value", flat=True).first()
