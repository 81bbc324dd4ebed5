"""static/js/collection in a real browser, against the real server, with faults in
between: whatever gets lost, device and server end with the same list.
"""

import pytest
from django.conf import settings

from collections_app.models import Anime
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import UserState
from profiles.tests.device import listed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DEVICES = settings.BASE_DIR / "animecollections" / "tests" / "devices.js"
TITLES = range(100, 106)


@pytest.fixture
def titles():
    """The server keeps titles in its process, so an id has one title in all tests."""
    return [AnimeFactory(id=id_, title=f"No. {id_}", episodes=12) for id_ in TITLES]


@pytest.fixture
def user(titles):
    return UserFactory()


@pytest.fixture
def run(device, user):
    """Runs JavaScript in which `make` gives a device of the user."""
    return script_runner(device(user))


def script_runner(context):
    page = context.new_page()
    page.goto("/reset")  # any page of the server
    page.evaluate(f"(async () => {{ {DEVICES.read_text()} }})()")
    return lambda code: page.evaluate(f"(async () => {{ {code} }})()")


HAPPEN = """
  async function happen(device, chance) {
    const pick = (...choices) => choices[Math.floor(chance() * choices.length)];
    const id = pick("100", "101", "102", "103", "104", "105");
    const type = pick("Collection", "Completed", "To Watch", "Watching");
    switch (pick("add", "add", "plus", "plus", "move", "edit", "remove", "undo", "search")) {
      case "add": done.push(await device.add({ id, title: id, episodes: 12 }, type)); break;
      case "plus": await device.increment(id); break;
      case "move": done.push(await device.move([id, "101"], type)); break;
      case "edit": await device.update(id, { notes: String(chance()), score: pick(1, 9.5, null) }); break;
      case "remove": done.push(await device.remove([id])); break;
      case "undo": if (done.length) await device.undo(done.pop()); break;
      case "search": await device.later("POST", "/api/user/searchHistory", { query: `q${chance()}` });
    }
  }
  const done = [];
"""


@pytest.mark.parametrize("seed", [1, 52])
def test_two_devices_end_with_the_list_whatever_is_lost(run, user, seed):
    """Requests and answers lost, 429, 503, sockets broken, messages lost, a while
    offline, and a device that is closed in the middle and opened again.
    """
    ended = run(
        HAPPEN
        + """
        const rounds = async (name, seed) => {
          const chance = chanceOf(seed);
          let device = await make(name, { seed, socket: true });
          for (let step = 0; step < 50; step++) {
            const { network } = device;
            network.isOffline = chance() < (network.isOffline ? 0.7 : 0.06);
            if (chance() < 0.05) {
              device.close();
              device = await make(name, { seed: seed + step, socket: true });
            }
            await happen(device, chance);
            await new Promise((later) => setTimeout(later, 60 * chance()));
          }
          return device;
        };
        const devices = await Promise.all([rounds("one", SEED), rounds("two", SEED + 1)]);
        const lost = window.lost;
        for (const device of devices) {
          device.network.isCalm = true;
          device.network.isOffline = false;
          device.wake();
        }
        for (const device of devices) await device.settle();
        for (const device of devices) {
          for (const id of device.conflicts.keys()) await device.resolve(id, "yours");
          await device.settle();
        }
        for (const device of devices) await device.settle();
        const searches = (await (await fetch("/api/user/searchHistory")).json()).data;
        return {
          lost, held: devices.map(held), listed: await listed(),
          unsent: devices.map(({ unsent }) => unsent.length),
          statuses: devices.map(({ status }) => status),
          refusals: devices.map(({ refusals }) => refusals),
          searches, told: devices.map(({ wholes }) => wholes.searchHistory),
        };
        """.replace("SEED", str(seed))
    )
    assert ended["lost"]
    assert ended["unsent"] == [0, 0], (ended["refusals"], ended["statuses"])
    assert ended["statuses"] == ["settled", "settled"]
    assert ended["listed"]
    assert ended["held"] == [ended["listed"]] * 2
    assert ended["told"] == [ended["searches"]] * 2
    assert ended["listed"] == listed(signed_in(user))


def test_each_change_is_done_once_however_often_it_is_sent(run):
    """Increments cannot be repeated unnoticed: the sum tells."""
    ended = run(
        """
        const one = await make("one", { seed: 3 });
        const two = await make("two", { seed: 4 });
        await one.add({ id: "100", title: "", episodes: 12 }, "Watching");
        one.network.isCalm = true; await one.settle(); one.network.isCalm = false;
        const all = [];
        for (let time = 0; time < 5; time++) {
          one.network.next.push("lost answer");
          all.push(one.increment("100"), two.increment("100"));
        }
        await Promise.all(all);
        for (const device of [one, two]) await device.settle();
        await one.settle();
        return { progress: (await listed())["100"].progress, held: one.entries.get("100").progress,
                 lost };
        """
    )
    assert ended["lost"] >= 1
    assert (ended["progress"], ended["held"]) == (10, 10)


CLOCK = """
  const RealDate = Date;
  let ahead = 0; // days of this device's clock
  const now = () => RealDate.now() + ahead * 86400_000;
  window.Date = class extends RealDate {
    constructor(...at) { at.length ? super(...at) : super(now()); }
    static now() { return now(); }
  };
"""


def test_what_is_counted_offline_counts_on_the_day_on_which_it_was(run):
    """Also where the device's clock is a day ahead or behind; where it is further ahead
    than the server believes, on the server's day, and nothing is lost.
    """
    ended = run(
        CLOCK
        + """
        const day = (days) => new RealDate(RealDate.now() + days * 86400_000).toLocaleDateString("sv");
        const before = day(0);
        const device = await make("one");
        for (const id of ["100", "101", "102", "103", "104"]) {
          await device.add({ id, title: id, episodes: 12, airing_status: "finished" }, "Watching");
        }
        await device.settle();
        device.network.isOffline = true;
        ahead = -3; await device.increment("100");
        ahead = -1; await device.increment("101");
        ahead = 1; await device.increment("102");
        ahead = 5; await device.increment("103");
        await device.increment("104", 1, "2015-06");
        ahead = 0;
        device.network.isOffline = false;
        device.wake();
        await device.settle();
        await device.settle();
        const { data } = await (await fetch("/api/user/watched")).json();
        return {
          before, after: day(0), refusals: device.refusals, unsent: device.unsent.length,
          wanted: { 100: day(-3), 101: day(-1), 102: day(1), 104: "2015-06" },
          days: Object.fromEntries(data.map((row) => [row.anime_id, row.watched_on])),
          progress: Object.values(await listed()).map((entry) => entry.progress),
        };
        """
    )
    assert ended["before"] == ended["after"], "midnight: run it again"
    assert ended["refusals"] == []
    assert ended["unsent"] == 0
    assert ended["progress"] == [1] * 5
    assert ended["days"] == ended["wanted"] | {"103": ended["before"]}


def test_undo_takes_back_what_was_counted_on_its_day(run):
    """Of a title that it completed too, and of what was finished long ago."""
    ended = run(
        """
        const device = await make("one");
        const anime = (id) => ({ id, title: id, episodes: 12, airing_status: "finished" });
        await device.add(anime("100"), "Watching", { progress: 10 });
        await device.add(anime("101"), "To Watch");
        await device.increment("100", 1, "2026-01-05");
        await device.settle();
        const days = async () => (await (await fetch("/api/user/watched")).json()).data
          .map((row) => [row.anime_id, row.watched_on, row.episodes]).sort();
        const before = await days();
        const changes = [
          await device.increment("100", 1, "2015-06"), await device.move(["101"], "Completed"),
        ];
        await device.settle();
        const counted = await days();
        const types = [device.entries.get("100").type, device.entries.get("101").type];
        for (const change of changes) await device.undo(change);
        await device.settle();
        return { before, counted, types, after: await days() };
        """
    )
    assert ended["types"] == ["Completed", "Completed"]
    assert ["100", "2015-06", 1] in ended["counted"]
    assert ["101", "unknown", 12] in ended["counted"]
    assert ended["after"] == ended["before"]


def test_what_is_done_offline_shows_at_once_outlives_a_restart_and_is_sent(run):
    ended = run(
        """
        const shown = ({ entries }) => [...entries.values()].map((e) => [e.anime_id, e.type, e.progress]);
        let device = await make("one");
        await device.add({ id: "100", title: "", episodes: 12, airing_status: "finished" }, "To Watch");
        await device.settle();
        device.close();
        device = await make("one", { offline: true });
        const opened = shown(device);
        await device.increment("100");
        const started = shown(device);
        await device.increment("100", 11);
        await device.add({ id: "101", title: "", episodes: 12 }, "Collection");
        const atOnce = shown(device);
        for (let look = 0; look < 100 && device.status !== "offline"; look++) {
          await new Promise((later) => setTimeout(later, 20));
        }
        const { status } = device;
        device.close();
        device = await make("one", { offline: true });
        const again = shown(device);
        device.network.isOffline = false;
        device.wake();
        await device.settle();
        return { opened, started, atOnce, again, status, sent: shown(device), batches: device.network.sent
          .filter(({ address }) => address.endsWith("batch")).length };
        """
    )
    assert ended["opened"] == [["100", "To Watch", 0]]
    assert ended["started"] == [["100", "Watching", 1]]
    assert ended["atOnce"] == [["100", "Completed", 12], ["101", "Collection", 0]]
    assert ended["again"] == ended["sent"] == ended["atOnce"]
    assert ended["status"] == "offline"
    assert ended["batches"] == 1


def test_a_change_shows_before_the_disk_has_it_whatever_else_comes(run):
    """A form that is drawn anew meanwhile would otherwise show what was before."""
    ended = run(
        """
        const device = await make("one");
        await device.add({ id: "100", title: "", episodes: 12 }, "Watching");
        await device.settle();
        const shown = () => { const { is_private, notes } = device.entries.get("100"); return [is_private, notes]; };
        const kept = device.update("100", { is_private: true });
        const atOnce = shown();
        const also = device.update("100", { notes: "typed" });
        device.overlay(["100"]);
        const drawnAnew = shown();
        await Promise.all([kept, also, device.load()]);
        const later = shown();
        await device.settle();
        const { is_private, notes } = (await listed())["100"];
        return [atOnce, drawnAnew, later, shown(), [is_private, notes]];
        """
    )
    assert ended == [[True, ""], *[[True, "typed"]] * 4]


def test_what_the_disk_refuses_is_not_shown_any_longer(run):
    ended = run(
        """
        const device = await make("one");
        await device.add({ id: "100", title: "", episodes: 12 }, "Watching");
        await device.settle();
        const { write } = device.store;
        device.store.write = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
        const failed = device.increment("100").catch(({ name }) => name);
        const atOnce = device.entries.get("100").progress;
        const why = await failed;
        const later = device.entries.get("100").progress;
        device.store.write = write;
        await device.increment("100", 2);
        await device.settle();
        return [atOnce, why, later, (await listed())["100"].progress];
        """
    )
    assert ended == [1, "QuotaExceededError", 0, 2]


def test_titles_are_shown_in_the_language_that_the_user_reads(run, titles):
    """Other names are fetched once, kept, and there without network."""
    english, native = "In English", "日本語"
    Anime.objects.filter(id=100).update(
        english_title=english, native_title=native, genre_names=["Drama"]
    )
    ended = run(
        """
        const shown = ({ entries }) => ["100", "101"].map((id) => entries.get(id).title);
        const asked = ({ network }) => network.sent.filter(({ address }) => address.includes("/animes")).length;
        let device = await make("one", { titles: true });
        const known = new Promise((done) => device.addEventListener("titles", done));
        for (const id of ["100", "101"]) await device.add({ id, title: `No. ${id}`, episodes: 12 }, "Watching");
        await device.settle();
        await known;
        const said = [shown(device)];
        const prefer = (titleLanguage) => device.later("PATCH", "/api/user/preferences", { titleLanguage },
          { preferences: { ...device.wholes.preferences, titleLanguage } });
        await prefer("english");
        said.push(shown(device));
        await device.settle();
        const times = asked(device);
        device.close();
        device = await make("one", { titles: true, offline: true });
        said.push(shown(device));
        await prefer("native");
        await device.increment("100");
        said.push(shown(device));
        const [names, genres] = [device.namesOf("100"), device.titles.get("100").genres];
        device.network.isOffline = false; device.wake();
        await device.settle();
        return { said, times, names, genres, again: asked(device), told: device.told.get("100").title };
        """
    )
    mine, other = "No. 100", "No. 101"
    assert ended["said"] == [
        [mine, other], [english, other], [english, other], [native, other]
    ]  # fmt: skip
    assert ended["names"] == [mine, english, native]
    assert ended["genres"] == ["Drama"]
    assert ended["told"] == mine
    assert (ended["times"], ended["again"]) == (1, 0)


def test_a_conflict_is_for_the_user_and_loses_neither_side(run):
    ended = run(
        """
        const [one, two] = [await make("one"), await make("two")];
        await one.add({ id: "100", title: "", episodes: 12 }, "Watching");
        await one.settle(); await two.settle();
        two.network.isOffline = true;
        const asked = [];
        two.addEventListener("conflict", ({ detail }) => asked.push(detail));
        await two.update("100", { notes: "two's", score: 7 });
        await two.update("100", { tags: ["later"] });
        await one.update("100", { notes: "one's" });
        await one.settle();
        two.network.isOffline = false; two.wake();
        await two.settle();
        const between = await listed();
        const shown = two.entries.get("100").notes;
        await two.resolve("100", { notes: "both", score: 7 });
        await two.settle();
        const { notes, score, tags } = (await listed())["100"];
        return { asked, shown, between: between["100"], ended: [notes, score, tags],
                 unsent: two.unsent.length, conflicts: two.conflicts.size };
        """
    )
    (conflict,) = ended["asked"]
    assert conflict["seen"] == {"notes": "", "score": None}
    assert conflict["yours"] == {"notes": "two's", "score": 7}
    assert conflict["theirs"] == {"notes": "one's", "score": None}
    assert ended["between"]["notes"] == ended["shown"] == "one's"
    assert ended["between"]["tags"] == ["later"]  # what comes after is not held up
    assert ended["ended"] == ["both", 7, ["later"]]
    assert (ended["unsent"], ended["conflicts"]) == (0, 0)


def test_changes_of_different_things_are_no_conflict(run):
    ended = run(
        """
        const [one, two] = [await make("one"), await make("two")];
        await one.add({ id: "100", title: "", episodes: 12 }, "Watching");
        await one.settle(); await two.settle();
        await one.increment("100");
        await one.settle();
        await two.update("100", { notes: "mine" });
        await two.settle();
        const { notes, progress } = (await listed())["100"];
        return [notes, progress, two.conflicts.size];
        """
    )
    assert ended == ["mine", 1, 0]


def test_what_was_typed_for_an_entry_that_another_device_removed_is_not_lost(run):
    ended = run(
        """
        const [one, two] = [await make("one"), await make("two")];
        await one.add({ id: "100", title: "", episodes: 12 }, "Watching");
        await one.settle(); await two.settle();
        two.network.isOffline = true;
        await two.update("100", { notes: "long" });
        await two.update("100", { score: 7 });
        await one.remove(["100"]);
        await one.settle();
        two.network.isOffline = false; two.wake();
        await two.settle();
        const [conflict] = two.conflicts.values();
        const isShown = two.entries.has("100");
        await two.resolve("100", "yours");
        await two.settle();
        const { notes, score, type } = (await listed())["100"];
        return { conflict, isShown, ended: [type, notes, score] };
        """
    )
    assert ended["conflict"]["theirs"] is None
    assert ended["conflict"]["yours"] == {"notes": "long", "score": 7}
    assert ended["isShown"] is False
    assert ended["ended"] == ["Watching", "long", 7]


def test_undo_takes_back_what_was_done_and_nothing_else(run):
    ended = run(
        """
        const device = await make("one");
        const anime = { id: "100", title: "", episodes: 12, airing_status: "finished" };
        await device.add(anime, "To Watch", { notes: "why", score: 8 });
        const unsent = await device.add({ id: "101", title: "" }, "Watching");
        device.network.isOffline = true;
        await device.undo(await device.add({ id: "102", title: "" }, "Watching"));
        const [dropped] = [device.entries.has("102")];
        device.network.isOffline = false; device.wake();
        await device.settle();
        const watched = await device.increment("100");
        await device.settle();
        await device.update("100", { tags: ["kept"] });
        await device.undo(watched);
        await device.settle();
        const once = (await listed())["100"];
        const removed = await device.remove(["100"]);
        await device.settle();
        await device.undo(removed);
        await device.undo(unsent);
        await device.settle();
        const pick = ({ type, progress, started_on, notes, score, tags }) =>
          [type, progress, started_on, notes, score, tags];
        return { dropped, once: pick(once), ids: Object.keys(await listed()),
                 twice: pick((await listed())["100"]) };
        """
    )
    assert ended["dropped"] is False
    assert ended["once"] == ["To Watch", 0, None, "why", 8, ["kept"]]
    assert ended["twice"] == ended["once"]
    assert ended["ids"] == ["100"]


def test_a_cursor_of_before_a_restore_is_overcome_by_a_whole_list(run, user):
    begin = """
        const device = (window.it ??= await make("one"));
        await device.add({ id: "100", title: "" }, "Watching");
        await device.settle();
        return device.cursor;
    """
    before = run(begin)
    UserState.objects.filter(user=user).update(epoch=1)
    ended = run(
        """
        await it.store.write((at) => void at("entries").put([{ anime_id: "999" }], 3));
        await it.load();
        const asked = it.network.sent.length;
        await it.settle();
        return { cursor: it.cursor, held: held(it), listed: await listed(),
                 asked: it.network.sent.slice(asked).map(({ address }) => address) };
        """
    )
    assert ended["cursor"] != before
    assert ended["held"] == ended["listed"] != {}
    assert ended["asked"][-1] == "/api/user/sync"


def test_retry_after_is_obeyed_and_pauses_grow(run):
    slept = run(
        """
        const device = await make("one");
        await device.settle();
        device.network.next.push(429, "lost request", 502, "lost request", "lost answer");
        await device.later("POST", "/api/user/searchHistory", { query: "naruto" });
        await device.settle();
        return device.network.slept;
        """
    )
    assert 1 <= slept[0] < 1.2  # asked for; all others are our own
    assert all(
        least <= pause <= 2 * least
        for least, pause in zip((1, 2, 4, 8), slept[1:], strict=True)
    )


def test_a_refused_change_is_told_and_holds_up_nothing(run):
    ended = run(
        """
        const device = await make("one");
        await device.add({ id: "7", title: "none of ours" }, "Watching");
        await device.later("PATCH", "/api/user/preferences", { theme: "purple" }, {});
        await device.add({ id: "100", title: "" }, "Watching");
        await device.settle();
        return { refusals: device.refusals, ids: [...device.entries.keys()] };
        """
    )
    assert ended["refusals"][0] == "The catalogue has no anime with the id 7."
    assert "theme" in ended["refusals"][1]
    assert ended["ids"] == ["100"]


@pytest.mark.parametrize("answer", ["404", "403", '"nothing"', '"no results"'])
def test_what_a_proxy_refuses_in_its_own_words_is_no_refusal(run, answer):
    """A sign-in page of a hotel, a firewall: the change waits, and is not dropped."""
    ended = run(
        """
        const device = await make("one");
        await device.add({ id: "100", title: "", episodes: 12 }, "Watching");
        await device.settle();
        const problems = new Set();
        device.addEventListener("status", () => device.problem && problems.add(device.problem.name));
        device.network.next.push(ANSWER);
        await device.increment("100");
        await device.settle();
        return [device.refusals, [...problems], device.problem, device.status,
          (await listed())["100"].progress];
        """.replace("ANSWER", answer)
    )
    assert ended == [[], ["Unexpected"], None, "settled", 1]


def test_files_have_the_time_that_their_size_takes(run):
    limits = run(
        """
        const { Api } = await import("/static/js/collection/index.js");
        const limits = [];
        const { timeout } = AbortSignal;
        AbortSignal.timeout = (limit) => (limits.push(limit), timeout.call(AbortSignal, limit));
        const fetch = async () => new Response('{"success": true, "data": null}');
        const form = new FormData();
        form.append("file", new Blob(["x".repeat(800_000)]));
        const api = new Api({ fetch });
        await api.send("GET", "/"); await api.send("POST", "/", {}); await api.send("POST", "/", form);
        return limits;
        """
    )
    assert limits == [15_000, 30_000, 130_000]


def test_somebody_who_waits_is_told_of_silence_after_two_tries(run):
    ended = run(
        """
        const { Api } = await import("/static/js/collection/index.js");
        const { timeout } = AbortSignal;
        AbortSignal.timeout = () => timeout.call(AbortSignal, 20);
        let asked = 0;
        const fetch = (_, { signal }) => new Promise((_, reject) => {
          asked += 1;
          signal.addEventListener("abort", () => reject(signal.reason));
        });
        const api = new Api({ fetch, sleep: async () => {} });
        const { name, isSilent } = await api.ask("GET", "/").catch((error) => error);
        return [name, isSilent, asked];
        """
    )
    assert ended == ["Offline", True, 2]


def test_signed_out_changes_wait_for_the_next_sign_in(run, user):
    ended = run(
        """
        const device = (window.it = await make("one"));
        await device.settle();
        await fetch("/api/auth/signout", { method: "POST" });
        await device.add({ id: "100", title: "" }, "Watching");
        await device.settle();
        return [device.status, device.unsent.length, device.entries.has("100")];
        """
    )
    assert ended == ["signed_out", 1, True]
    ended = run(
        f"""
        const {{ signIn }} = await import("/static/js/collection/index.js");
        await signIn({{ email: "{user.email}", password: "Right-Horse-7" }});
        it.signedIn();
        await it.settle();
        return [it.status, it.unsent.length, Object.keys(await listed())];
        """
    )
    assert ended == ["settled", 0, ["100"]]


def test_without_a_live_feed_it_asks_from_time_to_time(run):
    ended = run(
        """
        const idle = await make("idle");
        const device = await make("asks", { poll: 0.2 });
        await Promise.all([idle.settle(), device.settle()]);
        const heard = new Promise((done) => device.on("changed", ({ detail }) => done(detail.ids)));
        const other = await make("other");
        await other.add({ id: "100", title: "" }, "Watching");
        const ids = await heard;
        device.close();
        const asked = device.network.sent.length;
        await new Promise((later) => setTimeout(later, 500));
        return [ids, idle.entries.size, device.network.sent.length - asked];
        """
    )
    assert ended == [["100"], 0, 0]


def test_signing_in_says_that_the_cookie_was_not_kept(run, user):
    ended = run(
        f"""
        const {{ NoCookie, signIn }} = await import("/static/js/collection/index.js");
        const keepsNone = (address, how) => fetch(address, {{ ...how, credentials: "omit" }});
        const typed = {{ email: "{user.email}", password: "Right-Horse-7" }};
        const failed = await signIn(typed, {{ fetch: keepsNone }}).catch((error) => error);
        return failed instanceof NoCookie && failed.message;
        """
    )
    assert ended == "The session cookie was not kept."


def test_tabs_of_one_browser_share_the_copy_and_send_once(device, user):
    context = device(user)
    one, two = script_runner(context), script_runner(context)
    begin = 'window.it = await make("tabs", { socket: true }); await it.settle();'
    one(begin)
    two(begin)
    one(
        """
        await it.add({ id: "100", title: "" }, "Watching");
        for (let time = 0; time < 5; time++) await it.increment("100");
        await it.settle();
        """
    )
    two(
        'for (let time = 0; time < 5; time++) await it.increment("100"); await it.settle();'
    )
    shown = [
        run(
            """
            const isThere = () => it.entries.get("100")?.progress === 10 && !it.unsent.length;
            for (let time = 0; time < 100 && !isThere(); time++) {
              await new Promise((later) => setTimeout(later, 30));
            }
            return [it.entries.get("100").progress, it.unsent.length, (await listed())["100"].progress];
            """
        )
        for run in (one, two)
    ]
    assert shown == [[10, 0, 10]] * 2


def test_searches_are_heard_one_by_one_and_forgotten_everywhere(device, user):
    one, two = script_runner(device(user)), script_runner(device(user))
    begin = 'window.it = await make("live", { socket: true }); await it.settle();'
    one(begin)
    two(begin)
    one(
        """
        for (const query of ["a", "b", "c"]) {
          await it.later("POST", "/api/user/searchHistory", { query });
        }
        await it.settle();
        const [, b] = it.wholes.searchHistory;
        await it.later("DELETE", `/api/user/searchHistory/${b.id}`);
        await it.settle();
        """
    )
    shown = two(
        """
        const queries = () => (it.wholes.searchHistory ?? []).map(({ query }) => query).join();
        for (let time = 0; time < 200 && queries() !== "c,a"; time++) {
          await new Promise((later) => setTimeout(later, 30));
        }
        return [queries(), it.network.sent.filter((sent) => sent.method !== "GET").length];
        """
    )
    assert shown == ["c,a", 0]


def test_a_change_on_one_device_is_heard_on_the_other_within_a_second(device, user):
    one, two = script_runner(device(user)), script_runner(device(user))
    begin = """
        window.it = await make("live", { socket: true });
        await it.settle();
        while (!it.isLive) await new Promise((later) => setTimeout(later, 20));
    """
    one(begin)
    two(begin)
    two(
        """
        window.heard = new Promise((heard) => it.addEventListener("changed",
          ({ detail }) => detail.ids?.includes("100") && heard(performance.now())));
        """
    )
    one('await it.add({ id: "100", title: "" }, "Watching"); await it.settle();')
    assert (
        two("return Boolean(await heard) && it.entries.get('100').type;") == "Watching"
    )
    assert two("return it.network.sent.filter((r) => r.method !== 'GET').length") == 0
