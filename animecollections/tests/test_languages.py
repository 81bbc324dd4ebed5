"""What the API says, in each language: every sentence, by preference or as accepted."""

import ast
import re
from time import perf_counter

import pytest
from django.conf import settings
from django.utils.translation import get_language

from animecollections.api.errors import CODES, PLAIN
from animecollections.api.language import LONGEST, accepted, table_of, told_in
from animecollections.translations import words_in
from animecollections.viewer import Audience
from collections_app.imports.sentences import SENTENCES
from collections_app.scrobbling.sentences import WHY
from collections_app.watch_list.fields import FIELDS
from collections_app.watch_list.models import STATES_OF_TYPE, EntryType, ViewingState
from history.log.parts import SAID_OF_KIND
from profiles.models import Preferences

LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]
in_each_language = pytest.mark.parametrize("language", LANGUAGES)
SAYS = (
    "refuse", "ValidationError", "ApiError", "RulesError", "ValueError",
    "UnsupportedFileError", "ImageRefused", "spoken", "RowError",
)  # fmt: skip
# Said to staff, to who runs the service, or to no person.
OF_OTHERS = re.compile(
    r"/(tests|migrations|management|admin|ops|demo|moving_in|merges|source_facts"
    r"|importing|reader|oidc|channels)/|/(environ|admin|scopes|schema|deprecation)\.py"
    r"|catalogue/(editing|writes|missing_titles)|privacy_requests|staff/services"
)


@in_each_language
def test_no_code_is_without_its_sentence(language):
    table = words_in(language, "api")
    ours = {kind.sentence for kind in CODES.values()} - {"{sentence}"}
    ours |= {*PLAIN.values(), *SENTENCES.values(), *WHY.values()}
    ours |= {*SAID_OF_KIND.values()}
    ours |= {f"{state} viewing {{n}} of {{title}}" for state in ViewingState}
    assert [one for one in ours if one not in table] == []


def test_every_sentence_of_the_code_is_in_the_table():
    """The sentences that stand in the code, with 5 for every value in them."""
    missing = [
        (where, sentence)
        for where, sentence in sentences()
        if told_in("es", sentence) == sentence
    ]
    assert missing == []


def sentences():
    for app in ("animecollections", "collections_app", "profiles", "history"):
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            where = str(path.relative_to(settings.BASE_DIR))
            if not OF_OTHERS.search(where):
                yield from sentences_of(where, ast.parse(path.read_text()))


def sentences_of(where, tree):
    named = {
        node.targets[0].id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
        if name == "answer":
            yield from messages_of(where, node)
        if name not in SAYS:
            continue
        said = [*node.args, *(one.value for one in node.keywords)]
        if name == "ApiError":
            said = [one.value for one in node.keywords if one.arg == "sentence"]
        for one in said:
            values = one.values if isinstance(one, ast.Dict) else [one]
            for value in values:
                text = text_of(named.get(getattr(value, "id", ""), value))
                if " " in text and text[0] != "5":
                    yield where, text


def messages_of(where, call):
    for node in ast.walk(call):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if getattr(key, "value", "") == "message" and text_of(value):
                    yield where, text_of(value)


def text_of(node):
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr():
            return "".join(text_of(one) for one in node.values)
        case ast.FormattedValue():
            return "5"
        case ast.BinOp():
            return text_of(node.left) + text_of(node.right)
    return ""


@in_each_language
def test_our_words_in_sentences_are_in_the_table(language):
    """Labels of fields, types, states and audiences, which summaries are made of."""
    words = table_of(language).words
    ours = {field.label for field in FIELDS} | {*EntryType.values, *Audience.values}
    ours |= {state for states in STATES_OF_TYPE.values() for state in states}
    assert ours <= {*words}


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("Sign in first.", "Entra primero."),
        ("animeId: Send animeId.", "animeId: Envía animeId."),
        (
            "rules.all[0].score_min: Send a number from 0 to 10.",
            "rules.all[0].score_min: Envía un número de 0 a 10.",
        ),
        (
            "Recognised by its name and year. The score 7.77 is stored as 7.8. (3 ×)",
            "Reconocido por su nombre y año. La nota 7.77 se guarda como 7.8. (3 ×)",
        ),
        (
            "The body is larger than the 65,536 bytes allowed here.",
            "El cuerpo tiene más de los 65\xa0536 bytes que se permiten aquí.",
        ),
        ("A later release says this.", "A later release says this."),
        ("Sign in first. And this?", "Entra primero. And this?"),
        ("{} {0} %s", "{} {0} %s"),
        ("Anime {x} is not on your list: add it first.", None),
        ("", ""),
    ],
)
def test_sentences_are_found_again_with_what_stands_in_them(english, spanish):
    if spanish is None:
        spanish = "El anime {x} no está en tu lista: añádelo antes."
    assert told_in("es", english) == spanish
    assert told_in("en", english) == english


@pytest.mark.parametrize(
    "text",
    [
        "a" * LONGEST,
        "x: " * (LONGEST // 3),
        ". " * (LONGEST // 2),
        "(" * LONGEST,
        "A a webhook has no b: " * (LONGEST // 22),
        "“a” is not known here. Did you mean b? Choose from " * (LONGEST // 51),
    ],
)
def test_a_text_that_is_none_of_ours_or_nearly_one_takes_no_time(text):
    begun = perf_counter()
    told_in("es", text)
    assert perf_counter() - begun < 2


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("es", "es"),
        ("es-MX,en;q=0.5", "es"),
        ("de,en;q=0.8,es;q=0.2", "en"),
        ("de, *", "en"),
        ("xx-\x00, ;;q=9", "en"),
        ("es" * 5000, "en"),
    ],
)
def test_a_visitor_is_answered_in_what_they_accept(header, language):
    assert accepted(header) == language


@pytest.fixture
def speaks_spanish(alice):
    Preferences.objects.filter(user=alice).update(language="es")


IN_SPANISH = {"Accept-Language": "es-ES,es;q=0.9"}


@pytest.mark.django_db
def test_visitors_get_failures_as_they_accept_and_no_cache_mixes_them_up(visitor):
    for path in ("/api/user/watchList", "/api/nowhere", "/api/animes/9?x=1"):
        english = visitor.get(path)
        spanish = visitor.get(path, headers=IN_SPANISH)
        for answer in (english, spanish):
            assert "Accept-Language" in answer["Vary"], path
        said, same = spanish.json(), english.json()
        assert said["error"] == told_in("es", same["error"]) != same["error"]
        assert said["code"] == same["code"]
    assert said["fields"]["x"] == [said["error"]]
    seen = visitor.get("/api/animes", headers=IN_SPANISH)
    assert "Accept-Language" not in seen["Vary"]  # the same for all: a CDN keeps one
    assert get_language() == "en"


@pytest.mark.django_db
def test_who_is_signed_in_is_answered_in_their_language(
    client, other_client, speaks_spanish, death_note
):
    """Whatever the browser accepts; and nobody else is, in the same thread."""
    sent = {"animeId": 1535, "type": "To Watch", "score": 99}
    answers = [
        one.post("/api/user/watchList", sent, format="json", headers=headers)
        for one, headers in ((client, {}), (other_client, IN_SPANISH))
    ]
    assert [answer.json()["fields"]["score"] for answer in answers] == [
        ["Una nota va de 0 a 10."],
        ["A score is from 0 to 10."],
    ]
    added = client.post("/api/user/watchList", sent | {"score": 9, "progress": 40})
    assert added.json()["data"]["message"] == "Anime añadido a la lista"
    assert added.json()["meta"]["warnings"][0]["message"] == (
        "El progreso 40 pasa de los 37 episodios que conoce el catálogo."
    )
    batch = {"operations": [{"op": "undo"}, 5, {"op": "patch", "animeId": 1535}]}
    results = client.post("/api/user/watchList/batch", batch, format="json").json()
    assert "Una operación es un objeto." in str(results)
    assert get_language() == "en"


@pytest.mark.django_db
def test_operations_are_told_in_the_language_of_now_without_asking_for_it(
    client, alice, death_note, budget
):
    client.post("/api/user/watchList", {"animeId": 1535, "type": "To Watch"})
    client.patch("/api/user/watchList/1535", {"type": "Watching", "score": 9.5})
    english = client.get("/api/user/operations")
    Preferences.objects.filter(user=alice).update(language="es")
    held = {"If-None-Match": english["ETag"]}
    with budget(4, "the sign-in check, with the language; operations, changes, titles"):
        spanish = client.get("/api/user/operations", headers=held)
    assert spanish.status_code == 200  # none that is held in another language
    first, last = [one["summary"] for one in spanish.json()["data"]]
    assert first.startswith("Death Note movido de Por ver a Viendo, nota nada → 9.5")
    assert last == "Death Note añadido a Por ver"
    held = {"If-None-Match": spanish["ETag"]}
    assert client.get("/api/user/operations", headers=held).status_code == 304


@pytest.mark.django_db
def test_reasons_of_an_import_are_told_in_the_language_of_who_reads(
    client, alice, death_note
):
    file = b"title,status,score\nDeath Note,Completed,7.77\nNobody's,Completed,1\n"
    plan = client.generic("POST", "/api/user/imports", file, content_type="text/csv")
    path = f"/api/user/imports/{plan.json()['data']['id']}"
    english = client.get(f"{path}/rows").json()["data"]
    Preferences.objects.filter(user=alice).update(language="es")
    spanish = client.get(f"{path}/rows").json()["data"]
    for was, row in zip(english, spanish, strict=True):
        assert row["reason"] == told_in("es", was["reason"]) != was["reason"]
        codes = [one["code"] for one in row["reason_codes"]]
        assert codes == [one["code"] for one in was["reason_codes"]]
    assert spanish[1]["reason"].startswith("El catálogo no tiene")
