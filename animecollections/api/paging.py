"""Pages by an opaque, signed cursor: it says after which row the next page begins.

No row is skipped or seen twice when others come, go or move meanwhile, and a page far
down costs what the first does (no OFFSET).
"""

import zlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from math import isfinite
from typing import Any, NamedTuple, TypeVar

from cryptography.fernet import Fernet, InvalidToken
from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.crypto import salted_hmac

from animecollections.api.errors import ApiError, refuse
from animecollections.api.parameters import Wanted
from animecollections.api.parsing import UNPAIRED
from animecollections.db.free_json import LARGEST_INTEGER

MAX_LIMIT = 500
MAX_TERMS = 4
SALT = "animecollections.cursor"
NO_FILTERS = ("limit", "cursor")  # how much is read, not which rows there are

M = TypeVar("M", bound=Model)
Row = TypeVar("Row")


class Term(NamedTuple):
    """One column of an ordering. Nulls come last both ways, on both databases.

    Nulls are spoken of where there can be any: PostgreSQL's plain index of a column
    that is never null does not serve NULLS LAST.
    """

    field: str
    descending: bool
    is_nullable: bool

    def expression(self) -> OrderBy:
        nulls_last = True if self.is_nullable else None
        if self.descending:
            return F(self.field).desc(nulls_last=nulls_last)
        return F(self.field).asc(nulls_last=nulls_last)

    def equals(self, value: object) -> Q:
        if value is None:
            return Q(**{f"{self.field}__isnull": True})
        return Q(**{self.field: value})

    def comes_after(self, value: object) -> Q | None:
        """Rows that this column alone puts after the value; None where none can be."""
        if value is None:
            return None
        lookup = "lt" if self.descending else "gt"
        after = Q(**{f"{self.field}__{lookup}": value})
        if self.is_nullable:
            after |= Q(**{f"{self.field}__isnull": True})
        return after

    def begins_at(self, value: object) -> Q:
        """Implied by what comes after, but where an index begins to read."""
        if self.is_nullable:
            return Q()
        return Q(**{f"{self.field}__{'lte' if self.descending else 'gte'}": value})


def page(
    rows: QuerySet[M, Row],
    wanted: Wanted,
    *,
    orderings: Mapping[str, str],
    default: str,
    limit: int | None = None,
    key: str = "pk",
    of: object = None,
) -> tuple[list[Row], dict[str, Any]]:
    """The page that `ordering`, `limit` and `cursor` of a query ask for, and its meta.

    `rows` may be of values(), values_list() or annotated; `orderings` maps the words a
    client may use to fields or annotations. Where neither client nor `limit` says how
    many, all rows come and meta is empty. 400 for a wrong word or cursor.
    key: what no two of the rows have in common; a cursor can be read, and has it.
    of: whose rows they are, where that is not who asks: a cursor is of these alone, and
    cannot be read, for a place in an order may tell of rows that are not seen.
    """
    terms = read_ordering(rows, wanted.get("ordering"), orderings, default, key)
    size = wanted.get("limit", limit)
    shape = fingerprint(rows.model, terms, wanted, of)
    if text := wanted.get("cursor"):
        rows = rows.filter(after(terms, read_cursor(text, shape, rows, terms, of)))
    if size is None:
        rows = rows.order_by(*(term.expression() for term in terms))
        return list(rows), {"next_cursor": None} if text else {}
    return with_cursor(list(one_more(rows, terms, size)), terms, size, shape, of)


def one_more(
    rows: QuerySet[M, Row], terms: Sequence[Term], size: int
) -> QuerySet[M, Row]:
    """A page and the row after it, each with its values of the ordering, `key_0` on.

    Ordered by these names: the database reads each expression once.
    """
    keys = {f"key_{index}": F(term.field) for index, term in enumerate(terms)}
    named = [term._replace(field=key) for key, term in zip(keys, terms, strict=True)]
    ordered: QuerySet[M, Row] = rows.annotate(**keys).order_by(
        *(term.expression() for term in named)
    )
    return ordered[: size + 1]


def with_cursor(
    found: list[Any],
    terms: Sequence[Term],
    size: int,
    shape: str,
    of: object = None,
) -> tuple[list[Any], dict[str, Any]]:
    """The page and its meta, of the rows of `one_more`."""
    has_more = len(found) > size
    del found[size:]
    keys = tuple(f"key_{index}" for index in range(len(terms)))
    values = [take_keys(found, index, keys) for index in range(len(found))]
    following = write_cursor(values[-1], shape, of) if has_more else None
    return found, {"next_cursor": following}


def read_ordering(
    rows: QuerySet[M, Row],
    text: str | None,
    orderings: Mapping[str, str],
    default: str,
    key: str = "pk",
) -> list[Term]:
    """Terms of "-rating,title", ended by the key, so that no two rows are equal."""
    names = (text or default).split(",")
    if len(names) > MAX_TERMS:
        raise refuse(ordering=f"Order by at most {MAX_TERMS} keys.")
    unknown = [name for name in names if name.removeprefix("-") not in orderings]
    if unknown:
        raise refuse(
            ordering=f"“{unknown[0][:50]}” is unknown. "
            f"Choose from {', '.join(orderings)}, with - before it to reverse."
        )
    terms = []
    for name in names:
        field = orderings[name.removeprefix("-")]
        terms.append(Term(field, name.startswith("-"), can_be_null(rows, field)))
    return [*terms, Term(key, terms[0].descending, is_nullable=False)]


def can_be_null(rows: QuerySet[M, Row], path: str) -> bool:
    """Columns know; annotations, and rows joined by a name of their own, always can."""
    if path in rows.query.annotations:
        return True
    model: Any = rows.model
    for name in path.split("__"):
        try:
            field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except (FieldDoesNotExist, AttributeError):
            return True
        if field.null or field.many_to_many:
            return True
        model = field.related_model
    return False


def after(terms: Sequence[Term], values: Sequence[object]) -> Q:
    """Rows after the one with these values: equal in some terms, later in the next."""
    condition, same = Q(pk__in=[]), Q()
    for term, value in zip(terms, values, strict=True):
        if (later := term.comes_after(value)) is not None:
            condition |= same & later
        same &= term.equals(value)
    return condition & terms[0].begins_at(values[0])


def take_keys(rows: list[object], index: int, names: tuple[str, ...]) -> list[object]:
    """The ordering's values of one row, which is left as the caller asked for it."""
    row = rows[index]
    if isinstance(row, tuple):
        rows[index] = row[: -len(names)]
        return list(row[-len(names) :])
    if isinstance(row, dict):
        return [row.pop(name) for name in names]
    return [getattr(row, name) for name in names]


def fingerprint(
    model: type[Model], terms: Sequence[Term], wanted: Wanted, of: object = None
) -> str:
    """What a cursor belongs to: the table, the ordering, the filters, whose rows."""
    filters = [item for item in wanted.items() if item[0] not in NO_FILTERS]
    whose = () if of is None else (of,)
    shape = repr((model._meta.label, terms, sorted(filters), *whose))
    return blake2b(shape.encode(), digest_size=9).hexdigest()


def write_cursor(values: Sequence[object], shape: str, of: object = None) -> str:
    text = signing.dumps([shape, *map(portable, values)], salt=SALT)
    return text if of is None else seal().encrypt(text.encode()).decode()


def seal() -> Fernet:
    key = salted_hmac(SALT, "seal", algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(key))


def portable(value: object) -> object:
    """As it stands in a cursor; fields read texts back as times and UUIDs."""
    return value if isinstance(value, str | int | float | None) else str(value)


def read_cursor(
    text: str,
    shape: str,
    rows: QuerySet[M, Row],
    terms: Sequence[Term],
    of: object = None,
) -> list[object]:
    """The values in a cursor of this shape; 400 `invalid_cursor` for any other text,
    and for one that our key signed though we never write such values.
    """
    try:
        if of is not None:
            text = seal().decrypt(text.encode()).decode()
        first, *values = signing.loads(text, salt=SALT)
        if first != shape or len(values) != len(terms):
            raise ApiError("invalid_cursor")
        pairs = zip(terms, values, strict=True)
        return [read_value(rows, term, value) for term, value in pairs]
    except UNREADABLE:
        raise ApiError("invalid_cursor") from None


UNREADABLE = (
    InvalidToken,
    signing.BadSignature,
    ArithmeticError,
    RecursionError,
    TypeError,
    ValidationError,
    ValueError,
    zlib.error,
)


def read_value(rows: QuerySet[M, Row], term: Term, value: object) -> object:
    """What a value in a cursor was before `portable`; ValueError for what no column of
    the term's type gives.
    """
    if value is None and term.is_nullable:
        return None
    column: Any = F(term.field).resolve_expression(rows.query.chain())
    read = column.output_field.to_python(value)
    if read is None or portable(read) != value or not is_in_range(read):
        raise ValueError(value)
    return read


def is_in_range(value: object) -> bool:
    """Whether both databases can compare a column with it."""
    match value:
        case int():
            return abs(value) <= LARGEST_INTEGER
        case float():
            return isfinite(value)
        case str():
            return "\x00" not in value and not UNPAIRED.search(value)
        case datetime():
            return value.utcoffset() == timedelta()
        case _:
            return True
