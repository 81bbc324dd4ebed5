"""The documented format for everything else: JSON lines keyed by any site's ids.

docs/catalogue.md describes it. The first line may say `{"source": "my-notes"}`.
"""

import json
import re
from collections.abc import Iterator

from collections_app.catalogue.reader.parsing import decode_line
from collections_app.catalogue.reader.pieces import UNDECODABLE, text_lines
from collections_app.catalogue.reader.records import Refusal, label_of
from collections_app.catalogue.reader.text import Text
from collections_app.source_facts.cleaning import shown
from collections_app.source_facts.models import FactKind
from collections_app.source_facts.readers.pieces import keys_of, list_of
from collections_app.source_facts.readers.said import Reader, Said

KINDS = {kind.value: kind for kind in FactKind}
ABOUT_A_TITLE = {"ids", "title", *KINDS}
BEGINS = re.compile(r'\s*\{.*"(?:ids|source)"\s*:')


def fits(head: str) -> bool:
    """By the first lines, of which some may be broken, and the last cut."""
    return any(BEGINS.match(line) for line in head.split("\n")[:5])


def source_of(head: str) -> str:
    """What the file calls its source, in its first line; "" where it does not."""
    try:
        item = json.loads(head.split("\n", 1)[0])
    except UNDECODABLE:
        return ""
    name = item.get("source") if isinstance(item, dict) else None
    return name if isinstance(name, str) else ""


def read(text: Text) -> Iterator[Said | Refusal]:
    for number, line in enumerate(text_lines(text), start=1):
        if not line.strip():
            continue
        item = decode_line(line, number)
        if isinstance(item, Refusal):
            yield item
        elif not is_about_the_file(item):
            yield said(item, number)
    if text.fault:
        raise text.fault


def is_about_the_file(item: object) -> bool:
    return isinstance(item, dict) and "ids" not in item and "source" in item


def said(item: object, line: int) -> Said | Refusal:
    if not isinstance(item, dict):
        return Refusal(line, "", "it is not an object")
    label = label_of(item.get("title"))
    if unknown := sorted(item.keys() - ABOUT_A_TITLE):
        keys = ", ".join(f"`{shown(key[:40])}`" for key in unknown[:5])
        return Refusal(line, label, f"it has keys that are not known: {keys}")
    pairs = [
        (site, id_)
        for text in list_of(item, "ids")[:50]
        if isinstance(text, str)
        for site, _, id_ in [text.partition(":")]
    ]
    ids = keys_of([(site, id_) for site, id_ in pairs])
    if not ids:
        return Refusal(line, label, "`ids` names no known site, such as mal:1535")
    values = {KINDS[key]: value for key, value in item.items() if key in KINDS}
    return Said(line, label, ids, values)


READER = Reader("own", "every kind, as JSON lines", fits, read)
