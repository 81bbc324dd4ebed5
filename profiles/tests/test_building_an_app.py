"""The programs of docs/building-an-app.md, as they stand there, against a server: a
person lets the app in by a code and by a device's code, it reads, adds, syncs and
listens, is seen, undone and thrown out.
"""

import json
import re
import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import jwt
import pytest
from django.conf import settings

from animecollections.tests.serving import serve_alone

PAGE = settings.BASE_DIR / "docs/building-an-app.md"
SERVER, CLIENT_ID = "https://anime.example.org", "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a22"
SECRET_KEY = "the-key-with-which-a-test-makes-tokens-that-have-expired"
PASSWORD = "Right-Horse-7"
ADDED, OWN = "1535", "21"
BEFORE_ALL = "2026-01-01T00:00:00Z"

pytestmark = pytest.mark.races


def programs(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)


def run(program, names):
    exec(compile(program, str(PAGE), "exec"), names)  # noqa: S102


class Person:
    """In a browser, as far as pages and forms go."""

    def __init__(self, server):
        self.browser = httpx.Client(base_url=server, timeout=30)  # busy machines
        account = {"email": "mia@example.org", "user_name": "mia", "password": PASSWORD}
        self.ask("POST", "/auth/signup", account)
        self.ask("POST", "/user/watchList", {"animeId": OWN, "type": "Watching"})

    def ask(self, method, path, body=None):
        answer = self.browser.request(method, f"/api{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def listed(self):
        return {entry["anime_id"] for entry in self.ask("GET", "/user/watchList")}

    def let_in(self, address):
        """The consent page, and where it leads: to the app, which listens."""
        page = self.browser.get(address)
        answer = self.send_form(page, decision="allow")
        assert answer.status_code == 303, answer.text
        httpx.get(answer.headers["Location"])

    def let_device_in(self, code):
        page = self.browser.get("/link")
        page = self.send_form(page, user_code=code)
        assert self.send_form(page, decision="allow").status_code == 200

    def send_form(self, page, **values):
        assert page.status_code == 200, page.text
        form = {}
        for tag in re.findall(r"<input[^>]*>", page.text):
            found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            is_off = found.get("type") == "checkbox" and " checked" not in tag
            if "name" in found and not is_off:
                told = unescape(found.get("value", "on"))
                form.setdefault(found["name"], []).append(told)
        return self.browser.post(str(page.url), data={**form, **values})


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("server")
    with serve_alone(home, SECRET_KEY=SECRET_KEY) as url:
        yield url


@pytest.fixture(scope="module")
def person(server):
    person = Person(server)
    yield person
    person.browser.close()


@pytest.fixture(scope="module")
def app(person):
    """As the page registers it."""
    [body] = re.findall(r"developer/apps .*\n.*-d '(.*)'", PAGE.read_text())
    return person.ask("POST", "/user/developer/apps", json.loads(body))


@pytest.fixture(scope="module")
def here(server, app):
    """A program of the page, for this server and this app."""
    return lambda code: code.replace(SERVER, server).replace(
        CLIENT_ID, app["client_id"]
    )


@pytest.fixture(scope="module")
def tokens(person, here, tmp_path_factory):
    """Of the program in Python, when it has done all it does."""
    *blocks, with_library = programs("python")
    assert len(blocks) == 3
    is_over = threading.Event()

    def open_page(address):
        threading.Thread(target=person.let_in, args=[address], daemon=True).start()

    def go_on():
        """What the program hears of."""
        for number in range(200):
            if is_over.wait(0.5):
                return
            person.ask("PATCH", f"/user/watchList/{OWN}", {"priority": number % 100})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("webbrowser.open", open_page)
        names = {"__name__": "app"}
        run(here(blocks[0]), names)
        run(here(blocks[1]), names)
        threading.Thread(target=go_on, daemon=True).start()
        try:
            run(here(blocks[2]), names)
        finally:
            is_over.set()
            names["api"].close()
        assert set(names["copy"]) == {ADDED, OWN}
        patch.chdir(tmp_path_factory.mktemp("copy"))
        patch.syspath_prepend(settings.BASE_DIR / "clients/python/src")
        tokens = names["tokens"]
        tokens["access_token"] = expired(tokens["access_token"])
        kept = {"tokens": tokens}
        run(here(with_library), kept)
        api = kept["api"]
        return {"access": api.token, "refresh": api.refresh_token}


def expired(token):
    claims = jwt.decode(token, options={"verify_signature": False})
    past = datetime.now(UTC) - timedelta(hours=1)
    return jwt.encode(claims | {"exp": past}, SECRET_KEY, algorithm="HS256")


def test_it_reads_adds_syncs_and_listens(person, tokens, capfd):
    assert person.listed() == {ADDED, OWN}
    entries = person.ask("GET", "/user/watchList")
    [added] = [entry for entry in entries if entry["anime_id"] == ADDED]
    assert (added["type"], added["progress"]) == ("Watching", 1)


@pytest.mark.skipif(not shutil.which("node"), reason="there is no Node here")
def test_a_device_is_let_in_by_its_code(person, here, tokens, tmp_path):
    lines = run_node(here(programs("js")[0]), tmp_path, person)
    assert any(line.startswith("Death Note") for line in lines), lines


def run_node(code, home, person):
    """What it prints; the person types the code that it shows."""
    program = home / "app.mjs"
    program.write_text(code)
    command = ["node", program]
    lines = []
    with subprocess.Popen(command, cwd=home, stdout=subprocess.PIPE, text=True) as node:
        for line in node.stdout:
            lines.append(line.strip())
            if shown := re.search(r"and type (\S+)", line):
                person.let_device_in(shown[1])
    assert node.returncode == 0, lines
    return lines


@pytest.mark.skipif(not shutil.which("node"), reason="there is no Node here")
def test_the_library_in_javascript_goes_on_with_the_tokens_of_an_app(
    person, here, tokens, tmp_path
):
    first, with_library = programs("js")
    client = tmp_path / "client"
    shutil.copytree(settings.BASE_DIR / "clients/js/src", client)
    shutil.copytree(settings.BASE_DIR / "static/js/collection", client / "collection")
    (client / "package.json").write_text('{"type": "module"}')
    imports, rest = with_library.split("\n\n", 1)
    code = "\n".join(
        [
            imports.replace('"animecollections-client"', '"./client/index.js"'),
            here(first),
            f"tokens.access_token = {json.dumps(expired(tokens['access']))};",
            "const keep = undefined;",
            rest,
            "await collection.settle();",
            "console.log(`${[...collection.snapshot().entries].length} titles`);",
            "collection.close();",
        ]
    )
    assert "2 titles" in run_node(code, tmp_path, person)


def test_it_is_seen_undone_and_thrown_out(server, person, app, tokens):
    [seen] = person.ask("GET", "/user/apps")
    assert (seen["id"], seen["name"]) == (app["id"], "Ani Notes")
    assert {"list:read", "list:write", "live"} <= set(seen["scopes"])
    assert seen["last_used_at"]
    [*_, first] = person.ask("GET", f"/user/operations?app={app['id']}")
    assert first["summary"] == "added Death Note to To Watch"
    assert first["token_name"] == "Ani Notes"

    undone = person.ask("POST", f"/user/apps/{app['id']}/undo", {"since": BEFORE_ALL})
    assert undone["size"] == 1
    assert person.listed() == {OWN}

    bearer = {"Authorization": f"Bearer {tokens['access']}"}
    address = f"{server}/api/user/watchList"
    assert httpx.get(address, headers=bearer).status_code == 200
    person.ask("DELETE", f"/user/apps/{app['id']}")
    refused = httpx.get(address, headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (401, "session_ended")
    asked = {
        "grant_type": "refresh_token",
        "client_id": app["client_id"],
        "refresh_token": tokens["refresh"],
    }
    refused = httpx.post(f"{server}/oauth/token", data=asked)
    assert refused.json()["error"] == "invalid_grant"
    assert person.ask("GET", "/user/apps") == []
