"""Two people and one browser: nothing of one reaches the list of the other."""

import pytest

from animecollections.tests.conftest import sign_in
from animecollections.tests.pages import expect, settled
from collections_app.models import WatchListEntry
from factories import PASSWORD, AnimeFactory, UserFactory
from profiles.accounts.sandboxes import sandbox_id_of
from profiles.models import PersonalToken
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW_PASSWORD = "Another-Horse-8"


@pytest.fixture
def mia():
    return UserFactory(user_name="mia")


@pytest.fixture
def ben():
    return UserFactory(user_name="ben")


@pytest.fixture
def monster(served, mia, ben):
    """On both lists, nothing watched yet."""
    AnimeFactory(id=201, title="Monster", episodes=74, picture_url="")
    for user in (mia, ben):
        Api(served, cookie_of(user)).add(201, "Watching")


def progress_of(user):
    return WatchListEntry.objects.get(user=user, anime_id=201).progress


def open_page(context):
    page = context.new_page()
    page.goto("/")
    return settled(page)


def fill_in(page, user, password=PASSWORD):
    page.get_by_role("button", name="Sign in").first.click()
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(password)
    page.locator("form").get_by_role("button", name="Sign in").click()


def sign_out(page, name):
    page.get_by_label(f"Account menu: {name}").click()
    page.get_by_role("button", name="Sign out").click()


def plus_one(page):
    page.get_by_role("button", name="One more episode of Monster").click()


def refuse_batches(route):
    """The server is busy: what is changed waits on the device."""
    body = '{"success": false, "error": "Busy.", "code": "busy", "status": 503}'
    route.fulfill(status=503, body=body, headers={"Retry-After": "1"})


def test_what_waits_never_reaches_who_signs_in_in_another_tab(
    device, mia, ben, monster
):
    context = device(mia)
    page = open_page(context)
    context.route("**/watchList/batch", refuse_batches)
    plus_one(page)
    expect(page.locator("#status")).to_contain_text("1 change")
    sign_in(context, ben)  # as from another tab
    context.unroute("**/watchList/batch")
    said = page.get_by_role("dialog", name="Another account is signed in")
    expect(said).to_contain_text("This tab belongs to mia")
    assert (progress_of(mia), progress_of(ben)) == (0, 0)
    said.get_by_role("button", name="Reload").click()
    expect(page.get_by_label("Account menu: ben")).to_be_visible()
    settled(page)
    assert (progress_of(mia), progress_of(ben)) == (0, 0)
    sign_in(context, mia)
    page.reload()
    said.get_by_role("button", name="Reload").click()
    expect(page.get_by_label("Account menu: mia")).to_be_visible()
    settled(page)
    assert (progress_of(mia), progress_of(ben)) == (1, 0)


def test_signing_out_reaches_all_tabs(device, mia, monster):
    failures = []
    context = device(mia)
    one, other = open_page(context), open_page(context)
    for page in (one, other):
        page.on("pageerror", lambda error: failures.append(str(error)))
    sign_out(one, "mia")
    for page in (one, other):
        expect(page.get_by_role("button", name="Sign in").first).to_be_visible()
    assert not failures
    names = one.evaluate(
        "indexedDB.databases().then((all) => all.map((it) => it.name))"
    )
    assert names == []
    assert one.evaluate("Object.keys(localStorage)") == ["theme"]


def test_going_back_after_signing_out_shows_nothing(device, mia, monster):
    page = open_page(device(mia))
    sign_out(page, "mia")
    expect(page.get_by_role("button", name="Sign in").first).to_be_visible()
    page.go_back()
    page.goto("/")
    expect(page.get_by_role("button", name="Sign in").first).to_be_visible()
    expect(page.locator(".card", has_text="Monster")).to_have_count(0)


@pytest.fixture
def left_waiting(device, mia, monster):
    """A page on which mia signed in by password, and a change of hers waits."""
    context = device()
    page = context.new_page()
    page.goto("/")
    fill_in(page, mia)
    settled(page)
    context.route("**/watchList/batch", refuse_batches)
    plus_one(page)
    expect(page.locator("#status")).to_contain_text("1 change")
    sign_out(page, "mia")
    expect(page.get_by_role("dialog")).to_contain_text("1 change isn't synced yet.")
    return page


ALL_KEPT = """
    (async () => {
        const found = [];
        for (const { name } of await indexedDB.databases()) {
            const opening = indexedDB.open(name);
            const database = await new Promise((done) => (opening.onsuccess = () => done(opening.result)));
            for (const store of database.objectStoreNames) {
                const asking = database.transaction(store).objectStore(store).getAll();
                found.push(JSON.stringify(await new Promise((done) => (asking.onsuccess = () => done(asking.result)))));
            }
            database.close();
        }
        return found.join();
    })()
"""


def test_what_waits_is_kept_encrypted_until_its_owner_is_back(
    left_waiting, mia, ben, monster
):
    page = left_waiting
    page.get_by_role("button", name="Keep and sign out").click()
    expect(page.get_by_role("button", name="Sign in").first).to_be_visible()
    kept = page.evaluate(ALL_KEPT)
    assert "count" in kept
    assert "Monster" not in kept
    assert "increment" not in kept
    page.context.unroute("**/watchList/batch")
    fill_in(page, ben)
    settled(page)
    sign_out(page, "ben")
    fill_in(page, mia)
    settled(page)
    expect(page.locator(".card", has_text="Monster")).to_contain_text("1 / 74")
    assert (progress_of(mia), progress_of(ben)) == (1, 0)


def test_what_waits_can_be_discarded_or_sign_out_be_called_off(
    left_waiting, mia, monster
):
    page = left_waiting
    answers = page.get_by_role("dialog").locator(".actions button.button")
    expect(answers).to_have_count(3)
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.locator("#status")).to_contain_text("1 change")
    sign_out(page, "mia")
    page.get_by_role("button", name="Discard and sign out").click()
    expect(page.get_by_role("button", name="Sign in").first).to_be_visible()
    page.context.unroute("**/watchList/batch")
    fill_in(page, mia)
    settled(page)
    assert progress_of(mia) == 0


def test_a_new_password_does_not_open_what_the_old_one_sealed(
    left_waiting, mia, monster
):
    page = left_waiting
    page.get_by_role("button", name="Keep and sign out").click()
    expect(page.get_by_role("button", name="Sign in").first).to_be_visible()
    mia.set_password(NEW_PASSWORD)
    mia.save()
    fill_in(page, mia, NEW_PASSWORD)
    settled(page)
    expect(page.locator("#alerts")).to_contain_text("locked with your old password")
    page.locator("#alerts").get_by_role("button", name="Discard").click()
    page.reload()
    settled(page)
    expect(page.locator("#alerts")).to_be_empty()


def test_a_new_name_is_there_after_a_reload(device, mia):
    page = open_page(device(mia))
    page.goto("/settings")
    name = page.get_by_label("Username")
    name.fill("mia_two")
    name.press("Tab")
    expect(page.get_by_label("Account menu: mia_two")).to_be_visible()
    page.reload()
    settled(page)
    expect(page.get_by_label("Account menu: mia_two")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("mia_two")


def test_a_token_is_made_used_and_ended_on_the_security_page(device, mia, served):
    page = device(mia).new_page()
    page.goto("/security")
    settled(page)
    expect(page.get_by_text("No tokens yet.")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("nightly backup")
    page.get_by_label("It may").select_option(label="Read my list")
    page.get_by_role("button", name="Make token").click()
    token = page.get_by_role("textbox", name="New token").input_value()
    page.get_by_role("button", name="Done").click()
    assert asked_with(served, token) == 200
    row = page.locator(".tokens > ul > li")
    expect(row).to_contain_text("nightly backup")
    expect(row).to_contain_text("Read the list and its history.")
    page.get_by_role("button", name="End token nightly backup").click()
    page.get_by_role("dialog").get_by_role("button", name="End token").click()
    expect(page.get_by_text("No tokens yet.")).to_be_visible()
    assert asked_with(served, token) == 401
    page.get_by_label("Name", exact=True).fill("drill")
    page.get_by_label("For the sandbox").check()
    page.get_by_role("button", name="Make token").click()
    page.get_by_role("button", name="Done").click()
    expect(row).to_contain_text("Sandbox")
    assert PersonalToken.objects.get().user_id == sandbox_id_of(mia.pk)


def asked_with(served, token):
    bearer = f"Authorization: Bearer {token}"
    return served.send("GET /api/user/watchList HTTP/1.1", bearer)[0]
