"""What an import says of a file and its rows, by code: for clients in other languages.

The sentences are made in English where they are known, here and in `transfer/`, and
stored as text. This table finds their codes again, so plans of an earlier release have
them too. A test reads every sentence out of the code and looks for it here
(docs/decisions/0047-codes-of-sentences.md).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypedDict

from animecollections.api.language import VALUES, pattern_of
from collections_app.watch_list.models import EntryType

SENTENCES = {
    # Which title a row is.
    "recognised": "Recognised by its {grounds}.",
    "you_chose": "You chose the title.",
    "no_title": "The row has no title.",
    "not_in_catalogue": "The catalogue has no title with these ids or names.",
    "several_names": "Several titles have this name: choose one.",
    "several_similar_names": "Several titles have similar names: choose one.",
    "similar_name": "A title has a similar name: choose it if it is the right one.",
    "name_differs": "A title has this name, but {against}: choose one.",
    "ids_of_several": "Its ids ({ids}) are of several titles: choose one.",
    "ids_contradict": "Its ids ({ids}) are of a title with another MAL id: choose one.",
    "maybe_not_anime": "This may be {kind}: the file does not say that it is an anime. "
    "Choose the title, or skip the row.",
    # What becomes of it.
    "you_kept": "Your values are kept: you decided so.",
    "you_skipped": "Skipped: you decided so.",
    "same_title": "Row {row} is the same title, and is used instead.",
    "viewing_of_title": "Row {row} is the same title: a viewing of it.",
    "days_here": "The diary has its days already.",
    "only_days": "Not on the list in the file: only its days are taken.",
    "adds_days": "The file has days or viewings that are not here: they are added.",
    "adds_to_lists": "The file has it on lists that do not have it here: it is added.",
    "no_status": "The file has no status: it goes to Collection.",
    "removed_here": "Removed here on {day}.",
    "wrong_state": "{type} cannot be {state}.",
    "changed_since": "This entry changed after the plan was made: review it again.",
    "taken": "Taken from the file: {fields}.",
    "kept_undated": "Your values are kept: {fields}; neither the row nor the file has "
    "a time.",
    "kept_dated": "Your values are kept: {fields}; the row is from {day}.",
    "kept": "Your values are kept: {fields}.",
    # Why a row is refused, or read otherwise than it stands in the file.
    "not_anime": "This is {kind}, but only anime can be imported here.",
    "part_of_show": "This row is of one {kind}. Only the row of its show counts.",
    "unnamed": "The row has neither a title nor an id.",
    "several_seasons": "It covers several seasons ({text}): only one title is taken.",
    "rewatch_kept": "The file marks it as {state} and as watched again. It is {state} "
    "here; that it is a rewatch is kept for exports to the same tracker.",
    "count_lost": "my_times_watched is {n}, which MyAnimeList writes when it lost the "
    "count: the count stays unknown.",
    "notes_cut": "The notes have {n} characters: only the first {most} are kept.",
    "score_stored_as": "The score {text} is stored as {n}.",
    "day_or_month": "{what}: nothing in the file shows whether {text} begins with the "
    "day or the month, so only {n} is kept.",
    "no_day": "The row has no day.",
    "not_episodes": "{text} is not a number of episodes: it is not used.",
    "later_season": "{text} counts within a later season, so it is not used as "
    "progress.",
    "no_list_status": "The row has no status.",
    "state_without_type": "The entry has a state but no type.",
    "no_such_status": "There is no {text} that is {state}.",
    "unknown_status": "“{text}” ({what}) is not a known status.",
    "unknown_kind": "“{text}” ({what}) is not a kind that is known.",
    "manga_status": "“{text}” ({what}) is a status for manga and books, not for anime.",
    "not_text": "{what} is not text.",
    "odd_character": "{what} has a character that is not text (NUL, half an emoji).",
    "odd_bytes": "{what} has bytes that are not UTF-8 text.",
    "not_whole_number": "{what} is not a whole number from 0 to {most}: {text}.",
    "not_in_range": "{what} is not from 0 to {most}: {text}.",
    "many_decimals": "{what} has too many decimals: {text}.",
    "not_number": "{what} is not a number: {text}.",
    "not_true_or_false": "{what} is neither true nor false: {text}.",
    "wrong_date_form": "{what} is not a valid date: {text}. Use a date such as "
    "2017-10-03.",
    "wrong_date_part": "{what} is not a valid date: {text}. A day needs a month and a "
    "year.",
    "no_such_day": "{what} is not a valid date: {text}. There is no such day.",
    "year_out_of_range": "{what} is not a valid date: {text}. The year is from {n} to "
    "{most}.",
    "wrong_date": "{what} is not a valid date: {text}. Send a date such as 2017, "
    "2017-10 or 2017-10-03.",
    "long_date": "{what} has {n} characters, so it is not a date.",
    "long_tag": "{what}: “{text}…” has {n} characters; a tag has at most {most}.",
    "many_tags": "{what}: the limit is {most}.",
    "tags_unclear": "The tags cannot be told apart: there is a line break between "
    "them, or a quote that is not closed.",
    "tags_no_list": "The tags are not a list.",
    "appears_twice": "{what} appears twice, with different values.",
    "cells_and_columns": "The row has {n} cells, and the header {most} columns.",
    "ends_early": "The row has {n} cells, and the header {most} columns: it ends too "
    "early, so its last cell may be incomplete.",
    "no_object": "The row is not a JSON object.",
    "nests_deep": "The row has a field that nests deeper than {most}.",
    "not_json": "{what} is not valid JSON.",
    "lists_no_lists": "customLists are not lists.",
    "more_than_text": "A field contains more than text: {text}.",
    "no_row_of_anime": "<{text}> is not a row of an anime list.",
    "anime_not_named": "The entry does not name its anime: request it from Kitsu with "
    "?include=anime,anime.mappings.",
    "unknown_format": "extra: “{text}” is not a known format.",
    "many_own_fields": "The row has {n} fields of its own, which is too many.",
    "long_own_fields": "The row's own fields have {n} characters; the limit is {most}.",
    "long_own_field": "{what} has {n} characters, which is too many.",
    "number_out_of_range": "{what} has a number out of range: {text}.",
    "days_without_day": "{what}: there is a number of episodes without a day.",
    "many_viewings": "{what} has more than {most} rows.",
    "same_number": "{what}: two have the same number.",
    "several_active": "{what}: more than one is active.",
    "no_viewing": "{what}: one has no number or no state.",
    "no_episodes": "{what}: these are not episodes such as 1-12,14.",
    "no_list_name": "{what}: one has no name.",
    "many_days": "{what} has more than {most} days.",
    # Of the file as a whole.
    "rows_changed": "{n} rows were changed when the file was read: the reason of each "
    "row says how.",
    "row_changed": "1 row was changed when the file was read: the reason of each row "
    "says how.",
    "own_scale": "{text} has its own scale: the one you chose is not used.",
    "scale_guessed": "The file does not name the scale of its scores. The highest is "
    "{n}, so they were read as 0 to {most}. If that is wrong, send the file again with "
    "the scale: 5, 10 or 100.",
    "one_page": "This is only one page of a list: add the other pages, as an array.",
    "one_page_of_ours": "This is only one page of a list: request the list without "
    "`limit`, or add the other pages.",
    "entries_missing": "{site} counts {n} entries, but this file has {most}: add the "
    "others.",
    "header_miscounts": "The file's header counts {n} anime, but the file has {most} "
    "rows: all of them were read.",
    "too_many_for_lists": "Not everything was put on lists: there would be too many "
    "lists or titles.",
    "smart_list_not_made": "The smart list “{name}” was not made: there is no list "
    "“{list}” here.",
    "days_not_imported": "The dates of single episodes are not imported.",
    "not_utf8": "The file is not in UTF-8: it was read as {text}. If letters are "
    "wrong, save it as “CSV UTF-8”.",
    "encoded_twice": "The file's letters were encoded twice (Ã© for é): this was "
    "corrected.",
}
OF_TYPES = {"type": "|".join(EntryType.values)}
TIMES = re.compile(r" \((?P<times>[\d,]+) ×\)(?= |$)")  # after a warning: how often


class Said(TypedDict):
    """A sentence by its code; "" of one that is not in the table."""

    code: str
    sentence: str
    values: dict[str, str]


PATTERNS = {
    code: re.compile(f"{pattern_of(template, VALUES | OF_TYPES)}(?= |$)", re.DOTALL)
    for code, template in SENTENCES.items()
}


def coded(text: str) -> list[Said]:
    """The sentences of a reason or warning, in their order.

    One without a code, such as a later release's, makes the whole text one.
    """
    return [*said] if (said := read(text)) is not None else [uncoded(text)]


def uncoded(text: str) -> Said:
    return {"code": "", "sentence": text, "values": {}}


@lru_cache(maxsize=2048)  # the rows of a list are given the same few reasons
def read(text: str) -> tuple[Said, ...] | None:
    said, at = [], 0
    while at < len(text):
        found = next(found_at(text, at), None)
        if found is None:
            return None
        said.append(found)
        at += len(found["sentence"]) + 1
    return tuple(said)


def found_at(text: str, at: int) -> Iterator[Said]:
    for code, pattern in PATTERNS.items():
        if found := pattern.match(text, at):
            values = found.groupdict()
            end = found.end()
            if times := TIMES.match(text, end):
                values |= times.groupdict()
                end = times.end()
            yield {"code": code, "sentence": text[at:end], "values": values}
