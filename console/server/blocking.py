"""Who waits for whom, as a tree: each waiter once, below the one nearest to the root that it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.server.sessions import Activity, SessionRow


@dataclass(frozen=True, slots=True)
class Blocked:
    """One session of the tree; the root has depth 0 and waits for nobody.

    session: None for a blocker of another database and, as pid 0, for a prepared transaction.
    waiters: how many wait for it, directly or not. deadlock: it waits for itself, in the end.
    also_behind: others that keep it waiting too, such as those before it in the queue.
    """

    pid: int
    session: SessionRow | None
    depth: int
    waiters: int
    deadlock: bool = False
    also_behind: tuple[int, ...] = ()


def blocking(activity: Activity) -> tuple[Blocked, ...]:
    """Return the tree from its roots down, that with the most waiters first; empty when nobody waits.

    It is made here and not by a recursive statement: of n that queue for one row each waits for all before
    it, so the paths to the last are 2^(n - 2), and only the shortest says who must end.
    """
    sessions = {row.pid: row for row in activity.sessions}
    waits = {row.pid: row.blocked_by for row in activity.sessions if row.blocked_by}
    holders = {pid for blockers in waits.values() for pid in blockers}
    roots = sorted(holders - set(waits))
    parents, children = _nearest(roots, waits)
    # What no root reaches waits in a circle, until the server's deadlock check ends it.
    circles = []
    for pid in sorted(set(waits) - set(parents)):
        if pid not in parents:
            circles.append(pid)
            more, below = _nearest([pid], {one: by for one, by in waits.items() if one not in parents})
            parents |= more
            children |= {one: [*children.get(one, []), *added] for one, added in below.items()}
    made: list[Blocked] = []
    counts = _waiters(parents)
    order = sorted([*roots, *circles], key=lambda pid: -counts[pid])
    for root in order:
        stack = [(root, 0)]
        while stack:
            pid, depth = stack.pop()
            behind = tuple(other for other in waits.get(pid, ()) if other != parents.get(pid))
            made.append(Blocked(pid, sessions.get(pid), depth, counts[pid], pid in circles, behind))
            stack.extend((below, depth + 1) for below in reversed(children.get(pid, [])))
    return tuple(made)


def _nearest(
    roots: Iterable[int], waits: dict[int, tuple[int, ...]]
) -> tuple[dict[int, int | None], dict[int, list[int]]]:
    """Walk outwards from the roots; return whom each was reached from, and whom each keeps waiting."""
    waiters: dict[int, list[int]] = {}
    for pid, blockers in waits.items():
        for blocker in blockers:
            waiters.setdefault(blocker, []).append(pid)
    parents: dict[int, int | None] = dict.fromkeys(roots)
    children: dict[int, list[int]] = {}
    front = list(parents)
    while front:
        reached = []
        for pid in front:
            for waiter in waiters.get(pid, ()):
                if waiter not in parents:
                    parents[waiter] = pid
                    children.setdefault(pid, []).append(waiter)
                    reached.append(waiter)
        front = reached
    return parents, children


def _waiters(parents: dict[int, int | None]) -> dict[int, int]:
    """Return how many stand below each; whoever was reached later is counted first."""
    counts = dict.fromkeys(parents, 0)
    for pid in reversed(parents):
        above = parents[pid]
        if above is not None:
            counts[above] += counts[pid] + 1
    return counts
