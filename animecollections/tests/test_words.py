"""What is said in other languages than English: every sentence, in each of them."""

import io
import re

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings

from animecollections.translations import words_in
from profiles.models import Preferences

LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]
in_each_domain = pytest.mark.parametrize("domain", ["django", "api"])
in_each_language = pytest.mark.parametrize("language", LANGUAGES)
SPOKEN = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)+)"')
TRANSLATED = re.compile(r"""{% translate (['"])(.+?)\1""")


def folder(language):
    return settings.BASE_DIR / "locale" / language / "LC_MESSAGES"


def catalogue(language, domain="django"):
    with (folder(language) / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language)


def sentences():
    for path in (settings.BASE_DIR / "static" / "js").rglob("*.js"):
        yield from SPOKEN.findall(path.read_text())
    for path in (settings.BASE_DIR / "profiles" / "public_pages").glob("*.py"):
        yield from SPOKEN.findall(path.read_text())
    templates = settings.BASE_DIR / "templates"
    for path in (templates / "app.html", *(templates / "public").glob("*.html")):
        yield from (sentence for _, sentence in TRANSLATED.findall(path.read_text()))


@in_each_language
def test_every_sentence_is_translated_and_none_is_left_over(language):
    told = {
        message.id for message in catalogue(language) if message.id and message.string
    }
    assert set(sentences()) == told


@in_each_domain
@in_each_language
def test_translations_fill_in_the_same_values(language, domain):
    names = re.compile(r"\{\w+\}")
    for message in catalogue(language, domain):
        if message.id:
            wanted = set(names.findall(message.id))
            assert set(names.findall(message.string)) == wanted, message.id


@in_each_language
def test_sentences_are_short_and_name_no_field(language):
    for message in catalogue(language):
        for sentence in (message.id, message.string) if message.id else ():
            assert len(sentence) <= 190, sentence
            assert " …" not in sentence
            assert not re.search(r"[a-z]_[a-z]", re.sub(r"\{\w+\}", "", sentence))


@in_each_domain
@in_each_language
def test_the_compiled_file_agrees_with_its_source(language, domain):
    """`make words` writes it; a fresh machine has no msgfmt."""
    made = io.BytesIO()
    write_mo(made, catalogue(language, domain))
    assert (folder(language) / f"{domain}.mo").read_bytes() == made.getvalue(), (
        "run: make words"
    )


def test_the_client_gets_the_sentences_of_its_language():
    assert words_in("es")["Undo"] == "Deshacer"
    assert words_in("en") == {}


@in_each_language
def test_every_mail_is_written_in_each_language(language):
    mails = settings.BASE_DIR / "templates" / "mail"
    written = {path.name for path in (mails / language).iterdir()}
    assert written == {path.name for path in (mails / "en").iterdir()}


def test_people_can_choose_each_language_and_no_other():
    words = (settings.BASE_DIR / "static" / "js" / "ui" / "words.js").read_text()
    offered = re.search(r"LANGUAGES = \[(.*?)\];", words)[1]
    assert re.findall(r'\["(\w+)", "(\w+)"\]', offered) == settings.LANGUAGES
    [constraint] = [
        one for one in Preferences._meta.constraints
        if one.name == "preferences_language"
    ]  # fmt: skip
    assert f"{[code for code, _ in settings.LANGUAGES]}" in str(constraint.condition)
