"""A short name for a normalised statement: its verb, its main tables, and what kind of reading it is."""

from __future__ import annotations

import re

# Only these are shown in upper case; every other unquoted word is a name.
KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        """
        ALL AND ANY ARRAY AS ASC BEGIN BETWEEN BY CALL CASE COMMIT CONFLICT COPY CREATE CROSS DECLARE
        DEFAULT DELETE DESC DISTINCT DO DROP ELSE END EXCEPT EXISTS EXPLAIN EXTRACT FALSE FETCH FILTER
        FOR FROM FULL GRANT GROUP HAVING ILIKE IN INNER INSERT INTERSECT INTO IS JOIN KEY LATERAL LEFT
        LIKE LIMIT LISTEN LOCAL LOCK LOCKED NO NOT NOTHING NOTIFY NULL NULLS OF ON ONLY OR ORDER OUTER
        OVER OVERLAY PARTITION RECURSIVE RELEASE RESET RETURNING REVOKE RIGHT ROLLBACK SAVEPOINT SELECT
        SET SHARE SHOW SKIP START STDIN STDOUT SUBSTRING TABLE THEN TO TRANSACTION TRIM TRUE TRUNCATE
        UNION UPDATE USING VALUES WHEN WHERE WINDOW WITH
        """,
    )
)

_TABLES_SHOWN = 4
_NAME = r'(?:"[^"]+"|[a-z_][\w$]*)(?:\.(?:"[^"]+"|[a-z_][\w$]*))*'
_ALIAS = r'(?: (?:AS )?(?:"[^"]+"|[a-z_][\w$]*))?'
_SOURCES = re.compile(
    rf"(?:\bFROM|\bJOIN|\bINTO|(?<!FOR )(?<!KEY )(?<!DO )\bUPDATE|\bCOPY|\bTRUNCATE|\bTABLE) "
    rf"(?:LATERAL |ONLY |TABLE )*((?:{_NAME}{_ALIAS}, )*{_NAME})(\(?)"
)
# FROM is not followed by a table here.
_OTHER_FROM = re.compile(r"\b(?:EXTRACT|SUBSTRING|TRIM|OVERLAY) ?\([^()]*\)|\bDISTINCT FROM\b")
_DEFINED = re.compile(
    r"(?:\bWITH(?: RECURSIVE)? |\), )([a-z_]\w*)(?: ?\([^()]*\))? AS (?:NOT )?(?:materialized )?\("
)
_CALL = re.compile(r"\b([a-z_]\w*\.[a-z_]\w*) ?\(")
_VERB = re.compile(r"[A-Za-z]+")
_WRITE = re.compile(r"\b(INSERT INTO|(?<!FOR )(?<!KEY )(?<!DO )UPDATE|DELETE FROM)\b")
_ROW_COMPARED = re.compile(r"\) ?[<>]=? ?\(")


def label(text: str) -> str:
    """Return the label of a normalised statement, such as `SELECT transactions, wallets, keyset page`."""
    verb = _verb(text)
    objects = _objects(text)
    shown = ", ".join(objects[:_TABLES_SHOWN])
    if len(objects) > _TABLES_SHOWN:
        shown += ", …"
    return " ".join(part for part in (verb, shown, _reading(verb, text)) if part)


def _verb(text: str) -> str:
    """Return what the statement does; of a WITH, what its body does."""
    found = _VERB.match(text)
    verb = found.group().upper() if found else ""
    if verb != "WITH":
        return verb
    write = _WRITE.search(text)
    return write.group(1).split()[0] if write else "SELECT"


def _objects(text: str) -> list[str]:
    """Return the tables and functions used, in order, without schema and without WITH's own names."""
    text = _OTHER_FROM.sub(" ", text)
    defined = set(_DEFINED.findall(text))
    found: dict[str, None] = {}
    for sources, call in _SOURCES.findall(text):
        names = [source.split(" ")[0] for source in sources.split(", ")]
        for name in names:
            short = name.rsplit(".", 1)[-1].strip('"')
            if name not in defined:
                found[short + "()" if call and name is names[-1] else short] = None
    if not found:
        found.update((name.rsplit(".", 1)[-1] + "()", None) for name in _CALL.findall(text))
    return list(found)


def _reading(verb: str, text: str) -> str:
    """Return what kind of reading a SELECT is, when its clauses tell."""
    if verb != "SELECT":
        return ""
    if re.search(r"\bFOR (?:NO KEY )?UPDATE\b", text):
        return "with lock"
    if "LIMIT" in text and "ORDER BY" in text:
        return "keyset page" if _ROW_COMPARED.search(text) else "page"
    return "count" if re.match(r"SELECT count ?\(\*\)", text) else ""
