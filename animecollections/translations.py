"""The sentences of the web client's scripts in another language."""

import gettext
from functools import cache

from django.conf import settings


@cache
def words_in(language: str) -> dict[str, str]:
    """{English sentence: theirs}, of locale/…/django.mo; nothing for English."""
    path = settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / "django.mo"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {
        sentence: told
        for sentence, told in catalogue.items()
        if sentence and isinstance(sentence, str)
    }
