"""Room for long work: bounded, one for each person, by turn."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier, Event, Lock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animecollections.api.errors import ApiError
from animecollections.api.permits import Permits, of_process


def is_busy(permits, person):
    try:
        with permits.held(person):
            return False
    except ApiError as error:
        return error.code == "busy" and error.details == {"retry_after": 5}


def test_one_person_has_one_permit_and_others_have_the_rest():
    permits = Permits(2, waiting=0)
    with permits.held("a"):
        assert is_busy(permits, "a")
        assert not is_busy(permits, "b")
    assert not is_busy(permits, "a")


def test_when_all_permits_are_taken_the_next_is_busy_at_once_or_after_a_while():
    for waiting, seconds in ((0, 5), (1, 0.01)):
        permits = Permits(2, waiting=waiting, seconds=seconds)
        with permits.held("a"), permits.held("b"):
            assert is_busy(permits, "c")
        assert not is_busy(permits, "c")


def test_a_permit_is_given_back_whatever_happens_in_it():
    permits = Permits(1, waiting=0)
    with pytest.raises(ZeroDivisionError), permits.held("a"):
        raise ZeroDivisionError
    assert not is_busy(permits, "b")


def test_who_waits_gets_the_permit_that_becomes_free():
    permits, is_in = Permits(1, waiting=1), Event()

    def wait():
        with permits.held("b"):
            is_in.set()

    with ThreadPoolExecutor(1) as pool:
        with permits.held("a"):
            waiting = pool.submit(wait)
            until(lambda: permits.queue)
            assert not is_in.is_set()
            assert is_busy(permits, "c")  # one waits already
        waiting.result(5)
    assert is_in.is_set()


def test_who_waits_for_their_own_work_keeps_nobody_out():
    permits = Permits(2, waiting=2)
    with ThreadPoolExecutor(1) as pool:
        with permits.held("a"):
            second = pool.submit(lambda: is_busy(permits, "a"))
            until(lambda: permits.queue)
            assert not is_busy(permits, "b")
            assert is_busy(permits, "a")  # one turn to wait, too
        assert second.result(5) is False


@settings(max_examples=20, deadline=None)
@given(
    people=st.lists(st.sampled_from("abcd"), min_size=1, max_size=12),
    at_once=st.integers(1, 3),
)
def test_never_more_at_once_nor_one_person_twice_and_nobody_is_forgotten(
    people, at_once
):
    permits = Permits(at_once, waiting=len(people))
    lock, inside, start = Lock(), [], Barrier(len(people))

    def work(person):
        start.wait()
        try:
            with permits.held(person):
                with lock:
                    inside.append(person)
                    assert len(inside) == len(set(inside)) <= at_once
                time.sleep(0.001)
                with lock:
                    inside.remove(person)
        except ApiError:
            return 0  # the third of one person
        return 1

    with ThreadPoolExecutor(len(people)) as pool:
        done = list(pool.map(work, people))
    assert sum(done) >= len(set(people))
    assert not permits.inside
    assert not permits.queue


@pytest.mark.parametrize(
    ("threads", "at_once", "waiting"),
    [(1, 1, 0), (2, 1, 0), (3, 1, 1), (4, 2, 1), (8, 2, 4), (64, 2, 46)],
)
def test_a_quarter_of_the_threads_is_always_left(threads, at_once, waiting):
    permits = of_process(threads)
    assert (permits.at_once, permits.most_waiting) == (at_once, waiting)
    assert at_once + waiting <= max(1, threads * 3 / 4)


def test_many_can_hold_permits_one_after_the_other():
    permits = Permits(3, waiting=0)
    with ExitStack() as held:
        for person in "abc":
            held.enter_context(permits.held(person))
        assert is_busy(permits, "d")


def until(is_so):
    for _ in range(500):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("It never was so.")
