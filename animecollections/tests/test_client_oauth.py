"""A real app lets itself in: from a browser, over HTTP, by a library of others."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from requests_oauthlib import OAuth2Session

from animecollections.tests.test_client_accessibility import barriers
from factories import PASSWORD, UserFactory
from profiles.models import TokenFamily
from profiles.tests.registered_apps import register
from profiles.tests.test_fresh_proofs import make_stale

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
expect.set_options(timeout=20_000)  # a busy machine is no failure
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def callback():
    """What an app on the person's own machine listens with, on any port."""
    seen = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<h1>Back in the app</h1>")

        def log_message(self, *args):
            pass

    listener = HTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=listener.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listener.server_port}/callback", seen
    listener.shutdown()
    listener.server_close()


@pytest.fixture
def maker():
    return UserFactory(user_name="maker")


def test_an_app_signs_a_person_in(device, served, callback, maker):
    app = register(maker, redirect_uris=["http://127.0.0.1/callback"])
    person = UserFactory(user_name="mia")
    uri, seen = callback
    session = OAuth2Session(
        app.client_id, redirect_uri=uri, scope="read list:write", pkce="S256"
    )
    address, state = session.authorization_url(f"{served.url}/oauth/authorize")

    page = device(viewport={"width": 360, "height": 740}).new_page()
    page.goto(address)  # nobody is signed in: that comes first
    expect(page.locator(".said")).to_contain_text("let the app in")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Let Ani Notes in?")).to_be_visible()
    assert not barriers(page)
    is_wider = (
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    assert not page.evaluate(is_wider)
    page.get_by_role("button", name="Let it in").click()
    expect(page.get_by_role("heading", name="Back in the app")).to_be_visible()

    [path] = [path for path in seen if path.startswith("/callback")]
    answer = uri.removesuffix("/callback") + path
    assert f"state={state}" in answer
    token_url = f"{served.url}/oauth/token"
    session.fetch_token(
        token_url, authorization_response=answer, include_client_id=True
    )
    mine = f"{served.url}/api/user/watchList"
    assert session.get(mine).status_code == 200
    session.refresh_token(token_url, client_id=app.client_id)
    assert session.get(mine).status_code == 200
    assert session.get(f"{served.url}/api/user/tokens").status_code == 403
    assert TokenFamily.objects.get(user=person).app == app


def test_who_signed_in_long_ago_proves_it_first(device, served, callback, maker):
    app = register(maker, redirect_uris=["http://127.0.0.1/callback"])
    person = UserFactory(user_name="mia")
    session = OAuth2Session(
        app.client_id, redirect_uri=callback[0], scope="read", pkce="S256"
    )
    address, _ = session.authorization_url(f"{served.url}/oauth/authorize")
    page = device(person).new_page()
    make_stale(person)

    page.goto(address)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Let it in").click()
    expect(page.get_by_role("heading", name="Back in the app")).to_be_visible()


def test_who_gives_no_proof_stays_in_the_client(device, served, maker):
    person = UserFactory(user_name="mia")
    page = device(person).new_page()
    make_stale(person)
    page.goto("/link")
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_url(f"{served.url}/")


def test_a_device_is_let_in(device, served, maker):
    app = register(maker, name="TV", redirect_uris=[])
    person = UserFactory(user_name="mia")
    session = OAuth2Session(app.client_id)
    begun = session.post(
        f"{served.url}/oauth/device_authorization",
        {"client_id": app.client_id, "scope": "read"},
        withhold_token=True,
    ).json()

    page = device(person, viewport={"width": 360, "height": 740}).new_page()
    page.goto(f"/link?user_code={begun['user_code']}")
    assert not barriers(page)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Let TV in?")).to_be_visible()
    assert not barriers(page)
    page.get_by_role("button", name="Let it in").click()
    expect(page.get_by_role("heading", name="Connected")).to_be_visible()

    told = session.post(
        f"{served.url}/oauth/token",
        {
            "grant_type": DEVICE,
            "device_code": begun["device_code"],
            "client_id": app.client_id,
        },
        withhold_token=True,
    )
    assert told.json()["scope"].split()
    session.token = told.json()
    assert session.get(f"{served.url}/api/user/watchList").status_code == 200
