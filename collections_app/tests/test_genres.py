"""Genres among the tags of many sites, and studios spelled as they spell themselves."""

import gzip
import json
from pathlib import Path

import pytest

from collections_app.catalogue.genres import (
    DEMOGRAPHICS,
    GENRES,
    MATURE,
    SYNONYMS,
    THEMES,
    display_studio,
    genres_of,
    is_mature,
)

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the folder shared/data is not beside this repository"
)


def test_genres_come_before_themes_and_demographics_each_as_in_the_file():
    tags = ["shounen", "school", "drama", "mecha", "based on a manga", "action"]
    assert genres_of(tags) == ("Drama", "Action", "School", "Mecha", "Shounen")


def test_other_words_for_a_genre_count_once():
    tags = ["sci fi", "Science Fiction ", "science-fiction", "sci-fi"]
    assert genres_of(tags) == ("Sci-Fi",)


@pytest.mark.parametrize(
    ("tag", "genre"),
    [
        ("yaoi", "Boys Love"),
        ("yuri", "Girls Love"),
        ("magical girl", "Mahou Shoujo"),
        ("cgdct", "CGDCT"),
        ("cute girls doing cute things", "CGDCT"),
        ("idols (female)", "Idols (Female)"),
        ("idols (male)", "Idols (Male)"),
        ("thriller", "Suspense"),
        ("dementia", "Avant Garde"),
        ("slice of life", "Slice of Life"),
    ],
)
def test_a_tag_is_shown_as_its_genre(tag, genre):
    assert genres_of([tag]) == (genre,)


def test_tags_that_are_no_genres_are_dropped():
    assert genres_of(["female protagonist", "present", "manga", "", "nudity"]) == ()


def test_every_word_means_one_genre():
    names = [*GENRES, *THEMES, *DEMOGRAPHICS]
    words = [name.casefold() for name in names]
    words += [word for others in SYNONYMS.values() for word in others]
    assert len(words) == len(set(words))
    assert set(SYNONYMS) <= set(names)
    assert all(word == word.casefold().strip() for word in words)


@pytest.mark.parametrize("tag", ["hentai", "Erotica", "adult content", "smut"])
def test_what_is_made_for_adults_is_mature(tag):
    assert is_mature(["comedy", tag])
    assert genres_of([tag]) != ()


@pytest.mark.parametrize("tag", ["ecchi", "nudity", "erotic game", "gore", "yaoi"])
def test_what_only_teases_or_frightens_is_not_mature(tag):
    assert not is_mature([tag])
    assert tag not in MATURE


@pytest.mark.parametrize(
    "name",
    [
        "8bit",
        "A-1 Pictures",
        "A.C.G.T.",
        "AIC",
        "AIC ASTA",
        "Asread.",
        "Brain's Base",
        "C2C",
        "Children's Playground Entertainment",
        "CloverWorks",
        "CoMix Wave Films",
        "Creators in Pack",
        "Diomedéa",
        "feel.",
        "GoHands",
        "J.C.Staff",
        "LIDENFILMS",
        "MAPPA",
        "OLM",
        "P.A. Works",
        "Production I.G",
        "Project No.9",
        "Shin-Ei Animation",
        "SILVER LINK.",
        "Studio 4°C",
        "TMS Entertainment",
        "TNK",
        "Toei Animation",
        "TROYCA",
        "ufotable",
        "Wit Studio",
        "Y.O.U.C",
        "Zero-G",
    ],
)
def test_a_studio_is_spelled_as_it_spells_itself(name):
    assert display_studio(name.lower()) == name
    assert display_studio(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("deen", "Studio Deen"),
        ("pierrot", "Studio Pierrot"),
        ("  toei   animation ", "Toei Animation"),
        ("WIT STUDIO", "WIT STUDIO"),
        ("in short", "In Short"),
        ("東映", "東映"),
        ("", ""),
    ],
)
def test_other_writings_of_studios(name, shown):
    assert display_studio(name) == shown


def items_of(name):
    text = gzip.decompress((DATA / "catalogues" / name).read_bytes()).decode()
    if ".jsonl" in name:
        return [json.loads(line) for line in text.splitlines()[1:]]
    return json.loads(text)["data"]


@needs_data
def test_every_tag_of_the_real_catalogue_is_a_genre():
    tags = {tag for item in items_of("anime.jsonl.gz") for tag in item["tags"]}
    assert {tag for tag in tags if not genres_of([tag])} == set()


@needs_data
def test_most_titles_of_2023_have_a_genre():
    items = items_of("anime-offline-database_2023_1120.json.gz")
    tagged = [item["tags"] for item in items if len(item["tags"]) > 2]
    assert sum(map(bool, map(genres_of, tagged))) / len(tagged) > 0.95
