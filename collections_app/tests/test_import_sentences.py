"""The codes of what an import says: each sentence of the code has one."""

import ast
import re

import pytest
from django.conf import settings

from collections_app.imports.sentences import SENTENCES, coded
from collections_app.transfer.records import RowError
from collections_app.transfer.viewings import from_json

# A date's sentence ends with one of four, which stand in the table whole.
MADE_OF_PARTS = re.compile(r"is not a valid date|^\W*5\.$|^5: it ends too early")
OF_A_KIND = re.compile(r"^Removed here on|cannot be")  # with a day, or a type
VALUES = {"day": "2026-11-20", "type": "Watching", "what": "score", "times": "3"}


def refusals():
    """The sentences of rows, with 5 for every value in them."""
    for path in (settings.BASE_DIR / "collections_app/transfer").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            is_refusal = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if is_refusal and node.func.id == "RowError" and node.args:
                yield text_of(node.args[0])


def text_of(node):
    if isinstance(node, ast.JoinedStr):
        return "".join(map(text_of, node.values))
    return str(node.value) if isinstance(node, ast.Constant) else "5"


@pytest.mark.parametrize("sentence", sorted(set(refusals())))
def test_every_refusal_of_a_row_has_a_code(sentence):
    if not MADE_OF_PARTS.search(sentence):
        assert [said["code"] for said in coded(sentence)] != [""], sentence


def judgements():
    """The sentences of `judging` that stand there whole."""
    path = settings.BASE_DIR / "collections_app/imports/judging.py"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and isinstance(
            node.value, ast.Constant | ast.JoinedStr
        ):
            sentence = text_of(node.value)
            if sentence.endswith(".") and "{" not in sentence:
                yield sentence.strip()


@pytest.mark.parametrize("sentence", sorted(set(judgements())))
def test_every_judgement_of_a_row_has_a_code(sentence):
    sentence = sentence.removeprefix("5 ")
    if not OF_A_KIND.search(sentence):
        assert [said["code"] for said in coded(sentence)] != [""], sentence


@pytest.mark.parametrize(
    "said", [[{"number": "x"}], [{"number": 1, "state": "active", "where": 5}]]
)
def test_what_is_wrong_in_a_viewing_has_a_code(said):
    with pytest.raises(RowError) as refused:
        from_json(said)
    assert [one["code"] for one in coded(str(refused.value))] != [""]


@pytest.mark.parametrize("code", SENTENCES)
def test_a_code_is_found_again(code):
    names = set(re.findall(r"\{(\w+)\}", SENTENCES[code]))
    values = {name: VALUES.get(name, "5") for name in names}
    sentence = SENTENCES[code].format(**values)
    assert coded(sentence) == [{"code": code, "sentence": sentence, "values": values}]


def test_sentences_come_in_their_order_and_say_how_often():
    text = (
        "Recognised by its name. The score 7.77 is stored as 7.8. (3 ×) Row 5 is odd."
    )
    assert [said["code"] for said in coded(text)] == [""]  # one of them has no code
    first, second = coded(text.removesuffix(" Row 5 is odd."))
    assert (first["code"], first["values"]) == ("recognised", {"grounds": "name"})
    assert second["values"] == {"text": "7.77", "n": "7.8", "times": "3"}
