"""What the package does on a server, as it is installed from its wheel: test_package.py
runs this file by the Python of that installation.

SERVER_URL, SECRET_KEY: of the server.
"""

import base64
import hashlib
import hmac
import itertools
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import httpx

from animecollections_client import Api, Collection, Offline, Refused

URL, SECRET_KEY = os.environ["SERVER_URL"], os.environ["SECRET_KEY"]
PASSWORD = "Right-Horse-7"
DEATH_NOTE, ONE_PIECE = 1535, 21
names = itertools.count(1)

# Increments, and dies when the server has done it, before it knows.
DIES = """
import os, sys
import httpx
from animecollections_client import Api, Collection

class Dying(httpx.HTTPTransport):
    def handle_request(self, request):
        answer = super().handle_request(request)
        if request.url.path.endswith("/increment"):
            answer.read()
            os._exit(7)
        return answer

url, email, password, path = sys.argv[1:]
mine = Collection(Api.sign_in(url, email, password, transport=Dying()), path)
mine.increment(1535)
mine.sync()
"""


class Losing(httpx.HTTPTransport):
    """A network to the real server that loses each second answer."""

    def __init__(self):
        super().__init__()
        self.number = 0

    def handle_request(self, request):
        answer = super().handle_request(request)
        self.number += 1
        if self.number % 2:
            answer.read()
            raise httpx.ReadError("lost")
        return answer


class Full(httpx.HTTPTransport):
    """A server that asks for patience, once."""

    has_refused = False

    def handle_request(self, request):
        if self.has_refused:
            return super().handle_request(request)
        self.has_refused = True
        failure = {"success": False, "code": "throttled", "error": "Too many.",
                   "details": {"retry_after": 17}}  # fmt: skip
        return httpx.Response(429, json=failure)


class Page(httpx.HTTPTransport):
    """A proxy's own page where the API should be."""

    def handle_request(self, request):
        return httpx.Response(502, text="<html>Bad gateway</html>")


class Garbled(httpx.HTTPTransport):
    """Says that its answer is compressed, and it is not."""

    def handle_request(self, request):
        said = {"Content-Encoding": "gzip"}
        return httpx.Response(200, headers=said, stream=httpx.ByteStream(b"{}"))


class Refusing(httpx.HTTPTransport):
    """Refuses what changes an entry, always."""

    def __init__(self, status, code):
        super().__init__()
        self.status, self.code, self.number = status, code, 0

    def handle_request(self, request):
        if not request.url.path.endswith(("/increment", "/watchList")):
            return super().handle_request(request)
        self.number += 1
        failure = {"success": False, "code": self.code, "error": "Not now."}
        return httpx.Response(self.status, json=failure)


def expired(token):
    """As it will be in a year: signed as the server signs."""
    head, said, _ = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(said + "=="))
    claims["exp"] -= 365 * 86400
    said = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    text = f"{head}.{said}".encode()
    signature = hmac.new(SECRET_KEY.encode(), text, hashlib.sha256).digest()
    return (
        f"{text.decode()}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    )


class InstalledTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.email = self.someone()
        self.api = self.signed_in()

    def someone(self):
        name = f"script-{os.getpid()}-{next(names)}"
        email = f"{name}@example.org"
        typed = {"user_name": name, "email": email, "password": PASSWORD}
        with Api(URL) as api:
            api.ask("POST", "/api/auth/signup", typed)
        return email

    def signed_in(self, **more):
        slept = {"sleep": lambda seconds: self.slept.append(seconds)}
        self.slept = []
        api = Api.sign_in(URL, more.pop("email", self.email), PASSWORD, **slept)
        self.addCleanup(api.close)
        if "transport" in more:
            api.close()
            api.http = httpx.Client(base_url=URL, transport=more["transport"])
        return api

    def copy(self, name="copy", api=None, **more):
        mine = Collection(api or self.api, self.folder / f"{name}.sqlite3", **more)
        self.addCleanup(mine.close)
        return mine

    def two(self, **fields):
        """Two devices that know the same entry."""
        one, other = self.copy("one"), self.copy("other")
        one.add(DEATH_NOTE, "Watching", **fields)
        one.sync()
        other.sync()
        return one, other

    def on_the_server(self, anime_id=DEATH_NOTE):
        return self.api.ask("GET", f"/api/user/watchList/{anime_id}").data

    def test_what_is_written_without_network_arrives(self):
        mine = self.copy()
        mine.add(DEATH_NOTE, "Watching")
        mine.increment(DEATH_NOTE, by=2)
        mine.change(DEATH_NOTE, score=9)
        mine.change(DEATH_NOTE, notes="mine")
        mine.add(ONE_PIECE, "To Watch")
        mine.remove(ONE_PIECE)
        shown = mine.entry(DEATH_NOTE)
        assert (shown["progress"], shown["score"]) == (2, 9)
        assert "21" not in mine.entries()
        outcome = mine.sync()
        assert (outcome.sent, outcome.conflicts, outcome.refused) == (6, [], [])
        assert mine.unsent == []
        assert mine.entries() == {"1535": self.on_the_server()}
        assert self.on_the_server()["notes"] == "mine"
        assert mine.sync().sent == 0

    def test_a_crash_repeats_nothing(self):
        self.copy().add(DEATH_NOTE, "Watching")
        path = self.folder / "copy.sqlite3"
        assert self.copy().sync().sent == 1
        command = [sys.executable, "-c", DIES, URL, self.email, PASSWORD, str(path)]
        assert subprocess.run(command, check=False).returncode == 7
        assert self.on_the_server()["progress"] == 1
        again = self.copy()
        assert len(again.unsent) == 1
        assert again.sync().sent == 1
        assert again.entry(DEATH_NOTE)["progress"] == 1

    def test_lost_answers_repeat_nothing(self):
        mine = self.copy(api=self.signed_in(transport=Losing()))
        mine.add(DEATH_NOTE, "Watching")
        for _ in range(20):
            mine.increment(DEATH_NOTE)
        mine.sync()
        assert mine.entry(DEATH_NOTE)["progress"] == 20
        assert self.on_the_server()["progress"] == 20

    def test_it_waits_as_long_as_it_is_asked_to(self):
        mine = self.copy(api=self.signed_in(transport=Full()))
        mine.sync()
        assert self.slept == [17]

    def test_without_an_answer_the_queue_stays(self):
        api = self.signed_in(transport=Page())
        api.patience = 0
        mine = self.copy(api=api)
        mine.add(DEATH_NOTE, "Watching")
        with self.assertRaises(Offline):
            mine.sync()
        assert self.copy().sync().sent == 1

    def test_an_answer_that_cannot_be_read_is_none(self):
        api = self.signed_in(transport=Garbled())
        api.patience = 0
        with self.assertRaises(Offline):
            self.copy(api=api).sync()

    def test_what_is_for_later_stays_in_the_queue(self):
        mine = self.copy()
        mine.add(DEATH_NOTE, "Watching")
        mine.increment(DEATH_NOTE)
        for status, code in (
            (503, "busy"),
            (429, "throttled"),
            (429, "locked"),
            (500, "server_error"),
            (409, "still_running"),
        ):
            api = self.signed_in(transport=Refusing(status, code))
            api.patience = 0
            with self.subTest(code), self.assertRaises(Refused) as caught:
                self.copy(api=api).sync()
            assert caught.exception.code == code
            assert (len(mine.unsent), mine.refused) == (2, [])
        assert mine.sync().sent == 2
        assert self.on_the_server()["progress"] == 1

    def test_a_conflict_is_said_and_nothing_overwritten(self):
        one, other = self.two()
        one.change(DEATH_NOTE, score=9)
        other.change(DEATH_NOTE, score=4, notes="meh")
        one.sync()
        [conflict] = other.sync().conflicts
        assert conflict.yours == {"score": 4, "notes": "meh"}
        assert conflict.theirs["score"] == 9
        assert conflict.seen["score"] is None
        assert self.on_the_server()["score"] == 9
        other.resolve(conflict, "yours")
        assert other.sync().conflicts == []
        assert self.on_the_server()["score"] == 4

    def test_a_conflict_that_only_the_server_sees(self):
        """The other device writes between receiving and sending."""
        one, other = self.two()
        other.change(DEATH_NOTE, score=4)
        other.receive()
        one.change(DEATH_NOTE, score=9)
        one.sync()
        assert other.send() == 0
        [conflict] = other.conflicts
        other.resolve(conflict, "theirs")
        assert (other.conflicts, other.unsent) == ([], [])
        assert other.entry(DEATH_NOTE)["score"] == 9

    def test_other_fields_are_merged(self):
        one, other = self.two()
        one.change(DEATH_NOTE, score=9)
        other.change(DEATH_NOTE, notes="good")
        other.receive()
        one.sync()
        assert other.send() == 1
        told = self.on_the_server()
        assert (told["score"], told["notes"]) == (9, "good")

    def test_a_removed_entry_is_a_conflict_of_its_change(self):
        one, other = self.two(notes="kept")
        one.remove(DEATH_NOTE)
        other.change(DEATH_NOTE, score=4)
        one.sync()
        [conflict] = other.sync().conflicts
        assert conflict.theirs is None
        other.resolve(conflict, "yours")
        other.sync()
        told = self.on_the_server()
        assert (told["score"], told["notes"]) == (4, "kept")

    def test_a_changed_entry_is_not_removed(self):
        one, other = self.two()
        one.change(DEATH_NOTE, score=9)
        other.remove(DEATH_NOTE)
        one.sync()
        [conflict] = other.sync().conflicts
        assert conflict.kind == "remove"
        other.resolve(conflict, "yours")
        other.sync()
        assert one.sync().conflicts == []
        assert (one.entries(), other.entries()) == ({}, {})

    def test_both_add_it(self):
        one, other = self.copy("one"), self.copy("other")
        one.add(DEATH_NOTE, "Watching")
        other.add(DEATH_NOTE, "To Watch")
        one.sync()
        [conflict] = other.sync().conflicts
        assert conflict.theirs["type"] == "Watching"

    def test_what_is_refused_is_said(self):
        mine = self.copy()
        mine.add(999_999_999, "Watching")
        mine.add(DEATH_NOTE, "Watching")
        outcome = mine.sync()
        [refused] = outcome.refused
        assert (refused.anime_id, refused.code) == ("999999999", "anime_not_found")
        assert outcome.sent == 1
        mine.forget(refused)
        assert mine.refused == []

    def test_lists_of_ones_own_come_too_where_one_wants_them(self):
        def make(name):
            return self.api.ask("POST", "/api/user/lists", {"name": name}).data

        made = make("With Anna")
        without = self.copy()
        without.sync()
        assert without.lists() == []
        mine = self.copy(with_lists=True)
        mine.sync()
        assert mine.lists() == [made]
        other = make("With Ben")
        mine.sync()
        assert [one["name"] for one in mine.lists()] == ["With Anna", "With Ben"]
        self.api.ask("DELETE", f"/api/user/lists/{made['id']}")
        without.sync()  # its cursor goes past the removal
        mine.sync()
        assert mine.lists() == [other]

    def test_a_copy_whose_cursor_is_not_valid_begins_again(self):
        mine = self.copy()
        mine.add(DEATH_NOTE, "Watching")
        mine.sync()
        mine.copy.set_fact("cursor", "of-nobody")
        mine.copy.put("7", {"anime_id": "7"})
        mine.sync()
        assert [*mine.entries()] == ["1535"]

    def test_a_file_is_of_one_account(self):
        mine = self.copy()
        mine.sync()
        mine.add(DEATH_NOTE, "Watching")
        stranger = self.copy(api=self.signed_in(email=self.someone()))
        with self.assertRaises(Refused) as caught:
            stranger.sync()
        assert caught.exception.code == "other_account"
        assert len(mine.unsent) == 1

    def test_an_expired_token_is_exchanged(self):
        self.api.token = expired(self.api.token)
        mine = self.copy()
        mine.add(DEATH_NOTE, "Watching")
        assert mine.sync().sent == 1
        self.api.sign_out()
        with self.assertRaises(Refused) as caught:
            mine.sync()
        assert caught.exception.code == "not_signed_in"

    def test_a_token_is_exchanged_once_for_a_request(self):
        transport = Refusing(401, "token_expired")
        mine = self.copy(api=self.signed_in(transport=transport))
        mine.add(DEATH_NOTE, "Watching")
        with self.assertRaises(Refused) as caught:
            mine.sync()
        assert caught.exception.code == "token_expired"
        assert transport.number == 2
        assert len(mine.unsent) == 1

    def test_the_file_is_the_owners_alone(self):
        self.copy()
        mode = (self.folder / "copy.sqlite3").stat().st_mode
        assert mode & 63 == 0

    def test_the_typed_client(self):
        from animecollections_client.typed.api.watch_list import add_entry, get_counts
        from animecollections_client.typed.models import AddEntryInput, EntryType

        client = self.api.typed()
        body = AddEntryInput(anime_id=DEATH_NOTE, type_=EntryType.WATCHING)
        add_entry.sync_detailed(client=client, body=body, idempotency_key="once")
        counts = get_counts.sync_detailed(client=client).parsed
        assert counts.data.by_type.watching == 1


if __name__ == "__main__":
    unittest.main()
