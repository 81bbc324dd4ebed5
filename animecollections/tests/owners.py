"""Finds statements that touch rows of users without saying whose they are.

Where the database is spread by user, such a statement asks every machine.
"""

import re
from functools import cache

from animecollections.db.citus.placing import tables_of_users

STRING = re.compile(r"'(?:[^']|'')*'")
TABLE = re.compile(
    r'(?:\b(?:FROM|JOIN|UPDATE|INTO)\b|,)\s+"?(\w+)"?(?:\s+(?:AS\s+)?"?(\w+)"?)?'
)
VALUE = r"(?:%s|%\(\w+\)s|:\w+)"
# What begins a query of its own within another.
QUERY = re.compile(r"\(\s*(?:SELECT|WITH|UPDATE|DELETE|INSERT)\b")
# In a query within another: the owner of the outer one's row.
OF_OUTER = re.compile(r'[U-Z]\d\."user_id" = \("?\w+"?\."user_id"\)')
INSERT = re.compile(r"\s*(?:WITH \w+ AS \(…\)(?:, \w+ AS \(…\))* )?INSERT\b")
# What a release before left: somebody who has claimed nothing (UserManager.known_by; a
# spread database is not asked so), and keys of sessions that do not say whose they are.
# Keys that do are asked for with their user.
FALLBACK = re.compile(
    r'WHERE "profiles_user"\."(?:email|user_name_key)" = %s ORDER'
    r"|WHERE i\.session_key = %s AND i\.expire_date > %s AND NOT i\.waits_for_code AND"
    r'|FROM "profiles_session" WHERE "profiles_session"\."session_key" = %s'
)


class UnownedStatementError(AssertionError):
    pass


def refuse_unowned(execute, sql, params, many, context):
    """For `connection.execute_wrapper`."""
    if left := unowned(sql):
        raise UnownedStatementError(f"Whose {', '.join(left)}?\n{sql}")
    return execute(sql, params, many, context)


@cache
def unowned(sql):
    """The tables of users that a statement touches without naming an owner."""
    if FALLBACK.search(sql):
        return []
    *within, outer = queries(STRING.sub("''", sql))
    left = {table for part in within for table in left_in(part, is_within=True)}
    return sorted(left.union(left_in(outer)))


def left_in(query, is_within=False):
    """A query within another may be about the owner of its row."""
    tables = tables_of_users()
    named = {table: alias for table, alias in TABLE.findall(query) if table in tables}
    if not named or INSERT.match(query):
        return  # what is inserted says whose it is: its owner is not null
    if is_within and OF_OUTER.search(query):
        return
    if not any(is_said(query, tables[table], table, named[table]) for table in named):
        yield from named


def is_said(query, column, *names):
    """`user_id = %s` of whichever table, for they are joined by it; `id = %s` only of
    the users' own.
    """
    of_table = rf'"?(?:{"|".join(filter(None, names))})"?\.'
    before = of_table if column == "id" and "." in query else ""
    owner = rf'{before}"?\b{column}"?\)?\s*(?:=\s*\(?{VALUE}|IN \({VALUE})'
    return re.search(owner, query) is not None


def queries(sql):
    """A statement and those within it, each without those within itself."""
    begin = QUERY.search(sql)
    while begin:
        depth, end = 1, begin.start() + 1
        while depth and end < len(sql):
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        yield from queries(sql[begin.start() + 1 : end - 1])
        sql = sql[: begin.start()] + "(…)" + sql[end:]
        begin = QUERY.search(sql)
    yield sql
