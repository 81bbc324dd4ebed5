"""What could be read in two ways is refused; all else is read as it was meant."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animecollections.api.errors import ApiError
from animecollections.api.parsing import MAX_DEPTH, MAX_TOKENS, read_json


def refusal(raw):
    with pytest.raises(ApiError) as caught:
        read_json(raw)
    # Whatever was sent, the sentence itself can be sent.
    caught.value.sentence.encode()
    return caught.value.code


# --- Texts -------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"", b"  \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf "])
def test_nothing_is_an_empty_object(raw):
    assert read_json(raw) == {}


def test_a_byte_order_mark_is_skipped():
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'{"a": "\xff"}', "json_not_utf8"),
        (b'{"a": "\xed\xa0\x80"}', "json_not_utf8"),
        ('{"a": 1}'.encode("utf-16"), "json_not_utf8"),
        ('{"a": 1}'.encode("utf-16-le"), "json_invalid"),
        ('{"a": 1}'.encode("utf-32-be"), "json_invalid"),
        (b"{", "json_invalid"),
        (b'{"a": 1} {}', "json_invalid"),
        (b"{'a': 1}", "json_invalid"),
        (b'{"a": 1,}', "json_invalid"),
        (b'{"a": 01}', "json_invalid"),
        (b'{"a": "line\nbreak"}', "json_invalid"),
        (b'{"a": "\x00"}', "json_invalid"),
        (b'{"a": "\\u0000"}', "text_unusable"),
        (b'{"a": ["\\ud800"]}', "text_unusable"),
        (b'{"\\udfff": 1}', "text_unusable"),
        (b'{"a": "\\ude00\\ud83d"}', "text_unusable"),
        (b'{"a": 1, "a": 1}', "json_duplicate_key"),
        (b'{"x": {"a": 1, "\\u0061": 2}}', "json_duplicate_key"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "json_duplicate_key"),
        (b'{"a": NaN}', "json_number"),
        (b'{"a": -Infinity}', "json_number"),
        (b'{"a": 1e400}', "json_number"),
        (b'{"a": -1e400}', "json_number"),
        (b'{"a": 9223372036854775808}', "json_number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "json_number"),
    ],
)
def test_refused(raw, code):
    assert refusal(raw) == code


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b'{"notes": "\\u0000"}', {"notes": ""}),
        (b'{"tags": ["a", "\\ud800"]}', {"tags": "1: "}),
        (b'{"operations": [{}, {"notes": "a\\u0000"}]}', {"operations": "1.notes: "}),
        (b'[{}, {"query": "\\udfff"}]', {"1": "query: "}),
        (b'{"\\udfff": "\\ud800"}', {}),
        (b'{"filters": {"\\u0000": 1}}', {"filters": ""}),
    ],
)
def test_a_refusal_says_where_a_text_stands_that_cannot_be_kept(raw, fields):
    with pytest.raises(ApiError) as caught:
        read_json(raw)
    sentence = (
        "This has a NUL or half a surrogate pair, which cannot be stored. Remove it."
    )
    assert caught.value.code == "text_unusable"
    assert caught.value.fields == {
        name: [place + sentence] for name, place in fields.items()
    }
    assert caught.value.sentence.endswith(sentence)


def test_pairs_of_surrogates_are_one_character():
    assert read_json(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


def test_the_sentence_says_where():
    with pytest.raises(ApiError, match="line 2, column 6"):
        read_json(b'{"a": 1,\n "b" 2}')
    with pytest.raises(ApiError, match="byte 7"):
        read_json(b'{"a": "\xff"}')
    with pytest.raises(ApiError, match='"genre" twice'):
        read_json(b'{"genre": 1, "genre": 2}')


def test_the_largest_integer_that_is_read():
    assert read_json(b'{"a": 9223372036854775807}') == {"a": 2**63 - 1}


# --- Depth -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")]
)
def test_as_deep_as_allowed(start, end):
    times = MAX_DEPTH // start.count("[") if start == "[" else MAX_DEPTH
    if start == '[{"a":':
        times = MAX_DEPTH // 2
    assert read_json((start * times + "1" + end * times).encode())
    deeper = f"[{start * times}1{end * times}]"
    assert refusal(deeper.encode()) == "json_too_deep"


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 100_000, b"[{" * 100_000])
def test_100_000_brackets_are_refused(raw):
    assert refusal(raw) == "json_too_deep"


def test_many_side_by_side_are_not_deep():
    assert len(read_json(b'{"a": [' + b"[]," * 999 + b"{}]}")["a"]) == 1000


def test_brackets_within_texts_do_not_count():
    text = "[{" * 1000 + '\\"' + "[{" * 1000
    assert read_json(json.dumps({"a": text}).encode()) == {"a": text}


def test_a_text_of_14_mb_is_read():
    text = "x" * 14_000_000
    assert read_json(json.dumps({"image": text, "a": [[]] * 50}).encode())


# --- Number ------------------------------------------------------------------------


@pytest.mark.parametrize("value", [b"1", b"{}", b'{"a":1}', b'"a"'])
def test_millions_of_values_are_refused(value):
    values = b",".join([value] * MAX_TOKENS)
    assert refusal(b'{"image":[' + values + b"]}") == "json_too_many_values"


@pytest.mark.parametrize("junk", [b'""', b"]", b"[]"])
def test_millions_of_what_is_no_json_are_not_looked_through(junk):
    raw = b"[" * MAX_DEPTH + b"]" + junk * MAX_TOKENS
    assert refusal(b"[]" + raw) == "json_too_many_values"


def test_as_many_values_as_allowed():
    ones = b",".join([b"1"] * (MAX_TOKENS - 1))
    assert len(read_json(b"[" + ones + b"]")) == MAX_TOKENS - 1
    assert refusal(b"[" + ones + b",1,1]") == "json_too_many_values"


def test_commas_within_texts_do_not_count():
    text = ",[{" * MAX_TOKENS
    assert read_json(json.dumps({"a": text}).encode()) == {"a": text}


# --- Everything else ---------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
numbers = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(
    allow_nan=False, allow_infinity=False
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
    ),
    max_leaves=25,
)


@given(value=values, ascii_only=st.booleans())
@settings(max_examples=200, deadline=None)
def test_whatever_json_says_is_read_back(value, ascii_only):
    raw = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert read_json(raw) == value


@given(raw=st.binary(max_size=200) | texts.map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused_in_our_words(raw):
    with suppress(ApiError):
        value = read_json(raw)
        # What is read can be written again.
        json.dumps(value, allow_nan=False).encode()


@given(
    head=st.sampled_from(['{"a": ', "[", '{"a": [{"b": ', ""]),
    value=st.sampled_from(
        ["NaN", "1e999", "-", '"\\ud800"', '"\\u0000"', '"\\', "tru", "[[[", "}", ":"]
    ),
    tail=st.sampled_from(["", "}", "]", "}]}", ","]),
)
@settings(deadline=None)
def test_broken_pieces_are_refused_in_our_words(head, value, tail):
    with pytest.raises(ApiError):
        read_json((head + value + tail).encode())


# --- Over HTTP ---------------------------------------------------------------------

over_http = pytest.mark.urls("animecollections.tests.urls")


def post(client, raw, content_type="application/json", path="/api/echo"):
    return client.generic("POST", path, raw, content_type)


@over_http
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
@pytest.mark.django_db
def test_json_text_and_nothing_said_are_read_as_json(visitor, content_type):
    for parameters in ("", "; charset=utf-8", ";charset=latin-1"):
        named = content_type + parameters if content_type else ""
        response = post(visitor, '{"a": "é"}'.encode(), named)
        assert response.json()["data"] == {"a": "é"}


@over_http
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"null", "null"),
        (b"[]", "an array"),
        (b'"text"', "a text"),
        (b"true", "a boolean"),
        (b"1.5", "a number"),
    ],
)
def test_anything_but_an_object_is_told_by_name(visitor, raw, found):
    response = post(visitor, raw)
    assert response.status_code == 400
    assert response.json()["code"] == "object_expected"
    assert found in response.json()["error"]


@over_http
@pytest.mark.django_db
def test_an_array_only_where_one_is_taken(visitor):
    assert post(visitor, b"[1]", path="/api/echo-array").json()["data"] == [1]
    assert post(visitor, b"[1]").status_code == 400
    assert post(visitor, b"1", path="/api/echo-array").status_code == 400


@over_http
@pytest.mark.django_db
def test_no_body_is_an_empty_object(visitor):
    assert visitor.post("/api/echo").json()["data"] == {}
