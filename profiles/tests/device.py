"""A device that holds a list, and keeps it by delta sync."""

from animecollections.identity import Origin
from collections_app.catalogue import writes as catalogue
from collections_app.models import Anime

URL = "/api/user/sync"
LIST = "/api/user/watchList"


class Device:
    def __init__(self, client, limit=None):
        self.client, self.limit = client, limit
        self.cursor, self.entries, self.wholes = None, {}, {}

    def ask(self):
        parameters = {"cursor": self.cursor, "limit": self.limit}
        sent = {name: value for name, value in parameters.items() if value}
        response = self.client.get(URL, sent)
        assert response.status_code == 200, response.content
        return response.json()

    def read_page(self):
        """One page; whether there is more."""
        page = self.ask()
        self.take(page["data"])
        self.cursor = page["meta"]["cursor"]
        return page["meta"]["has_more"]

    def take(self, data):
        for entry in data["entries"]:
            self.entries[entry["anime_id"]] = entry
        for anime_id in data["removed"]:
            self.entries.pop(anime_id, None)
        for name in ("profile", "preferences", "searchHistory", "viewings", "notices"):
            if data.get(name) is not None:
                self.wholes[name] = data[name]

    def catch_up(self):
        """How many pages it took."""
        pages = 1
        while self.read_page():
            pages += 1
            assert pages < 1000
        return pages

    def holds_what_is_there(self):
        """Compares with the whole list, and all else that sync tells."""
        assert self.entries == listed(self.client)
        for name, url in (
            ("profile", "/api/user/profile"),
            ("preferences", "/api/user/preferences"),
            ("searchHistory", "/api/user/searchHistory"),
        ):
            assert self.wholes[name] == self.client.get(url).json()["data"], name
        return self.holds_the_viewings()

    def holds_the_viewings(self):
        """As each title tells them; of one without a second viewing all but where."""
        told = {}
        for row in self.wholes["viewings"]:
            told.setdefault(row["anime_id"], []).append(row)
        for anime_id in told.keys() | self.entries.keys():
            answer = self.client.get(f"{LIST}/{anime_id}/viewings").json()["data"]
            rows, entry = told.get(anime_id, []), self.entries.get(anime_id)
            if entry and all(row["number"] == 1 for row in rows):
                assert [row["number"] for row in answer] in ([], [1])
                continue
            progress = {"progress": entry["progress"]} if entry else {}
            assert answer == [
                {name: row[name] for name in row if name != "anime_id"}
                | (progress if row["state"] == "active" else {})
                for row in rows
            ]
        return True


def listed(client):
    entries = client.get(LIST).json()["data"]
    return {entry["anime_id"]: entry for entry in entries}


def add(client, anime_id, type_="Watching", **more):
    body = {"animeId": anime_id, "type": type_, **more}
    response = client.post(LIST, body)
    assert response.status_code == 200, response.content
    return response.json()["data"]["entry"]


def remove(client, anime_id):
    response = client.delete(LIST, {"animeId": anime_id})
    assert response.status_code == 200, response.content


def retitle(*anime_ids):
    """Changes titles in the catalogue, each in a revision of its own."""
    for anime_id in anime_ids:
        title = Anime.objects.get(id=anime_id).title
        catalogue.edit(
            anime_id=anime_id,
            facts={"title": f"{title}!"},
            reason="it is louder",
            through=Origin("admin"),
        )
