"""A short name for a normalised statement: its verb, its subject, and what tells it from others like it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

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
_CONDITIONS_SHOWN = 8
_SHOWN_BEFORE, _SHOWN_INSIDE = 100, 200
_VALUES = "unnest()"
_BETWEEN = " \N{MIDDLE DOT} "
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
_EXPLAIN = re.compile(r"EXPLAIN (?:\([^()]*\) |(?:ANALYZE|VERBOSE|analyze|verbose) )*")
_WRITE = re.compile(r"\b(INSERT INTO|(?<!FOR )(?<!KEY )(?<!DO )UPDATE|DELETE FROM)\b")

# Of one level, where a query inside it is but a pair of parentheses.
_SUBJECT = re.compile(rf"\bFROM (?:ONLY |LATERAL )*({_NAME})?( ?\()?")
_WHERE = re.compile(
    r"\bWHERE (.*?)(?= (?:GROUP BY|ORDER BY|HAVING|WINDOW|UNION|EXCEPT|INTERSECT|LIMIT|FOR|RETURNING|ON)\b|$)"
)
# What is compared with another column or with what a query finds joins tables, and chooses nothing by itself.
_CONDITION = re.compile(
    rf"(?<![\w.\"$])(lower\()?({_NAME})(?(1)\))(?:::[\w \[\]]+?)? ?"
    rf"(<=|>=|<>|!=|=|<|>|(?:NOT )?(?:IN|LIKE|ILIKE|BETWEEN)\b)"
    rf"(?! ?{_NAME}(?![\w.]| ?\()| ?(?:(?:ANY|ALL|SOME) ?)?\(\))"
)
_ORDER = re.compile(rf"\bORDER BY ({_NAME})((?: ASC| DESC)?)")
_ROW_COMPARED = re.compile(r"\) ?[<>]=? ?\(")
_SAID_BY_NAME_ALONE = frozenset({"=", "IN", "BETWEEN"})


@dataclass(slots=True)
class _Level:
    """A query, or what else stands in parentheses, with a query inside it as `()`.

    before: what stands before its opening parenthesis. has_query and has_page: whether it is one, or has one
    in it.
    """

    before: str = ""
    text: str = ""
    has_query: bool = False
    has_page: bool = False
    pieces: list[str] = field(default_factory=list)
    inside: list[_Level] = field(default_factory=list)

    @property
    def is_page(self) -> bool:
        """Whether it is itself a page."""
        return "LIMIT" in self.text and "ORDER BY" in self.text

    def close(self) -> None:
        """Take it for whole."""
        self.text = "".join(self.pieces)
        self.has_query = "SELECT" in self.text or any(one.has_query for one in self.inside)
        self.has_page = self.is_page or any(one.has_page for one in self.inside)

    @property
    def seen_from_outside(self) -> str:
        """What the level around it shows: values and names stay."""
        return "()" if self.has_query or len(self.text) > _SHOWN_INSIDE else f"({self.text})"


def label(text: str) -> str:
    """Return the label of a normalised statement, such as `SELECT transactions page by currency`.

    The subject comes first: the table whose rows are chosen. Then by which columns, whether from a place
    on, and a page's order; the tables that only add something to these rows come last.
    """
    explained = _EXPLAIN.match(text)
    if explained is not None and explained.end() < len(text):
        return f"EXPLAIN {label(text[explained.end() :])}"
    verb = _verb(text)
    objects = _objects(text)
    core, read = _core(text, objects) if verb in {"SELECT", "DELETE", "UPDATE"} else (_Level(), [])
    subject = _subject(core, objects) if verb != "UPDATE" else ""
    if subject:
        objects = [subject, *(name for name in objects if name != subject)]
    chosen = " ".join(part for part in (_reading(verb, text, core), _chosen_by(read), _place(core)) if part)
    order = _order(core)
    others = objects[1:_TABLES_SHOWN] + ["…"] * (len(objects) > _TABLES_SHOWN)
    if not chosen and not order:
        return " ".join(part for part in (verb, ", ".join([*objects[:1], *others])) if part)
    first = " ".join(part for part in (verb, *objects[:1], chosen) if part)
    return _BETWEEN.join(part for part in (first, order, ", ".join(others)) if part)


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
            if name not in defined:
                found[_short(name) + "()" if call and name is names[-1] else _short(name)] = None
    # Values that were handed over as a table are not what it is about.
    about = {name: None for name in found if name != _VALUES}
    return list(about or {_short(name) + "()": None for name in _CALL.findall(text)} or found)


def _short(name: str) -> str:
    """Return a name without what it belongs to."""
    return name.rsplit(".", 1)[-1].strip('"')


def _levels(text: str) -> _Level:
    """Return the statement taken apart at its parentheses."""
    around = [_Level()]
    for piece in (*re.split(r"([()])", _OTHER_FROM.sub(" ", text)), *")" * text.count("(")):
        here = around[-1]
        if piece == "(":
            around.append(_Level("".join(here.pieces[-3:])[-_SHOWN_BEFORE:]))
        elif piece != ")":
            here.pieces.append(piece)
        elif len(around) > 1:
            here.close()
            around.pop()
            around[-1].inside.append(here)
            around[-1].pieces.append(here.seen_from_outside)
    around[0].close()
    return around[0]


def _core(text: str, objects: list[str]) -> tuple[_Level, list[_Level]]:
    """Return the level whose rows are chosen, and all that are read for it, that one first.

    Where FROM names a query, it is that query, and so on; of several, the one that is a page.
    """
    level, read = _levels(text), list[_Level]()
    while (source := _SUBJECT.search(level.text)) is not None:
        name, is_call = source.groups()
        if name is not None and (is_call or _short(name) in objects):
            break
        inner = _derived(level, name)
        if not inner:
            break
        read += inner
        level = next((one for one in inner if one.has_page), inner[0])
    return level, [level, *_within([level, *read])]


def _derived(level: _Level, name: str | None) -> list[_Level]:
    """Return the queries that a level reads from: the one that WITH gives a name, or those in its FROM."""
    if name is None:
        opens = re.compile(r"\b(?:FROM|JOIN|LATERAL) ?$|, ?$")
    else:
        opens = re.compile(rf"\b{re.escape(name)} ?(?:\([^()]*\) ?)?AS (?:NOT )?(?:materialized )?$")
    return [one for one in level.inside if opens.search(one.before)]


def _within(levels: list[_Level]) -> list[_Level]:
    """Return levels and all that is inside them."""
    found, left = list[_Level](), levels[::-1]
    while left:
        found.append(left.pop())
        left += found[-1].inside[::-1]
    return found


def _subject(core: _Level, objects: list[str]) -> str:
    """Return the table or function whose rows are chosen; empty when there is none."""
    source = _SUBJECT.search(core.text)
    if source is None or source.group(1) is None:
        return ""
    name = _short(source.group(1)) + ("()" if source.group(2) else "")
    return name if name in objects else ""


def _reading(verb: str, text: str, core: _Level) -> str:
    """Return what kind of reading a SELECT is, when its clauses tell."""
    if verb != "SELECT":
        return ""
    if re.search(r"\bFOR (?:NO KEY )?UPDATE\b", text):
        return "with lock"
    if core.is_page:
        return "page"
    return "count" if re.match(r"SELECT count ?\(\*\)", text) else ""


def _chosen_by(read: list[_Level]) -> str:
    """Return by which columns rows are chosen; one that is compared in several ways, by its name alone."""
    found: dict[str, set[str]] = {}
    for level in read:
        for where in _WHERE.findall(level.text):
            for _lower, name, compared in _CONDITION.findall(where):
                found.setdefault(_short(name), set()).add(compared)
    names = [
        f"{name} {''.join(ways)}" if len(ways) == 1 and not ways <= _SAID_BY_NAME_ALONE else name
        for name, ways in found.items()
    ]
    shown = names[:_CONDITIONS_SHOWN] + ["…"] * (len(names) > _CONDITIONS_SHOWN)
    return f"by {', '.join(shown)}" if shown else ""


def _place(core: _Level) -> str:
    """Say that rows are taken from a place in the list on."""
    return "from a place" if any(map(_ROW_COMPARED.search, _WHERE.findall(core.text))) else ""


def _order(core: _Level) -> str:
    """Return the column that a page is in the order of."""
    order = _ORDER.search(core.text) if core.is_page else None
    return "" if order is None else _short(order.group(1)) + order.group(2).replace(" ASC", "")
