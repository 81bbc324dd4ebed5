"""The catalogue that comes with the project, and its facts."""

import json
from collections import Counter
from pathlib import Path

import pytest

import collections_app
from collections_app.catalogue.reader import Record, open_source, read
from collections_app.catalogue.reader.text import Text
from collections_app.source_facts.cleaning import clean
from collections_app.source_facts.models import FactKind
from collections_app.source_facts.readers import Said, recognise
from collections_app.tests.catalogues import DATA

STARTER = Path(collections_app.__file__).parent / "starter_catalogue.jsonl"
STARTER_FACTS = STARTER.with_name("starter_facts.jsonl")
# Facts that do not depend on when one looks, and how many must agree.
LEAST_AGREEING = 0.95
FACTS = ("format", "episodes", "year", "season")


def records(path):
    with open_source(str(path)) as source:
        return list(read(source.stream))


@pytest.fixture(scope="module")
def starter():
    return records(STARTER)


def mal_id(record):
    (id_,) = [id_ for site, id_ in record.external_ids if site == "mal"]
    return int(id_)


def test_every_row_is_taken(starter):
    assert len(starter) >= 200
    assert [row for row in starter if not isinstance(row, Record)] == []


def test_no_id_is_on_two_titles(starter):
    claims = Counter(key for row in starter for key in row.external_ids)
    assert [key for key, number in claims.items() if number > 1] == []


def test_each_title_has_a_page_at_myanimelist_and_its_chief_facts(starter):
    for row in starter:
        assert mal_id(row) < 100_000_000
        assert row.genres, row.title
        assert row.format != "Unknown"
        assert row.airing_status != "unknown"


def test_relations_stay_within_it(starter):
    ids = {key for row in starter for key in row.external_ids}
    assert {key for row in starter for key in row.related} <= ids


@pytest.mark.skipif(
    not DATA.is_dir(), reason="the folder shared/data is not beside this repository"
)
def test_its_facts_agree_with_the_public_catalogue(starter):
    public = {
        mal_id(row): row
        for row in records(DATA / "anime.jsonl.gz")
        if isinstance(row, Record)
    }
    missing = [mal_id(row) for row in starter if mal_id(row) not in public]
    assert len(missing) <= len(starter) * (1 - LEAST_AGREEING), missing
    pairs = [(row, public[mal_id(row)]) for row in starter if mal_id(row) in public]
    for fact in FACTS:
        known = [
            (getattr(ours, fact), getattr(theirs, fact))
            for ours, theirs in pairs
            if getattr(theirs, fact) not in (None, "Unknown")
        ]
        agreeing = sum(ours == theirs for ours, theirs in known)
        assert agreeing >= LEAST_AGREEING * len(known), (fact, agreeing, len(known))


# --- Facts ----------------------------------------------------------------------------


def facts_in(path):
    """By MyAnimeList id and kind, as they would be stored; all can be kept."""
    found = {}
    flaws = []
    with open_source(str(path)) as source:
        text = Text(source.stream)
        for said in recognise(text)[0].read(text):
            assert isinstance(said, Said), said
            for site, id_ in said.ids:
                if site == "mal":
                    found[int(id_)] = {
                        kind: clean(kind, value, flaws)
                        for kind, value in said.values.items()
                    }
    assert flaws == []
    return found


def test_its_facts_are_of_every_kind_and_about_its_titles(starter):
    facts = facts_in(STARTER_FACTS)
    assert facts.keys() <= {mal_id(row) for row in starter}
    assert {kind for of_title in facts.values() for kind in of_title} == {*FactKind}


@pytest.mark.skipif(
    not DATA.is_dir(), reason="the folder shared/data is not beside this repository"
)
def test_its_votes_are_those_that_were_counted():
    counted = {}
    for path in (DATA / "jikan_v4").glob("*-success.json"):
        titles = json.loads(path.read_bytes())["body"]["data"]
        for title in titles if isinstance(titles, list) else [titles]:
            votes = {"mean": title["score"], "count": title["scored_by"]}
            counted[title["mal_id"]] = votes
    votes = {
        id_: facts[FactKind.VOTES]
        for id_, facts in facts_in(STARTER_FACTS).items()
        if FactKind.VOTES in facts
    }
    assert votes == {id_: counted[id_] for id_ in votes}
