"""Whatever is logged, at whatever level: no password, token or key."""

import logging

import pytest

from factories import PASSWORD
from profiles.models import User
from profiles.tests.outbox import send_all

pytestmark = pytest.mark.django_db
NEW, WRONG = "Left-Cow-8-secret", "Wrong-Horse-7-secret"


@pytest.fixture
def logged(caplog, settings):
    """All that a server would log with LOG_LEVEL=DEBUG."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(
        settings.LOGGING["loggers"]["django.db.backends"]["level"]
    )
    yield caplog
    logging.getLogger("django.db.backends").setLevel(logging.NOTSET)


def test_a_day_of_signing_in_leaves_no_secret(
    alice, visitor, logged, mailoutbox, settings
):
    settings.DEBUG = True
    secrets = [PASSWORD, NEW, WRONG]
    email = alice.email

    def post(address, **body):
        response = visitor.post(f"/api/auth/{address}", body)
        if cookie := response.cookies.get("sessionid"):
            secrets.append(cookie.value)
        data = response.json().get("data") or {}
        secrets.extend(data[name] for name in ("access", "refresh") if name in data)
        return response

    post("signup", email="bob@example.org", password=PASSWORD, user_name="bob")
    post("signin", email=email, password=WRONG)
    post("signin", email=email, password=PASSWORD)
    post("password", old_password=WRONG, new_password=NEW)
    assert post("password", old_password=PASSWORD, new_password=NEW).status_code == 200
    pair = post("token", email=email, password=NEW).json()["data"]
    post("token/refresh", refresh=pair["refresh"])
    replayed = post("token/refresh", refresh=pair["refresh"])
    assert replayed.status_code == 401
    post("token/refresh", refresh=pair["access"])
    visitor.get("/api/auth/session", headers={"Authorization": "Bearer x.secret.y"})
    secrets.append("x.secret.y")
    post("password/reset", email=email)
    send_all()
    link = mailoutbox[-1].body.split("token=")[1].split()[0]
    secrets.append(link)
    uid = alice.pk.hex
    for token in ("x", link):
        post("password/reset/confirm", uid=uid, token=token, new_password=PASSWORD)
    for _ in range(12):
        post("signin", email=email, password=WRONG)
    post("signout", everywhere=True)
    secrets += User.objects.values_list("password", flat=True)

    assert len(secrets) > 10
    assert "A refresh token was used twice" in logged.text
    for secret in filter(None, secrets):
        assert secret not in logged.text
    assert email not in logged.text
