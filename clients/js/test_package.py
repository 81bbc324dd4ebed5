"""The package of the client library, as it is installed from its tarball: in Node, in
TypeScript and Vite, and in a browser on a page of another site (`clients/examples`).

    make clients
"""

import json
import os
import re
import shutil
import subprocess
import threading
import urllib.request
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from animecollections import __version__
from animecollections.tests.conftest import browser  # noqa: F401  (a fixture)
from animecollections.tests.serving import serve_alone

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
BUILT = EXAMPLES / "dist"
MADE = EXAMPLES / "made"
SECRET_KEY = "the-key-with-which-a-test-makes-tokens-that-have-expired"
PASSWORD = "Right-Horse-7"

pytestmark = pytest.mark.skipif(
    not all((place / "node_modules/.ready").exists() for place in (HERE, EXAMPLES)),
    reason="NOT TESTED: the package of the client library; there is no npm here.",
)


def run(*command, cwd=EXAMPLES, **more):
    """What it says; a failure says it too."""
    done = subprocess.run(
        command,
        cwd=cwd,
        check=False,
        capture_output=True,
        text=True,
        timeout=240,
        env=os.environ | more,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-10_000:]
    return done.stdout


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def site():
    """Where the built examples are served: another origin than the server's."""
    made = partial(Quiet, directory=str(BUILT))
    with ThreadingHTTPServer(("127.0.0.1", 0), made) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()


@pytest.fixture(scope="module")
def server(tmp_path_factory, site):
    home = tmp_path_factory.mktemp("server")
    more = {"TRUSTED_ORIGINS": site, "SECRET_KEY": SECRET_KEY, "LIVE_PING_SECONDS": "1"}
    with serve_alone(home, **more) as url:
        yield url


@pytest.fixture(scope="module")
def tarball():
    for old in HERE.glob("*.tgz"):
        old.unlink()
    run("npm", "pack", "--silent", cwd=HERE)
    (packed,) = HERE.glob("*.tgz")
    return packed


@pytest.fixture(scope="module")
def installed(tarball):
    run("npm", "install", "--no-save", "--no-package-lock", "--ignore-scripts",
        "--no-audit", "--no-fund", "--silent", "--prefer-offline",
        str(tarball))  # fmt: skip
    return EXAMPLES / "node_modules" / "animecollections-client"


@pytest.fixture(scope="module")
def built(installed):
    shutil.rmtree(BUILT, ignore_errors=True)
    run("npx", "vite", "build")


def test_it_has_the_very_files_of_the_web_client(installed):
    library = HERE.parents[1] / "static/js/collection"
    for path in library.iterdir():
        packed = installed / "dist/collection" / path.name
        assert packed.read_bytes() == path.read_bytes(), path.name
    named = json.loads((installed / "package.json").read_text())
    assert named["version"] == __version__
    assert named["exports"]["."]["types"] == "./dist/index.d.ts"
    typed = {path.with_suffix("") for path in installed.rglob("dist/**/*.js")}
    assert typed == {
        path.with_suffix("").with_suffix("")
        for path in installed.rglob("dist/**/*.d.ts")
        if path.name != "types.d.ts"
    }
    assert {path.name for path in installed.iterdir()} == {
        "LICENSE",
        "README.md",
        "dist",
        "package.json",
    }


def test_its_types_are_strict(installed):
    run("npx", "tsc", "-p", "tsconfig.json")


def test_it_works_in_node(installed, server):
    version = int(run("node", "--version").strip("v\n").split(".")[0])
    sockets = ["--experimental-websocket"] if version < 22 else []
    run("node", *sockets, "--test", "--test-reporter=spec", "installed.test.mjs",
        SERVER_URL=server, SECRET_KEY=SECRET_KEY)  # fmt: skip


def test_the_programs_of_its_readme_compile(installed):
    page = (HERE / "README.md").read_text()
    programs = re.findall(r"```js\n(.*?)```", page, re.DOTALL)
    assert len(programs) == 3
    shutil.rmtree(MADE, ignore_errors=True)
    MADE.mkdir()
    for number, program in enumerate(programs):
        (MADE / f"{number}.js").write_text(program)
    run("npx", "tsc", "-p", "tsconfig.readme.json")


class Person:
    """Somebody new, by the API alone: another device of theirs."""

    def __init__(self, server, name):
        self.server, self.email, self.headers = server, f"{name}@example.org", {}
        typed = {"user_name": name, "email": self.email, "password": PASSWORD}
        self.ask("POST", "/api/auth/signup", typed)
        pair = self.ask(
            "POST", "/api/auth/token", {"email": self.email, "password": PASSWORD}
        )
        self.headers = {"Authorization": f"Bearer {pair['access']}"}

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.server + path, method=method)
        request.add_header("Content-Type", "application/json")
        for name, value in self.headers.items():
            request.add_header(name, value)
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data) as answer:
            return json.load(answer)["data"]

    def progress(self):
        return self.ask("GET", "/api/user/watchList/1535")["progress"]


@pytest.mark.parametrize("framework", ["react", "svelte", "vue"])
def test_an_example_stays_in_sync_on_a_page_of_another_site(
    framework,
    built,
    server,
    site,
    browser,  # noqa: F811
):
    expect = pytest.importorskip("playwright.sync_api").expect
    person = Person(server, f"{framework}-reader")
    context = browser.new_context()
    context.set_default_timeout(30_000)
    page = context.new_page()
    failures = []
    page.on("pageerror", lambda failure: failures.append(failure))
    page.goto(f"{site}/{framework}/")
    page.get_by_label("Server").fill(server)
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).not_to_be_empty(timeout=30_000)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    status = page.get_by_role("status")
    expect(status).to_have_text("settled, 0 to send", timeout=30_000)

    person.ask("POST", "/api/user/watchList", {"animeId": "1535", "type": "Watching"})
    row = page.get_by_role("listitem")
    expect(row).to_contain_text(": 0", timeout=30_000)
    row.get_by_role("button").click()
    expect(row).to_contain_text(": 1")
    expect(status).to_have_text("settled, 0 to send", timeout=30_000)
    assert person.progress() == 1

    page.reload()  # no password, and the copy of this device
    expect(row).to_contain_text(": 1", timeout=30_000)
    context.set_offline(True)
    row.get_by_role("button").click()
    expect(row).to_contain_text(": 2")
    expect(status).to_contain_text("1 to send")
    context.set_offline(False)
    expect(status).to_have_text("settled, 0 to send", timeout=60_000)
    assert person.progress() == 2
    assert not failures
    context.close()
