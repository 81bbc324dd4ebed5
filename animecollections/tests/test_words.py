"""The web client speaks Spanish: every sentence, and the compiled file agrees."""

import io
import re

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings

from animecollections.words import words_in

FOLDER = settings.BASE_DIR / "locale" / "es" / "LC_MESSAGES"
SPOKEN = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)+)"')
TRANSLATED = re.compile(r"""{% translate (['"])(.+?)\1""")


def catalogue():
    with (FOLDER / "django.po").open("rb") as file:
        return read_po(file, locale="es")


def sentences():
    for path in (settings.BASE_DIR / "static" / "js").glob("*.js"):
        yield from SPOKEN.findall(path.read_text())
    page = (settings.BASE_DIR / "templates" / "app.html").read_text()
    yield from (sentence for _, sentence in TRANSLATED.findall(page))


def test_every_sentence_is_translated_and_none_is_left_over():
    told = {message.id for message in catalogue() if message.id and message.string}
    assert set(sentences()) == told


def test_translations_fill_in_the_same_values():
    names = re.compile(r"\{\w+\}")
    for message in catalogue():
        if message.id:
            wanted = set(names.findall(message.id))
            assert set(names.findall(message.string)) == wanted, message.id


def test_sentences_are_short_and_name_no_field():
    for message in catalogue():
        for sentence in (message.id, message.string) if message.id else ():
            assert len(sentence) <= 190, sentence
            assert " …" not in sentence
            assert not re.search(r"[a-z]_[a-z]", re.sub(r"\{\w+\}", "", sentence))


def test_the_compiled_file_agrees_with_its_source():
    """`make words` writes it; a fresh machine has no msgfmt."""
    made = io.BytesIO()
    write_mo(made, catalogue())
    assert (FOLDER / "django.mo").read_bytes() == made.getvalue(), "run: make words"
    assert words_in("es")["Undo"] == "Deshacer"
    assert words_in("en") == {}
