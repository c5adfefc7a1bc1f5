"""How the columns of a table share its width: nothing cut beside blank room, nothing out of reach."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Wish:
    """What one column asks for, in pixels.

    whole: its title and the widest cell seen. usual: the same, but of long texts only so much as is asked
    for where room is short. least: what it is never narrower than. yields: the higher, the sooner it is left
    out where room is short; 0 never. text: whether it may be cut at all. takes: whether it gets what is left.
    free: a text that narrows before anything is left out, as do those that yield.
    """

    whole: int
    usual: int
    least: int
    yields: int = 0
    text: bool = False
    takes: bool = False
    free: bool = False


def share(wishes: Sequence[Wish], room: int) -> list[int | None]:
    """Return each column's width; None for one that is left out, so that the table need not scroll sideways.

    Free text and texts that may be left out narrow first, then columns are left out, and what still fits of
    them, cut if need be, stays; then other texts narrow. What is blank makes texts whole, first those that
    are never left out; what is then left has the one that takes the rest, without one the last text.
    """
    widths: list[int | None] = [wish.usual for wish in wishes]
    _narrow(widths, wishes, room, [at for at, wish in enumerate(wishes) if wish.free or wish.yields])
    going = sorted(range(len(wishes)), key=lambda at: (-wishes[at].yields, -at))
    for at in going:
        if wishes[at].yields and _over(widths, room) > 0:
            widths[at] = None
    for at in reversed(going):
        if widths[at] is None and wishes[at].least <= -_over(widths, room):
            widths[at] = min(wishes[at].usual, -_over(widths, room))
    _narrow(widths, wishes, room, range(len(wishes)))
    _fill(widths, wishes, room)
    return widths


def fixed(width: int, wish: Wish) -> Wish:
    """Return the wish of a column whose width somebody has chosen."""
    return replace(wish, whole=width, usual=width, least=width, text=False, free=False)


def _over(widths: Sequence[int | None], room: int) -> int:
    return sum(width or 0 for width in widths) - room


def _narrow(widths: list[int | None], wishes: Sequence[Wish], room: int, places: Iterable[int]) -> None:
    """Take from the texts among some columns what is missing, from each as much of it as it can give."""
    able = [at for at in places if wishes[at].text and widths[at] is not None]
    gives = {at: (widths[at] or 0) - wishes[at].least for at in able}
    most, over = sum(gives.values()), _over(widths, room)
    if over <= 0 or most <= 0:
        return
    for at, give in gives.items():
        taken = give if over >= most else -(-give * over // most)
        widths[at] = (widths[at] or 0) - taken


def _fill(widths: list[int | None], wishes: Sequence[Wish], room: int) -> None:
    """Give what is blank to the texts that are cut, and what is then left to one of them."""
    shown = [at for at, width in enumerate(widths) if width is not None]
    texts = [at for at in shown if wishes[at].text]
    kept = [at for at in texts if not wishes[at].yields and not wishes[at].takes]
    _make_whole(widths, wishes, room, kept)
    _make_whole(widths, wishes, room, texts)
    blank = -_over(widths, room)
    if blank > 0 and shown:
        takes = next((at for at in texts if wishes[at].takes), (texts or shown)[-1])
        widths[takes] = (widths[takes] or 0) + blank


def _make_whole(widths: list[int | None], wishes: Sequence[Wish], room: int, texts: Sequence[int]) -> None:
    """Share what is blank among texts: one that is long leaves the others as much as it gets."""
    for done, at in enumerate(sorted(texts, key=lambda at: wishes[at].whole - (widths[at] or 0))):
        share_of_it = max(0, -_over(widths, room)) // (len(texts) - done)
        widths[at] = min(wishes[at].whole, (widths[at] or 0) + share_of_it)
