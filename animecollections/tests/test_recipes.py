"""Recipes name files; a file that was moved is a step that nobody can follow."""

import re

import pytest
from django.conf import settings

RECIPES = sorted((settings.BASE_DIR / "docs" / "recipes").glob("*.md"))
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|\w+\.(?:py|toml|md|js))`")


def test_the_list_of_recipes_leads_to_each():
    [index] = [path for path in RECIPES if path.stem == "README"]
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", index.read_text()))
    assert linked == {path.name for path in RECIPES if path != index}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_every_path_that_a_recipe_names_exists(recipe):
    named = PATH.findall(recipe.read_text())
    assert named
    assert not [path for path in named if not (settings.BASE_DIR / path).exists()]
