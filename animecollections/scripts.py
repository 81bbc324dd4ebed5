"""The modules of static/js as pages name them: with the hash of their content, and with
what they say in the reader's language.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.templatetags.static import static

Found = TypeVar("Found")
IMPORTED = re.compile(r'^(?:import|export)\b[^;(]*? from "(\.[^"]+)";', re.MULTILINE)
SPOKEN = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)+)"')


def once(find: Callable[[], Found]) -> Callable[[], Found]:
    """Looked up once a process; each time with DEBUG, where files are edited."""
    kept = cache(find)
    return lambda: find() if settings.DEBUG else kept()


def with_imports(*first: str) -> list[str]:
    """These modules, and all that they import, directly or not. What is loaded later,
    with import(…), is not needed yet.
    """
    root = Path(settings.BASE_DIR, "static").resolve()
    found = list(first)
    for name in found:  # which grows
        path = root / name
        for other in IMPORTED.findall(path.read_text()):
            its_name = str((path.parent / other).resolve().relative_to(root))
            if its_name not in found:
                found.append(its_name)
    return found


def addresses(names: Iterable[str]) -> dict[str, str]:
    """{the name by which modules import each other: the address with its content's
    hash}, so that what a proxy keeps for good is never the wrong one.
    """
    return {f"{settings.STATIC_URL}{name}": static(name) for name in names}


def import_map(imports: Mapping[str, str]) -> str:
    return json.dumps({"imports": imports})


def allowed(text: str) -> str:
    """How a Content-Security-Policy names a script that stands in the page: browsers
    take an import map from there alone.
    """
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def sentences_of(names: Iterable[str]) -> set[str]:
    """What these modules say, in English."""
    root = Path(settings.BASE_DIR, "static")
    texts = [(root / name).read_text() for name in names]
    return {sentence for text in texts for sentence in SPOKEN.findall(text)}
