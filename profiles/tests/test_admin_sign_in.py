"""The admin signs in through Django's page, by our check and with our sessions."""

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.test import Client

from factories import PASSWORD
from profiles.accounts import services as accounts
from profiles.models import Session, User, WrongPasswords
from profiles.tests.outbox import send_all

pytestmark = pytest.mark.django_db
URL = "/admin/login/?next=/admin/password_change/"


@pytest.fixture
def browser():
    return Client(enforce_csrf_checks=True)


def sign_in(browser, password=PASSWORD, email="staff@example.org"):
    browser.get(URL)
    token = browser.cookies["csrftoken"].value
    body = {"username": email, "password": password, "csrfmiddlewaretoken": token}
    return browser.post(URL, body)


def is_in(browser):
    return browser.get("/admin/password_change/").status_code == 200


def test_staff_sign_in_and_out(browser, staff):
    assert sign_in(browser).status_code == 302
    assert is_in(browser)
    assert browser.get("/api/auth/session").json()["data"]["name"] == "staff"
    session = Session.objects.get()
    assert (session.user_id, session.auth_epoch) == (staff.id, staff.auth_epoch)
    token = browser.cookies["csrftoken"].value
    browser.post("/admin/logout/", {"csrfmiddlewaretoken": token})
    assert not is_in(browser)


def test_whoever_comes_by_the_address_of_the_page_lands_on_the_dashboard(staff):
    browser = Client()
    page = browser.get("/admin/login/").content.decode()
    assert 'rel="icon" href="/static/icon' in page
    credentials = {"username": "staff@example.org", "password": PASSWORD}
    assert browser.post("/admin/login/", credentials)["Location"] == "/admin/"


def test_the_page_writes_to_its_session_without_ending_it(browser, staff):
    sign_in(browser)
    session = browser.session
    session["seen"] = "x"
    session.save()
    assert browser.session["seen"] == "x"
    assert is_in(browser)


def test_a_session_of_the_api_is_one_of_the_admin_too(staff_client):
    assert is_in(staff_client)


@pytest.mark.parametrize("end", [accounts.end_everything, accounts.deactivate])
def test_what_ends_everything_ends_the_admin(browser, staff, end):
    sign_in(browser)
    end(user_id=staff.pk)
    assert not is_in(browser)


def test_no_csrf_token_no_sign_in(browser, staff):
    body = {"username": "staff@example.org", "password": PASSWORD}
    assert browser.post(URL, body).status_code == 403


def test_who_is_no_staff_stays_outside(browser, alice):
    sign_in(browser, email=alice.email)
    assert not is_in(browser)


def test_wrong_passwords_are_counted_and_lock_here_too(browser, staff, settings):
    settings.LOCKOUT_TRIES = 3
    for _ in range(3):
        page = sign_in(browser, "Wrong-Horse-7").content.decode()
        assert "Please enter the correct" in page
    page = sign_in(browser)
    assert page.status_code == 200
    assert "Too many wrong passwords: try again in" in page.content.decode()
    assert not is_in(browser)
    body = {"email": staff.email, "password": PASSWORD}
    assert browser.post("/api/auth/signin", body).status_code == 429
    WrongPasswords.objects.all().delete()
    assert sign_in(browser).status_code == 302


def test_the_owner_may_change_the_password_there_and_stay_in(browser, staff):
    sign_in(browser)
    old = User.objects.get(pk=staff.pk).auth_epoch
    elsewhere = Client()
    elsewhere.post(URL, {"username": staff.email, "password": PASSWORD})
    assert is_in(elsewhere)
    response = browser.post(
        "/admin/password_change/",
        {
            "old_password": PASSWORD,
            "new_password1": "Left-Cow-8",
            "new_password2": "Left-Cow-8",
            "csrfmiddlewaretoken": browser.cookies["csrftoken"].value,
        },
    )
    assert response.status_code == 302
    assert User.objects.get(pk=staff.pk).auth_epoch != old
    assert is_in(browser)
    assert not is_in(elsewhere)


def test_the_backend_answers_djangos_own_callers(alice):
    assert authenticate(username=alice.email, password=PASSWORD) == alice
    assert authenticate(username=alice.email, password="Wrong-Horse-7") is None
    assert authenticate(username=alice.email) is None
    WrongPasswords.objects.update(count=10)
    with pytest.raises(ValidationError, match="Too many wrong passwords"):
        authenticate(username=alice.email, password=PASSWORD)


def test_a_new_password_of_ones_own_is_mailed(staff, mailoutbox):
    browser = Client()
    browser.force_login(staff)
    page = "/admin/password_change/"
    wrong = {"old_password": "not it", "new_password1": "x", "new_password2": "y"}
    assert browser.post(page, wrong).status_code == 200
    new = dict.fromkeys(("new_password1", "new_password2"), "Right-Cow-88")
    assert browser.post(page, {"old_password": PASSWORD, **new}).status_code == 302
    send_all()
    [mail] = mailoutbox
    assert mail.to == [staff.email]
    staff.refresh_from_db()
    assert staff.check_password("Right-Cow-88")
