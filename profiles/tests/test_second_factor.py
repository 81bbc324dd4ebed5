"""Staff's second factor: enrolled once, asked for at each sign-in."""

import time
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from animecollections.tests.admin_forms import errors_of, fill_in
from factories import PASSWORD, UserFactory
from history.models import StaffAction
from profiles.models import User
from profiles.second_factor import services as second_factor

pytestmark = pytest.mark.django_db
PAGE = "/admin/second-factor/"


@pytest.fixture(autouse=True)
def _required(settings):
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def browser(staff):
    """Signed in by password alone."""
    browser = Client()
    browser.post("/admin/login/", {"username": staff.email, "password": PASSWORD})
    return browser


def code_of(device, ahead=0):
    totp = TOTP(device.bin_key)
    totp.time = time.time() + 30 * ahead
    return f"{totp.token():06}"


@pytest.fixture
def enrolled(browser, staff):
    """The recovery codes; the browser is signed out again."""
    browser.get(PAGE)
    device = TOTPDevice.objects.get()
    codes = browser.post(PAGE, {"code": code_of(device)}).context["codes"]
    browser.post("/admin/logout/")
    browser.post("/admin/login/", {"username": staff.email, "password": PASSWORD})
    return codes


def is_in(browser):
    return browser.get(reverse("admin:profiles_user_changelist")).status_code == 200


def test_the_password_alone_opens_nothing(browser, alice):
    for address in (
        "/admin/",
        reverse("admin:profiles_user_changelist"),
        reverse("admin:find"),
        reverse("admin:act_on_user", args=[alice.pk, "lock"]),
        reverse("admin:autocomplete"),
        reverse("admin:jsi18n"),
    ):
        response = browser.get(address, follow=True)
        assert response.redirect_chain[-1][0].startswith(PAGE), address


def test_the_first_sign_in_enrols_and_shows_the_codes_once(browser, staff):
    page = browser.get(PAGE)
    device = TOTPDevice.objects.get()
    assert not device.confirmed
    assert page.context["secret"] in device.config_url
    assert page.context["picture"].startswith("data:image/svg+xml")
    assert browser.get(PAGE).context["secret"] == page.context["secret"]
    codes = browser.post(PAGE, {"code": code_of(device)}).context["codes"]
    assert len(set(codes)) == 10
    assert is_in(browser)
    text = browser.get(PAGE).content.decode()
    assert page.context["secret"] not in text
    assert not [code for code in codes if code in text]
    act = StaffAction.objects.get()
    assert (act.action, act.user_id) == ("add_second_factor", staff.pk)


def test_a_wrong_first_code_enrols_nothing(browser):
    browser.get(PAGE)
    page = browser.post(PAGE, {"code": "000000"})
    assert "This code is not right." in page.context["form"].errors["code"][0]
    assert not TOTPDevice.objects.get().confirmed
    assert not is_in(browser)


def test_each_sign_in_asks_for_a_code(browser, enrolled):
    assert not is_in(browser)
    wanted = reverse("admin:profiles_image_changelist")
    code = code_of(TOTPDevice.objects.get(), ahead=1)
    response = browser.post(f"{PAGE}?next={wanted}", {"code": code})
    assert response.headers["Location"] == wanted
    assert is_in(browser)


def test_nobody_is_sent_to_another_site(browser, enrolled):
    code = code_of(TOTPDevice.objects.get(), ahead=1)
    response = browser.post(f"{PAGE}?next=https://evil.example/", {"code": code})
    assert response.headers["Location"] == "/admin/"


def test_a_code_works_once(browser, enrolled):
    device = TOTPDevice.objects.get()
    used = f"{TOTP(device.bin_key).token():06}"
    assert browser.post(PAGE, {"code": used}).status_code == 200
    assert not is_in(browser)


def test_a_recovery_code_works_once_however_it_is_typed(browser, staff, enrolled):
    typed = enrolled[3].upper().replace("-", " ")
    assert browser.post(PAGE, {"code": typed}).status_code == 302
    assert is_in(browser)
    assert StaticToken.objects.count() == 9
    browser.post("/admin/logout/")
    browser.post("/admin/login/", {"username": staff.email, "password": PASSWORD})
    assert browser.post(PAGE, {"code": enrolled[3]}).status_code == 200
    assert not is_in(browser)


def test_the_database_holds_no_recovery_code(enrolled):
    kept = set(StaticToken.objects.values_list("token", flat=True))
    for code in enrolled:
        assert not {code, code.replace("-", ""), code.replace("-", "").upper()} & kept


def test_wrong_guesses_have_to_wait_right_ones_too(browser, enrolled):
    device = TOTPDevice.objects.get()
    page = browser.post(PAGE, {"code": "000000"})
    assert "Try again at" in page.context["form"].errors["code"][0]
    browser.post(PAGE, {"code": code_of(device, ahead=1)})
    assert not is_in(browser)
    assert TOTPDevice.objects.get().throttling_failure_count == 1
    for device in (TOTPDevice.objects.get(), StaticDevice.objects.get()):
        device.throttle_reset()
    for _ in range(3):
        browser.post(PAGE, {"code": "nothing-like-it"})
    assert StaticDevice.objects.get().throttling_failure_count == 1
    browser.post(PAGE, {"code": enrolled[0]})
    assert not is_in(browser)


def test_new_codes_end_the_old_ones_and_want_a_code(browser, enrolled):
    assert "_new_codes" not in browser.get(PAGE).content.decode()
    browser.post(PAGE, {"code": enrolled[0]})
    assert "_new_codes" in browser.get(PAGE).content.decode()
    page = browser.post(PAGE, {"code": enrolled[1], "_new_codes": "1"})
    codes = page.context["codes"]
    assert not set(codes) & set(enrolled)
    assert StaffAction.objects.filter(action="new_recovery_codes").count() == 1
    assert StaticToken.objects.count() == 10


def test_an_enrolled_account_is_not_enrolled_anew(browser, enrolled):
    """Whoever has the password alone adds no authenticator of their own."""
    browser.get(PAGE)
    assert TOTPDevice.objects.count() == 1


def test_a_device_of_another_account_is_none(browser, enrolled, alice):
    other = TOTPDevice.objects.create(user=alice, confirmed=True)
    session = browser.session
    session["otp_device_id"] = other.persistent_id
    session.save()
    assert not is_in(browser)


def code_came(browser, *, ago):
    session = browser.session
    session["code_at"] = (timezone.now() - ago).isoformat()
    session.save()


def test_a_code_holds_for_hours_and_not_for_days(settings, browser, enrolled):
    browser.post(PAGE, {"code": enrolled[0]})
    settings.STAFF_HOURS = 8
    code_came(browser, ago=timedelta(hours=7))
    assert is_in(browser)
    code_came(browser, ago=timedelta(hours=9))
    response = browser.get(reverse("admin:find"), follow=True)
    assert response.redirect_chain[-1][0].startswith(PAGE)
    browser.post(PAGE, {"code": enrolled[1]})
    assert is_in(browser)


def test_a_session_from_before_codes_had_a_time_is_asked_anew(browser, enrolled):
    browser.post(PAGE, {"code": enrolled[0]})
    session = browser.session
    del session["code_at"]
    session.save()
    assert not is_in(browser)


GRAVE = {
    "erase": {"user_name": "alice"},
    "export": {},
    "set-password": {"new_password": "Left-Cow-8"},
    "reset-second-factor": {},
}


@pytest.mark.parametrize("name", GRAVE)
def test_what_is_gravest_wants_a_fresh_code(browser, enrolled, alice, name):
    browser.post(PAGE, {"code": enrolled[0]})
    page = reverse("admin:act_on_user", args=[alice.pk, name])
    assert "code" not in browser.get(page).context["form"].fields
    code_came(browser, ago=timedelta(minutes=11))
    assert "code" in browser.get(page).context["form"].fields
    body = {"reason": "Ticket 4711", **GRAVE[name]}
    for code in ({}, {"code": "wrong"}):
        answer = browser.post(page, body | code)
        assert "code" in answer.context["form"].errors
        assert answer.context["form"]["reason"].value() == "Ticket 4711"
    StaticDevice.objects.get().throttle_reset()
    assert not StaffAction.objects.filter(user_id=alice.pk).exists()
    answer = browser.post(page, body | {"code": enrolled[1]})
    assert answer.status_code == (200 if name == "export" else 302)
    b"".join(answer)  # a file is read to its end
    assert StaffAction.objects.filter(reason="Ticket 4711").exists()
    assert StaticToken.objects.count() == 8


def test_people_as_a_file_want_one_and_titles_do_not(browser, enrolled):
    browser.post(PAGE, {"code": enrolled[0]})
    code_came(browser, ago=timedelta(minutes=11))
    people = reverse("admin:profiles_user_csv")
    for ask in (browser.get, browser.post):
        answer = ask(f"{people}?is_staff__exact=1", {"reason": "Ticket 4711"})
        assert answer.status_code == 302
        assert answer.url.startswith(PAGE)
        assert quote(people, safe="") in answer.url
    assert not StaffAction.objects.filter(action="take_csv").exists()
    titles = reverse("admin:collections_app_anime_csv")
    assert browser.get(titles).status_code == 200
    browser.post(PAGE, {"code": enrolled[1]})
    answer = browser.post(people, {"reason": "Ticket 4711"})
    assert answer["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize(
    "change", [{"email": "thief@example.org"}, {"is_superuser": "on"}]
)
def test_an_account_is_given_to_nobody_without_one(browser, enrolled, alice, change):
    browser.post(PAGE, {"code": enrolled[0]})
    code_came(browser, ago=timedelta(minutes=11))
    page = reverse("admin:profiles_user_change", args=[alice.pk])
    before = User.objects.values().get(pk=alice.pk)
    [error] = errors_of(fill_in(browser, page, **change))["__all__"]
    assert "takes a code" in error
    assert User.objects.values().get(pk=alice.pk) == before
    assert errors_of(fill_in(browser, page, is_active=None)) == {}
    browser.post(PAGE, {"code": enrolled[1]})
    assert errors_of(fill_in(browser, page, **change)) == {}
    assert User.objects.values().get(pk=alice.pk) != before


@pytest.mark.parametrize("verb", ["change", "delete"])
def test_a_groups_powers_want_one_too(browser, enrolled, verb):
    group = Group.objects.create(name="Helpers")
    browser.post(PAGE, {"code": enrolled[0]})
    page = reverse(f"admin:auth_group_{verb}", args=[group.pk])
    assert browser.get(page).status_code == 200
    code_came(browser, ago=timedelta(minutes=11))
    answer = browser.post(page, {"name": "Thieves", "post": "yes"})
    assert answer.url.startswith(PAGE)
    rows = reverse("admin:auth_group_changelist")
    several = {"action": "delete_selected", "_selected_action": [group.pk]}
    assert browser.post(rows, several | {"post": "yes"}).url.startswith(PAGE)
    assert Group.objects.get(pk=group.pk).name == "Helpers"


def test_ones_own_password_wants_one_too(browser, enrolled):
    browser.post(PAGE, {"code": enrolled[0]})
    page = reverse("admin:password_change")
    assert browser.get(page).status_code == 200
    code_came(browser, ago=timedelta(minutes=11))
    asked = browser.get(page).headers["Location"]
    assert asked.startswith(PAGE)
    assert browser.post(asked, {"code": enrolled[1]}).headers["Location"] == page
    assert browser.get(page).status_code == 200


def test_a_superuser_resets_it_and_it_is_enrolled_anew(browser, staff, enrolled):
    helper = UserFactory(is_staff=True)
    second_factor.new_codes(helper)
    TOTPDevice.objects.create(user=helper, confirmed=True)
    browser.post(PAGE, {"code": enrolled[0]})
    address = reverse("admin:act_on_user", args=[helper.pk, "reset-second-factor"])
    assert browser.post(address, {"reason": "lost phone"}).status_code == 302
    assert set(TOTPDevice.objects.values_list("user", flat=True)) == {staff.pk}
    assert StaffAction.objects.filter(
        action="reset_second_factor", user_id=helper.pk
    ).exists()
    epoch = helper.auth_epoch
    assert User.objects.get(pk=helper.pk).auth_epoch != epoch


def test_visitors_and_users_are_sent_to_sign_in(alice):
    user = Client()
    user.force_login(alice)
    for someone in (Client(), user):
        assert someone.get(PAGE).headers["Location"].startswith("/admin/login/")
        assert someone.post(PAGE, {"code": "000000"}).status_code == 302
    assert not TOTPDevice.objects.exists()


def test_keys_have_no_pages(browser, enrolled):
    browser.post(PAGE, {"code": enrolled[0]})
    assert browser.get("/admin/otp_totp/totpdevice/").status_code == 404
    assert browser.get("/admin/otp_static/staticdevice/").status_code == 404


def test_where_it_is_not_required_the_password_does(settings, browser):
    settings.STAFF_SECOND_FACTOR = False
    assert is_in(browser)
