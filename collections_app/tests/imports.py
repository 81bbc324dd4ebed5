"""A user who imports: files, uploads, decisions."""

from django.core.files.uploadedfile import SimpleUploadedFile

URL = "/api/user/imports"
MAL = {
    "series_animedb_id": 0,
    "series_title": "",
    "series_type": "TV",
    "series_episodes": 0,
    "my_watched_episodes": 0,
    "my_start_date": "0000-00-00",
    "my_finish_date": "0000-00-00",
    "my_score": 0,
    "my_status": "Plan to Watch",
    "my_comments": "",
    "my_times_watched": 0,
    "my_priority": "LOW",
    "my_tags": "",
    "my_rewatching": 0,
    "update_on_import": 1,
}


def mal(*rows):
    """MyAnimeList's export of rows such as {"series_animedb_id": 1, "my_score": 9}."""
    animes = "".join(
        "<anime>"
        + "".join(f"<{name}>{value}</{name}>" for name, value in (MAL | row).items())
        + "</anime>"
        for row in rows
    )
    head = "<myinfo><user_export_type>1</user_export_type></myinfo>"
    return f"<?xml version='1.0'?><myanimelist>{head}{animes}</myanimelist>".encode()


def title(anime_id, **fields):
    """One row, of the title with this MyAnimeList id."""
    name = fields.pop("name", f"Title {anime_id}")
    return {"series_animedb_id": anime_id, "series_title": name} | {
        f"my_{field}": value for field, value in fields.items()
    }


def upload(client, data, **said):
    """Uploads as the body; answers with the plan."""
    query = "&".join(f"{name}={value}" for name, value in said.items())
    response = client.generic(
        "POST", f"{URL}?{query}", data, content_type="application/xml"
    )
    assert response.status_code == 200, response.content
    return response.json()["data"]


def as_form(data, **said):
    return {"file": SimpleUploadedFile("list.xml", data), **said}


def rows(client, plan, **query):
    response = client.get(f"{URL}/{plan['id']}/rows", query)
    assert response.status_code == 200, response.content
    return response.json()["data"]


def decide(client, plan, **body):
    response = client.patch(f"{URL}/{plan['id']}/rows", body)
    assert response.status_code == 200, response.content
    return response.json()["data"]


def apply(client, plan, **body):
    response = client.post(f"{URL}/{plan['id']}/apply", body)
    assert response.status_code == 200, response.content
    return response.json()["data"]


def counts(plan):
    """The summary without what there is none of."""
    return {name: number for name, number in plan["summary"].items() if number}
