"""Shapes of values, and the JSON schema that tells them.

A shape is a serializer class or instance (also with many=True), a type (str, int,
datetime, UUID, a TypedDict, list[int], Literal, Annotated[str, Choices] …), `{name: …}`
for an object ("name?" where a key may be missing), `[…]` for an array, `nullable(…)`,
`either(…, …)`, `named("Name", …)` for what clients get a type of, `Raw(…)` for plain
JSON schema, or None for null.

A TypedDict is told under its own name, without "Answer". A key of it that only repeats
another in a second spelling, `Annotated[bool, SecondSpelling("parentalControl")]`, is
told in words: in many languages the two would be one name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from inspect import isclass
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from django.db.models import TextChoices
from drf_spectacular.plumbing import (
    ResolvedComponent,
    build_array_type,
    build_basic_type,
    force_instance,
    is_list_serializer,
    is_serializer,
)

Json = dict[str, Any]


class Raw(dict[str, Any]):
    """A piece of JSON schema, taken as it is."""


class Always(dict[str, Any]):
    """The shape of a `meta` that is always there, though no key of it is."""


@dataclass(frozen=True)
class Words:
    """`Annotated[str, Words(("en", "es"))]`: one of these."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class SecondSpelling:
    of: str


@dataclass(frozen=True)
class Named:
    name: str
    shape: Any


@dataclass(frozen=True)
class Either:
    shapes: tuple[Any, ...]


def nullable(shape: object) -> Either:
    """The shape, or null."""
    return either(shape, None)


def either(*shapes: object) -> Either:
    """One of the shapes."""
    return Either(shapes)


def named(name: str, shape: object) -> Named:
    return Named(name, shape)


class Shapes:
    """The part of a schema maker that tells shapes; the names go to its registry."""

    registry: Any
    resolve_serializer: Any

    def shape(self, of: Any) -> Json:
        """JSON schema of a value; see the top of this module."""
        match of:
            case None:
                return {"type": "null"}
            case Raw():
                return dict(of)
            case Named(name, inner):
                return self.component("schemas", name, self.shape(inner))
            case Either(shapes):
                return any_of([self.shape(inner) for inner in shapes])
            case dict():
                return self.object_of(of)
            case list():
                return {"type": "array", "items": self.shape(of[0])}
        of = force_instance(of)
        if is_list_serializer(of):
            return dict(build_array_type(self.shape(of.child)))
        if is_serializer(of):
            return dict(self.resolve_serializer(of, "response").ref)
        return self.shape_of_type(of)

    def object_of(self, shapes: Mapping[str, object]) -> Json:
        told = {
            "type": "object",
            "required": [name for name in shapes if not name.endswith("?")],
            "properties": {
                name.removesuffix("?"): self.shape(inner)
                for name, inner in shapes.items()
            },
        }
        return (
            told if told["required"] else {n: told[n] for n in ("type", "properties")}
        )

    def shape_of_type(self, of: Any) -> Json:
        if is_typeddict(of):
            return self.shape_of_typed_dict(of)
        if isclass(of) and issubclass(of, TextChoices | StrEnum):
            return {"type": "string", "enum": [str(one.value) for one in of]}
        args = get_args(of)
        match get_origin(of):
            case None if of is dict:
                return {"type": "object"}
            case None:
                return dict(build_basic_type(of) or {})
            case origin if origin is Annotated:
                return self.shape_of_annotated(*args)
            case origin if origin is Literal:
                return {"type": "string", "enum": [*args]}
            case origin if origin in (Union, UnionType):
                inner = [None if arg is NoneType else arg for arg in args]
                return any_of([self.shape(one) for one in inner])
            case origin if origin is list:
                return {"type": "array", "items": self.shape(args[0])}
            case origin if origin is dict:
                values = self.shape(args[1])
                return {"type": "object", "additionalProperties": values}
        raise TypeError(f"There is no shape for {of}.")

    def shape_of_annotated(self, of: object, *notes: object) -> Json:
        for note in notes:
            if isinstance(note, Words):
                return {"type": "string", "enum": [*note.words]}
            if isclass(note):
                return self.shape(note)
        return self.shape(of)

    def shape_of_typed_dict(self, of: Any) -> Json:
        component = ResolvedComponent(
            of.__name__.removesuffix("Answer"), "schemas", {}, object=of
        )
        if component not in self.registry:
            self.registry.register(component)  # before its parts, which may name it
            component.schema = self.told_of_typed_dict(of)
        return dict(component.ref)

    def told_of_typed_dict(self, of: Any) -> Json:
        hints = get_type_hints(of, include_extras=True)
        second = {
            name: one.of
            for name, hint in hints.items()
            for one in getattr(hint, "__metadata__", ())
            if isinstance(one, SecondSpelling)
        }
        told = self.object_of({n: h for n, h in hints.items() if n not in second})
        told["required"] = [n for n in told["required"] if n in of.__required_keys__]
        for name, first in second.items():
            told["properties"][first]["description"] = f"Also as `{name}`."
        return told | ({"description": of.__doc__} if of.__doc__ else {})

    def component(self, kind: str, name: str, content: Json) -> Json:
        component = ResolvedComponent(name, kind, content, object=name)
        self.registry.register_on_missing(component)
        return dict(component.ref)


def any_of(shapes: list[Json]) -> Json:
    """Of these; a plain type that may be null has null next to it."""
    match shapes:
        case [{"type": str(kind), **more}, {"type": "null"}] if "enum" not in more:
            return {"type": [kind, "null"], **more}
        case [{**anything}] if not anything:
            return {}
    return {} if {} in shapes else {"anyOf": shapes}
