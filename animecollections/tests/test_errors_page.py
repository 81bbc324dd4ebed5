"""docs/errors.md and the table of codes are equal."""

import re

from django.conf import settings

from animecollections.api.errors import CODES

PAGE = settings.BASE_DIR / "docs" / "errors.md"


def rows():
    for line in PAGE.read_text().splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_every_code_is_documented_with_its_status_and_sentence():
    documented = {
        code.strip("`"): (int(status), sentence)
        for code, status, sentence, *_ in rows()
    }
    assert documented == {
        code: (kind.status, kind.sentence.replace("{{", "{").replace("}}", "}"))
        for code, kind in CODES.items()
    }


def test_every_code_is_documented_once_and_says_what_to_do():
    codes = [row[0] for row in rows()]
    assert len(codes) == len(set(codes))
    for code, _, _, _, retry, tell in rows():
        assert retry, code
        assert tell, code


def test_codes_are_words_and_sentences_are_sentences():
    for code, kind in CODES.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]+", code)
        assert 400 <= kind.status < 600
        assert kind.sentence == "{sentence}" or re.match(r"[A-Z{].*\.$", kind.sentence)


def test_no_code_is_dead():
    """Each is raised somewhere; a code that nobody can meet only confuses."""
    source = "".join(
        path.read_text()
        for app in ("animecollections", "collections_app", "profiles", "history")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if "tests" not in path.parts and path.name != "schema.py"
    )
    dead = {code for code in CODES if source.count(f'"{code}"') < 2}
    assert not dead
