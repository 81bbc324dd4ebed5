"""Reads catalogues in the formats of manami-project/anime-offline-database.

JSON lines or one JSON document, of today's schema or the one of 2023; plain, gzip or
Zstandard; from a file, an address or standard input. What is read is streamed: memory
does not grow with the file. It can be read again: what comes from elsewhere than a file
is copied to a temporary one. Nothing here knows the database.
"""

import codecs
import http.client
import json
import re
import stat
import sys
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain, islice
from os import fstat
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO, Protocol, cast
from urllib import request
from urllib.error import HTTPError

import zstandard

from .genres import display_studio, genres_of, is_mature

CHUNK = 64 * 1024
# Titles are a few kilobytes. More than this without an end is another kind of file, or
# one made to fill the memory.
LONGEST_TITLE = 1024 * 1024
# Packed: a thousand times what the largest catalogue has.
LARGEST_COPY = 10 * 1024**3
STRANGE_ENOUGH = 3
TIMEOUT_SECONDS = 30
USER_AGENT = "animecollections (catalogue import)"

LONGEST_NAME = 500
LONGEST_URL = 1000
LONGEST_STUDIO = 200
MOST_SYNONYMS = 200
MOST_EPISODES = 100_000
MOST_MINUTES = 24 * 60
HIGHEST_ID = 2_147_483_647
YEARS = (1900, 2100)

EXPECTED = (
    "Use a catalogue of manami-project/anime-offline-database, as JSON lines or "
    "as one JSON document, plain or compressed with gzip or zstd."
)


class SourceUnreadable(Exception):  # noqa: N818 - says what the source is
    """The source is no catalogue; the message says what it is and what is expected."""


class SourceBroken(Exception):  # noqa: N818 - says what the source is
    """The source broke off or is damaged; all that came before it was whole."""


class _Flaw(Exception):  # noqa: N818 - becomes a Refusal
    """Why one title is refused."""


class _Malformed(Exception):  # noqa: N818 - becomes one of the two above
    """Not JSON, where more of the source would not help."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A title that was not taken: its line, or its place in the document, from 1.

    external_ids: the ids it has all the same, where they could be read.
    """

    line: int
    title: str
    reason: str
    external_ids: tuple[tuple[str, str], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Record:
    """A title, checked and in our own words; None or "" is unknown."""

    title: str
    english_title: str | None
    native_title: str | None
    synonyms: tuple[str, ...]
    format: str
    airing_status: str
    season: str | None
    year: int | None
    episodes: int | None
    episode_minutes: int | None
    picture_url: str
    thumbnail_url: str
    rating: Decimal | None
    genres: tuple[str, ...]
    mature: bool
    studios: tuple[str, ...]
    external_ids: tuple[tuple[str, str], ...]
    related: tuple[tuple[str, str], ...]
    line: int


# --- where the bytes come from ----------------------------------------------------


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Counted:
    """A stream that counts what was read of it, and notices an early end.

    copy: what is read is written there.
    """

    def __init__(
        self,
        stream: Readable,
        promised: int | None = None,
        copy: IO[bytes] | None = None,
    ) -> None:
        self.stream = stream
        self.promised = promised
        self.copy = copy
        self.count = 0

    def read(self, size: int, /) -> bytes:
        piece = self.stream.read(size)
        self.count += len(piece)
        # http.client ends a connection that was cut as if it had been complete.
        if not piece and self.promised is not None and self.count < self.promised:
            raise SourceBroken(
                f"The download stopped after {self.count} of {self.promised} bytes."
            )
        if self.copy is not None:
            if self.count > LARGEST_COPY:
                raise SourceBroken(f"The source is larger than {LARGEST_COPY:,} bytes.")
            self.copy.write(piece)
        return piece


class Source:
    """A catalogue's bytes, packed as they are, and how far they have been read.

    file: the same to be read again, from where it begins; a copy is written meanwhile.
    """

    def __init__(
        self,
        stream: Readable,
        total_bytes: int | None,
        *,
        file: IO[bytes],
        promised: int | None = None,
    ) -> None:
        self.total_bytes = total_bytes
        self._file = file
        self._begins = file.tell()
        self._read_before = 0
        copy = None if stream is file else file
        self._counted = _Counted(stream, promised, copy)

    @property
    def stream(self) -> Readable:
        return self._counted

    def bytes_read(self) -> int:
        """Of all times that it was read."""
        return self._read_before + self._counted.count

    def rewind(self) -> None:
        """Back to the beginning; all that was read so far is there again."""
        self._read_before += self._counted.count
        self._file.seek(self._begins)
        self._counted = _Counted(self._file)


@contextmanager
def open_source(path: str) -> Iterator[Source]:
    """Opens a file, an http(s) address, or with "-" standard input."""
    if path == "-":
        with TemporaryFile() as copy:
            yield Source(sys.stdin.buffer, _size(sys.stdin.buffer), file=copy)
    elif re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", path):
        with _download(path) as answer, TemporaryFile() as copy:
            size = answer.length
            yield Source(answer, size, file=copy, promised=size)
    else:
        with _open_file(path) as file:
            if file.seekable():
                yield Source(file, _size(file), file=file)
                return
            with TemporaryFile() as copy:
                yield Source(file, None, file=copy)


def _open_file(path: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceUnreadable(f"{path} cannot be opened: {reason}.") from error


def _size(file: BinaryIO) -> int | None:
    """The size of a file; a pipe has none."""
    try:
        status = fstat(file.fileno())
    except OSError:  # a stream in memory stands in for standard input
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _download(url: str) -> http.client.HTTPResponse:
    if not re.match(r"https?://", url, re.IGNORECASE):
        raise SourceUnreadable(f"{url} cannot be opened: only http and https can.")
    try:
        question = request.Request(  # noqa: S310 - looked at above
            url, headers={"User-Agent": USER_AGENT}
        )
        answer = _web().open(question, timeout=TIMEOUT_SECONDS)
    except HTTPError as error:
        error.close()
        raise SourceUnreadable(
            f"{url} answered {error.code} {error.reason}."
        ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise SourceUnreadable(f"{url} cannot be opened: {reason}.") from error
    return cast("http.client.HTTPResponse", answer)


def _web() -> request.OpenerDirector:
    """An opener without file: and ftp:, which a redirect could otherwise lead to."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler,
        request.UnknownHandler,
        request.HTTPHandler,
        request.HTTPSHandler,
        request.HTTPDefaultErrorHandler,
        request.HTTPRedirectHandler,
        request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener


# --- from bytes to text -----------------------------------------------------------


class _Unpacker(Protocol):
    """What zlib's and zstandard's decompression objects have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _gunzip() -> _Unpacker:
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _unzstd() -> _Unpacker:
    return zstandard.ZstdDecompressor().decompressobj()


_PACKERS: dict[bytes, tuple[str, Callable[[], _Unpacker]]] = {
    b"\x1f\x8b": ("gzip", _gunzip),
    b"\x28\xb5\x2f\xfd": ("zstd", _unzstd),
}


def _chunks(stream: Readable) -> Iterator[bytes]:
    while chunk := _read(stream):
        yield chunk


def _read(stream: Readable) -> bytes:
    try:
        return stream.read(CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise SourceBroken(f"Reading stopped: {error}.") from error


def _plain(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks unpacked, whatever the file is called."""
    head = b""
    while len(head) < 4 and (chunk := next(chunks, b"")):
        head += chunk
    chunks = chain((head,), chunks)
    for magic, (name, fresh) in _PACKERS.items():
        if head.startswith(magic):
            return _unpacked(chunks, name, fresh)
    return chunks


def _unpacked(
    chunks: Iterable[bytes], name: str, fresh: Callable[[], _Unpacker]
) -> Iterator[bytes]:
    unpacker = fresh()
    within = False
    for piece in _slices(chunks, 1024):  # small: a kilobyte may unpack to 32 megabytes
        packed = piece
        # Between packed parts, and after the last, there may be zeros as padding.
        while packed := packed if within else packed.lstrip(b"\0"):
            yield from _slices([_unpack(unpacker, packed, name)], CHUNK)
            within = not unpacker.eof
            packed = b"" if within else unpacker.unused_data
            unpacker = unpacker if within else fresh()
    if within:
        raise SourceBroken(f"The {name} file is incomplete: its end is missing.")


def _unpack(unpacker: _Unpacker, packed: bytes, name: str) -> bytes:
    try:
        return unpacker.decompress(packed)
    except (zlib.error, zstandard.ZstdError) as error:
        raise SourceBroken(f"The {name} file is damaged: {error}.") from error


def _slices(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    for piece in pieces:
        for at in range(0, len(piece), size):
            yield piece[at : at + size]


class _Text:
    """Text that is read as it is needed.

    A fault of the source is kept until all that came before it has been used. Bytes
    that are not UTF-8 become lone surrogates, so that they spoil one name, not a file.
    """

    def __init__(self, stream: Readable) -> None:
        self._pieces = _plain(_chunks(stream))
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.fault: SourceBroken | None = None
        self.ended = False
        self.buffer = ""
        while len(self.buffer) < CHUNK and self.more():
            pass
        self.buffer = self.buffer.removeprefix("\ufeff")

    def more(self, used: int = 0) -> bool:
        """Drops what was used of the buffer and adds to it; False at the end."""
        try:
            piece = next(self._pieces, b"") if not self.ended else b""
        except SourceBroken as fault:
            self.fault, piece = fault, b""
        ending = not piece and not self.ended
        self.ended = self.ended or ending
        text = self._decoder.decode(piece, final=ending)
        self.buffer = self.buffer[used:] + text
        return bool(piece)


# --- from text to titles ----------------------------------------------------------


def _no_number(word: str) -> object:
    raise ValueError(f"{word} is not JSON")


# The same decoder for both forms. ijson was tried for the document: its C parser dies
# (segmentation fault) of a number of 5,000 digits, and takes memory without limit for
# deep nesting.
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)
# A number too long for int() or Decimal, and lists within lists within lists.
_UNDECODABLE = (ValueError, ArithmeticError, RecursionError)
_METADATA = frozenset({"license", "repository", "scoreRange", "lastUpdate", "$schema"})

Numbered = tuple[int, object]
Metadata = dict[str, object]


def read(
    stream: Readable, metadata: Metadata | None = None
) -> Iterator[Record | Refusal]:
    """Every title of a catalogue, or why it was refused.

    metadata: takes what the source says of itself (`repository`, `license` …).

    Raises SourceUnreadable if it is no catalogue, and SourceBroken, after what was
    whole, if it breaks off.
    """
    text = _Text(stream)
    about: Metadata = {} if metadata is None else metadata
    form = _json_lines if _is_json_lines(text) else _document
    items = form(text, about)
    for line, item in items:
        yield item if isinstance(item, Refusal) else _record_or_refusal(item, line)
    if text.fault:
        raise text.fault


def name_of(about: Metadata) -> str:
    """The dataset, as its file names it: by repository, else by licence."""
    license_ = about.get("license")
    name = license_.get("name") if isinstance(license_, dict) else ""
    for text in (about.get("repository"), name):
        if isinstance(text, str) and text.strip():
            return text.strip().rstrip("/")[:200]
    return "unnamed"


def _is_json_lines(text: _Text) -> bool:
    """By the first lines, of which one may be broken."""
    head = text.buffer.lstrip()
    if not head:
        raise text.fault or SourceUnreadable(f"The source is empty. {EXPECTED}")
    lines = [line for line in _whole_lines(head, text.ended) if line.strip()][:5]
    # The first line of a document that is laid out ends in one of these.
    if lines and not lines[0].rstrip().endswith(("{", "[", ",", ":")):
        for decoded in map(_decode, lines):
            if _is_title(decoded) or _is_metadata(decoded):
                return True
    if head.startswith("{"):
        return False
    raise SourceUnreadable(f"The source is {_kind_of_file(head)}. {EXPECTED}")


def _whole_lines(head: str, ended: bool) -> list[str]:
    lines = head.split("\n")
    return lines if ended else lines[:-1]


def _decode(line: str) -> object:
    try:
        return _DECODER.decode(line)
    except _UNDECODABLE:
        return None


def _is_title(item: object) -> bool:
    return isinstance(item, dict) and ("title" in item or "sources" in item)


def _is_metadata(item: object) -> bool:
    if not isinstance(item, dict) or "data" in item:
        return False
    return not _is_title(item) and not _METADATA.isdisjoint(item)


def _kind_of_file(head: str) -> str:
    start = head[:2000].lower()
    for sign, kind in (
        ("<myanimelist", "a list exported from MyAnimeList (XML), not a catalogue"),
        ("<!doctype html", "a web page (HTML)"),
        ("<html", "a web page (HTML)"),
    ):
        if sign in start:
            return kind
    for sign, kind in (
        ("<", "XML"),
        ("[", "a JSON list, or JSON of another structure"),
        ("pk\x03\x04", "a zip archive"),
        ("\udcff\udcfe", "text in UTF-16"),
        ("\udcfe\udcff", "text in UTF-16"),
    ):
        if start.startswith(sign):
            return kind
    return "neither JSON lines nor a JSON document"


def _json_lines(text: _Text, metadata: Metadata) -> Iterator[Numbered]:
    for number, line in enumerate(_lines(text), start=1):
        if not line.strip():
            continue
        item = _decode_line(line, number)
        if _is_metadata(item):
            metadata.update(cast("Metadata", item))
        else:
            yield number, item


def _lines(text: _Text) -> Iterator[str]:
    *lines, rest = text.buffer.split("\n")
    yield from lines
    while text.more(used=len(text.buffer)):
        *lines, rest = (rest + text.buffer).split("\n")
        yield from lines
        rest = rest[: LONGEST_TITLE + 1]  # enough to be refused for
    rest += text.buffer
    if rest and not text.fault:
        yield _last_line(rest)


def _last_line(line: str) -> str:
    """A line that no line break ends, if it is whole."""
    try:
        _DECODER.decode(line)
    except json.JSONDecodeError as error:
        if line.strip() and _is_cut(error):
            message = "The file is incomplete: it ends within a line."
            raise SourceBroken(message) from error
    except _UNDECODABLE:
        pass  # refused like any other
    return line


def _is_cut(error: json.JSONDecodeError) -> bool:
    """Whether the text ends too early: in a string, or in what its end begins."""
    unread = len(error.doc.rstrip()) - error.pos
    return error.msg.startswith("Unterminated") or unread < len("false")


def _decode_line(line: str, number: int) -> object:
    if len(line) > LONGEST_TITLE:
        reason = f"the line is longer than {LONGEST_TITLE} characters"
        return Refusal(number, "", reason)
    try:
        return _DECODER.decode(line)
    except json.JSONDecodeError as error:
        reason = f"the line is not JSON: {error.msg}, at column {error.colno}"
    except _UNDECODABLE as error:
        reason = f"the line cannot be read: {error}"
    return Refusal(number, "", reason)


_SPACE = re.compile(r"[ \t\r\n]*")


class _Cursor:
    """Takes JSON apart value by value, so that only one title is ever held."""

    def __init__(self, text: _Text) -> None:
        self.text = text
        self.at = 0

    def peek(self) -> str:
        """The next character that is not space; "" at the end."""
        while True:
            match = _SPACE.match(self.text.buffer, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text.buffer):
                return self.text.buffer[self.at]
            if not self._more():
                return ""

    def take(self, wanted: str) -> str:
        found = self.peek()
        if not found:
            raise self._broken_off()
        if found not in wanted:
            raise _Malformed(f"{found!a} in place of {' or '.join(wanted)}")
        self.at += 1
        return found

    def value(self) -> object:
        self.peek()
        while True:
            problem: Exception | None = None
            try:
                value, end = _DECODER.raw_decode(self.text.buffer, self.at)
            except _UNDECODABLE as error:
                problem = error
            # A number at the very end of what has been read may have more digits.
            if problem is None and (end < len(self.text.buffer) or self.text.ended):
                self.at = end
                return value
            if self._too_long() or not self._more():
                raise self._reason(problem)

    def _more(self) -> bool:
        used, self.at = self.at, 0
        return self.text.more(used)

    def _too_long(self) -> bool:
        return len(self.text.buffer) - self.at > LONGEST_TITLE

    def _reason(self, problem: Exception | None) -> Exception:
        cut = isinstance(problem, json.JSONDecodeError) and _is_cut(problem)
        if self.text.ended and (cut or self.text.fault):
            return self._broken_off()
        return _Malformed(str(problem) if problem else "a number without an end")

    def _broken_off(self) -> SourceBroken:
        message = "The file is incomplete: the document does not end."
        return self.text.fault or SourceBroken(message)


def _document(text: _Text, metadata: Metadata) -> Iterator[Numbered]:
    cursor = _Cursor(text)
    try:
        _find_data(cursor, metadata)
    except _Malformed as error:
        what = f"The source is not JSON ({error})."
        raise SourceUnreadable(f"{what} {EXPECTED}") from error
    count = 0
    try:
        for count, item in _familiar(enumerate(_items(cursor), start=1)):
            yield count, item
        _finish(cursor)
    except _Malformed as error:
        message = f"The file is damaged after title {count}: {error}."
        raise SourceBroken(message) from error


def _find_data(cursor: _Cursor, metadata: Metadata) -> None:
    """Goes to the first title; the list is often the last of the document's keys."""
    cursor.take("{")
    while cursor.peek() != "}":
        key = _key(cursor)
        if key == "data":
            if cursor.peek() not in ("[", ""):
                break
            cursor.take("[")
            return
        value = cursor.value()
        if isinstance(key, str) and key in _METADATA:
            metadata[key] = value
        if cursor.take(",}") == "}":
            break
    raise SourceUnreadable(f"The source is JSON of another structure. {EXPECTED}")


def _key(cursor: _Cursor) -> object:
    key = cursor.value()
    cursor.take(":")
    return key


def _items(cursor: _Cursor) -> Iterator[object]:
    if cursor.peek() == "]":
        cursor.take("]")
        return
    following = ","
    while following == ",":
        yield cursor.value()
        following = cursor.take(",]")


def _familiar(numbered: Iterator[Numbered]) -> Iterator[Numbered]:
    """Refuses the whole source if none of its first items looks like a title."""
    strange: list[Numbered] = []
    for numbered_item in numbered:
        if _is_title(numbered_item[1]):
            yield from (*strange, numbered_item)
            yield from numbered
            return
        strange.append(numbered_item)
        if len(strange) == STRANGE_ENOUGH:
            break
    if strange:
        raise SourceUnreadable(f"The source is JSON of another structure. {EXPECTED}")


def _finish(cursor: _Cursor) -> None:
    while cursor.take(",}") == ",":
        _key(cursor)
        cursor.value()
    if cursor.peek():
        raise _Malformed("there is more text after the document")


# --- from JSON to a record --------------------------------------------------------

_FORMATS = {
    "TV": "TV",
    "MOVIE": "Movie",
    "OVA": "OVA",
    "ONA": "ONA",
    "SPECIAL": "Special",
}
_STATUSES = {"FINISHED": "finished", "ONGOING": "airing", "UPCOMING": "upcoming"}
_SEASONS = {word.upper(): word for word in ("winter", "spring", "summer", "fall")}

_LINE_BREAKS = re.compile("[\t-\r\x85\u2028\u2029]+")
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_URL = re.compile(r"https?://[^\s/?#\"<>\\^`{|}]+[^\s\"<>\\^`{|}]*", re.IGNORECASE)
_NO_PICTURES = (
    "raw.githubusercontent.com/manami-project/anime-offline-database/master/pics/no_pic",
    "myanimelist.net/img/sp/icon/",
    "myanimelist.net/images/qm_50",
    "myanimelist.cdn-dena.com/images/qm_50",
    "anilist.co/file/anilistcdn/media/anime/cover/medium/default.",
    "anilist.co/file/anilistcdn/media/anime/cover/large/default.",
    "anime-planet.com/images/anime/default/",
)

_SOURCE = re.compile(r"https?://(?:www\.)?([a-z0-9.-]+)/([^\s#]*)", re.IGNORECASE)
_NUMBER_AFTER_ANIME = re.compile(r"anime/([0-9]+)(?:[/?,].*)?")
_SLUG_AFTER_ANIME = re.compile(r"anime/([A-Za-z0-9_-]{1,200})(?:[/?].*)?")
_NUMBER_FIRST = re.compile(r"([0-9]+)(?:[/?].*)?")
_NUMBER_ASKED_FOR = re.compile(r"[a-z/]+\.php\?(?:.*&)?id=([0-9]+)(?:&.*)?")
_ANIDB = re.compile(r"(?:anime/|a)([0-9]+)(?:[/?].*)?")
_SITES: dict[str, tuple[str, re.Pattern[str]]] = {
    "myanimelist.net": ("mal", _NUMBER_AFTER_ANIME),
    "anilist.co": ("anilist", _NUMBER_AFTER_ANIME),
    "kitsu.io": ("kitsu", _NUMBER_AFTER_ANIME),
    "kitsu.app": ("kitsu", _NUMBER_AFTER_ANIME),
    "anidb.net": ("anidb", _ANIDB),
    "anime-planet.com": ("anime-planet", _SLUG_AFTER_ANIME),
    "anisearch.com": ("anisearch", _NUMBER_AFTER_ANIME),
    "livechart.me": ("livechart", _NUMBER_AFTER_ANIME),
    "notify.moe": ("notify", _SLUG_AFTER_ANIME),
    "simkl.com": ("simkl", _NUMBER_AFTER_ANIME),
    "animenewsnetwork.com": ("animenewsnetwork", _NUMBER_ASKED_FOR),
    "animecountdown.com": ("animecountdown", _NUMBER_FIRST),
}


def external_id(url: str) -> tuple[str, str] | None:
    """The site and the id that an address names, if the site is known."""
    address = _SOURCE.match(url)
    if not address:
        return None
    site, path = _SITES.get(address[1].lower(), ("", _NUMBER_FIRST))
    found = path.fullmatch(address[2])
    if not site or not found:
        return None
    if path is _SLUG_AFTER_ANIME:
        return site, found[1] if site == "notify" else found[1].lower()
    number = found[1].lstrip("0")
    if not number or len(number) > 10 or int(number) > HIGHEST_ID:
        return None
    return site, number


def _record_or_refusal(item: object, line: int) -> Record | Refusal:
    if not isinstance(item, dict):
        return Refusal(line, "", f"{_kind(item)} in place of a title")
    try:
        return _record(item, line)
    except _Flaw as flaw:
        label = _label(item.get("title"))
        return Refusal(line, label, str(flaw), _readable_ids(item))


def _readable_ids(item: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(sorted(_ids(_texts(item, "sources"))))
    except _Flaw:
        return ()


def _record(item: Mapping[str, object], line: int) -> Record:
    title = _title(item)
    ids = _ids(_texts(item, "sources"))
    if not ids:
        raise _Flaw("none of its sources is a known site")
    tags = _texts(item, "tags")
    season = _object(item, "animeSeason")
    return Record(
        title=title,
        english_title=_name(_text(item, "englishTitle")),
        native_title=_name(_text(item, "nativeTitle")),
        synonyms=_synonyms(_texts(item, "synonyms"), title),
        format=_FORMATS.get(_word(item, "type"), "Unknown"),
        airing_status=_STATUSES.get(_word(item, "status"), "unknown"),
        season=_SEASONS.get(_word(season, "season")),
        year=_whole(_number(season, "year"), *YEARS),
        episodes=_whole(_number(item, "episodes"), 1, MOST_EPISODES),
        episode_minutes=_minutes(_object(item, "duration")),
        picture_url=_picture(_text(item, "picture")),
        thumbnail_url=_picture(_text(item, "thumbnail")),
        rating=_rating(_number(_object(item, "score"), "arithmeticMean")),
        genres=genres_of(tags),
        mature=is_mature(tags),
        studios=_studios(_texts(item, "studios")),
        external_ids=tuple(sorted(ids)),
        related=tuple(sorted(_ids(_related(item)) - ids)),
        line=line,
    )


def _title(item: Mapping[str, object]) -> str:
    text = _text(item, "title")
    title = _clean(text)
    if title is None:
        raise _Flaw("its title has control characters or broken text in it")
    if not title:
        raise _Flaw("it has no title")
    if len(title) > LONGEST_NAME:
        raise _Flaw(f"its title is longer than {LONGEST_NAME} characters")
    return title


def _clean(text: str) -> str | None:
    """Text as it may be stored, or None if it holds what no name may hold."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", _LINE_BREAKS.sub(" ", text)).strip()
    return None if _FORBIDDEN.search(text) else text


def _name(text: str) -> str | None:
    name = _clean(text)
    return name if name and len(name) <= LONGEST_NAME else None


def _synonyms(texts: list[str], title: str) -> tuple[str, ...]:
    names = dict.fromkeys(name for text in texts if (name := _name(text)))
    names.pop(title, None)
    return tuple(islice(names, MOST_SYNONYMS))


def _studios(texts: list[str]) -> tuple[str, ...]:
    """The source repeats studios in different writings; the first is kept."""
    shown: dict[str, str] = {}
    for text in texts:
        name = display_studio(_clean(text) or "")
        if 0 < len(name) <= LONGEST_STUDIO:
            shown.setdefault(name.casefold(), name)
    return tuple(shown.values())


def _ids(urls: list[str]) -> set[tuple[str, str]]:
    return {found for url in urls if (found := external_id(url))}


def _related(item: Mapping[str, object]) -> list[str]:
    """`relations` is what the schema of 2023 calls it."""
    return _texts(item, "relatedAnime") or _texts(item, "relations")


def _picture(url: str) -> str:
    url = url.strip()
    if len(url) > LONGEST_URL or not _URL.fullmatch(url) or _FORBIDDEN.search(url):
        return ""
    return "" if any(part in url for part in _NO_PICTURES) else url


def _minutes(duration: Mapping[str, object]) -> int | None:
    seconds = _number(duration, "value")
    if _word(duration, "unit") not in ("SECONDS", ""):
        return None
    if seconds is None or not 0 < seconds <= MOST_MINUTES * 60:
        return None
    return max(1, int(seconds / 60 + Decimal("0.5")))


def _rating(score: Decimal | None) -> Decimal | None:
    if score is None or not 0 <= score <= 10:
        return None
    return score.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _whole(number: Decimal | None, lowest: int, highest: int) -> int | None:
    """A count within its bounds; 0 and other numbers out of them are unknown."""
    if number is None or not lowest <= number <= highest:
        return None
    return int(number) if number == int(number) else None


# --- typed reads of what may be anything ------------------------------------------


def _text(item: Mapping[str, object], key: str) -> str:
    value = item.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Flaw(f"`{key}` is {_kind(value)}, text is expected")
    return value


def _word(item: Mapping[str, object], key: str) -> str:
    return _text(item, key).strip().upper()


def _number(item: Mapping[str, object], key: str) -> Decimal | None:
    value = item.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _Flaw(f"`{key}` is {_kind(value)}, a number is expected")
    return Decimal(value)


def _object(item: Mapping[str, object], key: str) -> dict[str, object]:
    value = item.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _Flaw(f"`{key}` is {_kind(value)}, an object is expected")
    return value


def _texts(item: Mapping[str, object], key: str) -> list[str]:
    value = item.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise _Flaw(f"`{key}` is {_kind(value)}, a list is expected")
    for entry in value:
        if not isinstance(entry, str):
            raise _Flaw(f"`{key}` holds {_kind(entry)}, texts are expected")
    return value


_KINDS = {str: "text", bool: "a truth value", list: "a list", dict: "an object"}


def _kind(value: object) -> str:
    return "nothing" if value is None else _KINDS.get(type(value), "a number")


def _label(title: object) -> str:
    """A title good enough to be shown, whatever is wrong with it."""
    if not isinstance(title, str):
        return ""
    return "".join(char if char.isprintable() else "\ufffd" for char in title[:100])
