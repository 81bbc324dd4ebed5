"""The last touches to the whole OpenAPI document, for generators of typed clients.

Each is of something that one of them read wrongly or not at all; `make clients` tries
them (decision 40).
"""

from collections.abc import Mapping
from typing import Any

from django.utils.module_loading import import_string

from animecollections.api.reference_text import ENUMS
from animecollections.api.shapes import Json

Names = Mapping[frozenset[str], str]
NULL: Json = {"type": "null"}


def fit_for_generators(result: Json, **_: object) -> Json:
    words = {name: words_of(import_string(path)) for name, path in ENUMS.items()}
    names = {frozenset(of): name for name, of in words.items()}
    used: set[str] = set()
    for name, schema in result["components"]["schemas"].items():
        if name.endswith("Input"):
            tell_defaults(schema)
    result = mended(result, names, used)
    schemas = result["components"]["schemas"]
    schemas |= {name: {"type": "string", "enum": words[name]} for name in used}
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result


def words_of(of: Any) -> list[str]:
    """Of choices, as pairs or as a class; or of anything with words in it."""
    return [str(one[0] if isinstance(one, tuple) else one) for one in of]


def tell_defaults(schema: Json) -> None:
    """In words: a key with a `default` is taken for one that is always sent."""
    for told in schema.get("properties", {}).values():
        default = told.pop("default", None)
        if default is not None:
            shown = str(default).lower() if isinstance(default, bool) else default
            said = told.get("description", "").rstrip(".;")
            told["description"] = (
                f"{said}; {shown} if absent." if said else (f"{shown} if absent.")
            )


def mended(part: object, names: Names, used: set[str]) -> Any:
    if isinstance(part, list):
        return [mended(inner, names, used) for inner in part]
    if not isinstance(part, dict):
        return part
    part = {
        name: inner if name in ("example", "examples") else mended(inner, names, used)
        for name, inner in part.items()
    }
    part.pop("x-spec-enum-id", None)
    if isinstance(part.get("enum"), list):
        return mended_enum(part, names, used)
    if NULL in part.get("oneOf", ()):  # what may be anything is null in two ways
        part["anyOf"] = part.pop("oneOf")
    if {} in part.get("anyOf", ()):
        del part["anyOf"]
    return part


def mended_enum(part: Json, names: Names, used: set[str]) -> Json:
    """Words that have a name by that name; null next to them, not among them."""
    words = [word for word in part.pop("enum") if word is not None]
    kinds = part.pop("type", "string")
    name = names.get(frozenset(words))
    kind = kinds if isinstance(kinds, str) else kinds[0]
    told: Json = {"type": kind, "enum": words}
    if name is not None:
        used.add(name)
        told = {"$ref": f"#/components/schemas/{name}"}
    if "null" in kinds or part.pop("nullable", False):
        told = {"anyOf": [told, NULL]}
    return told | part
