"""What attackers try on the way in of apps (RFC 9700): at once, again, with nonsense;
and what they would find in the logs. Each other attack is tested with what it attacks.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import UserFactory
from profiles.models import TokenFamily
from profiles.oauth import devices
from profiles.oauth.server import PARAMETERS
from profiles.tests.registered_apps import (
    VERIFIER,
    code_for,
    form_of,
    person,
    post,
    register,
    register_confidential,
    request_of,
    taken,
    token_request,
)

TOKEN = "/oauth/token"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
FORM = "application/x-www-form-urlencoded"
SEVERAL = 6


def at_once(call):
    """The answers of several who ask in the same moment."""
    start = Barrier(SEVERAL)

    def run(_):
        start.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(SEVERAL) as threads:
        return list(threads.map(run, range(SEVERAL)))


def statuses(answers):
    return sorted(answer.status_code for answer in answers)


# --- At once --------------------------------------------------------------------------


@pytest.fixture
def people(transactional_db):
    return UserFactory(user_name="mia"), UserFactory(user_name="maker")


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_of_several_with_one_code_one_gets_tokens_and_loses_them(people):
    mia, maker = people
    app = register(maker)
    sent = token_request(app, code_for(person(mia), app))
    assert statuses(at_once(lambda: post(TOKEN, sent))) == [200, *[400] * (SEVERAL - 1)]
    family = TokenFamily.objects.get(app=app)
    assert family.revoked_at is not None


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_of_several_refreshes_one_goes_on_and_all_end(people):
    mia, maker = people
    app = register(maker)
    tokens = taken(app, code_for(person(mia), app))
    sent = {
        "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"],
        "client_id": app.client_id,
    }
    assert statuses(at_once(lambda: post(TOKEN, sent))) == [200, *[400] * (SEVERAL - 1)]
    assert TokenFamily.objects.get(app=app).revoked_at is not None


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_of_several_with_one_device_code_one_gets_tokens(people):
    mia, maker = people
    app = register(maker)
    begun = post(
        "/oauth/device_authorization", {"client_id": app.client_id, "scope": "read"}
    ).json()
    assert devices.decide(
        letters=begun["user_code"].replace("-", ""),
        user_id=mia.pk,
        auth_epoch=mia.auth_epoch,
        scopes=["list:read"],
        mature=False,
        is_allowed=True,
    )
    sent = {
        "grant_type": DEVICE,
        "device_code": begun["device_code"],
        "client_id": app.client_id,
    }
    assert statuses(at_once(lambda: post(TOKEN, sent))) == [200, *[400] * (SEVERAL - 1)]
    assert TokenFamily.objects.filter(app=app).count() == 1


# --- Nonsense -------------------------------------------------------------------------

GRANTS = ["authorization_code", "refresh_token", DEVICE, "password"]
SOMETHING = st.text(max_size=60) | st.binary(max_size=60).map(
    lambda b: b.decode("latin-1")
)
FORMS = st.dictionaries(
    st.sampled_from(sorted(PARAMETERS)), SOMETHING, max_size=8
) | st.fixed_dictionaries({"grant_type": st.sampled_from(GRANTS), "code": SOMETHING})
FUZZED = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def any_rate(settings):
    settings.THROTTLE_SCALE = 1_000_000


@pytest.fixture
def app(stranger):
    return register(stranger)


@pytest.mark.django_db
@FUZZED
@given(sent=FORMS, is_ours=st.booleans())
def test_no_form_is_too_odd(app, any_rate, sent, is_ours):
    sent = {**sent, "client_id": app.client_id} if is_ours else sent
    sent = {name: value.encode("utf-8", "replace") for name, value in sent.items()}
    for path in (TOKEN, "/oauth/revoke", "/oauth/device_authorization"):
        told = post(path, sent)
        assert told.status_code in (200, 400, 401), (path, sent)


@pytest.mark.django_db
@FUZZED
@given(body=st.binary(max_size=300), header=st.binary(max_size=60))
def test_no_bytes_are_too_odd(any_rate, body, header):
    told = Client().generic(
        "POST",
        TOKEN,
        body,
        content_type=FORM,
        headers={"Authorization": f"Basic {header.decode('latin-1')}"},
    )
    assert told.status_code in (400, 401, 413)


@pytest.mark.django_db
@FUZZED
@given(changes=FORMS, query=st.text(max_size=40))
def test_no_question_to_a_person_is_too_odd(app, any_rate, alice, changes, query):
    browser = person(alice)
    changes = {k: v.encode("utf-8", "replace") for k, v in changes.items()}
    told = browser.get("/oauth/authorize", request_of(app, **changes))
    assert told.status_code in (200, 303, 400)
    code = query.encode("utf-8", "replace")
    assert browser.get("/link", {"user_code": code}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["utf-99", "utf-7", "idna", "\0", "base64"])
@pytest.mark.parametrize("path", ["/oauth/authorize", "/link"])
def test_no_charset_is_too_odd(alice, path, charset):
    browser = person(alice)
    form = f"{FORM}; charset={charset}"
    told = browser.generic("POST", path, b"user_code=%ff", content_type=form)
    assert told.status_code in (400, 403)


# --- Logs -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_letting_apps_in_leaves_no_secret_in_the_logs(
    alice, stranger, caplog, settings
):
    caplog.set_level(logging.DEBUG)
    for name in ("django.db.backends", "oauthlib"):
        level = settings.LOGGING["loggers"][name]["level"]
        monitored = logging.getLogger(name)
        monitored.setLevel(level)
    app, secret = register_confidential(stranger)
    browser = person(alice)
    code = code_for(browser, app)
    tokens = taken(app, code, client_secret=secret)
    replayed = token_request(app, code, client_secret=secret)
    assert post(TOKEN, replayed).status_code == 400
    post("/oauth/revoke", {"token": tokens["refresh_token"], "client_id": "x"})
    begun = post(
        "/oauth/device_authorization",
        {"client_id": app.client_id, "client_secret": secret, "scope": "read"},
    ).json()
    page = browser.get("/link", {"user_code": begun["user_code"]})
    browser.post("/link", {**form_of(page), "user_code": "BCDF-GHJK"})
    session = browser.cookies["sessionid"].value
    for one in (
        code,
        secret,
        session,
        VERIFIER,
        tokens["access_token"],
        tokens["refresh_token"],
        begun["device_code"],
        begun["user_code"],
    ):
        assert one not in caplog.text
