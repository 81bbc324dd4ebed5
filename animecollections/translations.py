"""The sentences of locale/: `django` of the web client's scripts, `api` of the API."""

import gettext
from functools import cache

from django.conf import settings


@cache
def words_in(language: str, domain: str = "django") -> dict[str, str]:
    """{English sentence: theirs}, of locale/…/<domain>.mo; nothing for English."""
    path = settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / f"{domain}.mo"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {
        sentence: told
        for sentence, told in catalogue.items()
        if sentence and isinstance(sentence, str)
    }
