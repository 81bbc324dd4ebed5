"""Bodies kept in the process: so many bytes, the longest unasked going first."""

from animecollections.api.response_cache import ResponseCache


def test_a_body_that_is_kept_is_had_again():
    bodies = ResponseCache(100)
    bodies.keep('"a"', b"ten bytes.")
    assert bodies.get('"a"') == b"ten bytes."
    assert bodies.get('"b"') is None


def test_the_longest_unasked_makes_room():
    bodies = ResponseCache(80)
    for number in range(8):
        bodies.keep(str(number), b"ten bytes.")
    bodies.get("0")
    bodies.keep("8", b"ten bytes.")
    assert bodies.get("0") is not None
    assert bodies.get("1") is None
    assert sum(map(len, bodies.kept.values())) == 80


def test_a_body_kept_anew_counts_once():
    bodies = ResponseCache(80)
    for _ in range(20):
        bodies.keep("same", b"ten bytes.")
    bodies.keep("other", b"ten bytes.")
    assert bodies.get("same") is not None
    assert bodies.room == 60


def test_what_would_crowd_out_all_others_is_not_kept():
    bodies = ResponseCache(80)
    bodies.keep("large", b"eleven byte")
    assert bodies.get("large") is None


def test_no_room_keeps_nothing():
    bodies = ResponseCache(0)
    bodies.keep("a", b"body")
    assert bodies.get("a") is None
