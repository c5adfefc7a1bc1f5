"""Keys that belong to a place and cannot be set anew: they are listed, so that none has to be guessed."""

from __future__ import annotations

from typing import Final

LISTS: Final = "Every list"
FIXED_KEYS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    # what it does, where, the keys in Qt's own writing
    ("Open the row", LISTS, ("Return",)),
    ("Menu of the row", LISTS, ("Shift+F10", "Menu")),
    ("Select all rows that are loaded", LISTS, ("Ctrl+A",)),
    ("Copy the rows selected", LISTS, ("Ctrl+C",)),
    ("Copy the rows selected with headings", LISTS, ("Ctrl+Shift+C",)),
    ("First row of the whole list", LISTS, ("Ctrl+Home",)),
    ("Last row of the whole list", LISTS, ("Ctrl+End",)),
    ("Close the detail, or clear the filters", "Transactions", ("Esc",)),
    ("Next period, period before", "Account", ("Right", "Left")),
    ("Go from a term down to its rows", "Account", ("Down",)),
    ("Let the term go, close what stands beside, or go back", "Account", ("Esc",)),
    ("What the movement was paid with, or what credit it brought", "Account, statement", ("P",)),
    ("Transfer, deposit, pay out", "Account", ("T", "D", "O")),
    ("Grant credit, put on hold, freeze or unfreeze, note", "Account", ("G", "H", "F", "N")),
    ("Reverse the movement", "Account, transactions", ("R",)),
    (
        "A day or a week on or back, a month",
        "Credits, calendar",
        ("Right", "Left", "Down", "Up", "PgDown", "PgUp"),
    ),
    ("List the credits of the day", "Credits, calendar", ("Return",)),
    ("Select all that match, extend, end, void", "Credits", ("A", "X", "E", "V")),
    ("Revive expired credit, grant", "Credits", ("R", "G")),
    ("Release, capture, extend what is chosen", "Holds, and those of an account", ("R", "C", "X")),
    ("Put more on hold", "Holds", ("H",)),
    ("Next view, view before", "Holds, views", ("Right", "Left")),
    ("Close what stands beside the list", "Holds", ("Esc",)),
    ("Select the request, select all that are loaded", "Approvals", ("Space", "Ctrl+A")),
    ("Approve what is selected; on its page, the request", "Approvals", ("Ctrl+Return",)),
    ("Send back, reject, withdraw", "Approvals", ("S", "R", "W")),
    ("Next view, view before", "Approvals, views", ("Right", "Left")),
    ("Select none, or go back to the list", "Approvals", ("Esc",)),
    ("Do what the form says", "Form of an act", ("Ctrl+Return",)),
    ("Look up the names", "Balances", ("Ctrl+Return",)),
    ("Pause, or go on", "Queries, Server", ("Space",)),
    ("Span of time: 1 min, 15 min, 1 h, since the start", "Queries", ("1", "2", "3", "4")),
    ("Draw less often, more often", "Queries", ("+", "-")),
    ("Next point, point before", "Queries, graph", ("Right", "Left")),
    ("Select a range of time", "Queries, graph", ("Shift+Right", "Shift+Left")),
    ("Raise or lower the threshold", "Queries, graph", ("Up", "Down")),
    ("Open the statement of the point", "Queries, graph", ("Return",)),
    ("Clear the range", "Queries, graph", ("Esc",)),
    ("Ask for the plan", "Queries, one statement", ("P",)),
)
