"""The ledger in a page of Python: what every function must do, said in the plainest way there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf


class Refused(Exception):  # noqa: N818 - a refusal is an outcome
    """The model refuses, for one of these codes."""

    def __init__(self, *codes: str) -> None:
        super().__init__(*codes)
        self.codes = frozenset(codes)


@dataclass(slots=True)
class Account:
    """A customer's wallet."""

    balance: int = 0
    overdraft: int = 0
    status: str = "active"


@dataclass(slots=True)
class Lot:
    """Granted credit of one source; expires is inf for what never does."""

    owner: str
    remaining: int
    born: float
    expires: float
    expired: bool = False
    # What has gone of it and may come back, by its place among all that has gone.
    gone: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Hold:
    """Money set aside."""

    owner: str
    amount: int
    born: float
    expires: float
    status: str = "reserved"
    captured: int = 0


@dataclass(slots=True)
class Move:
    """A transaction: which lots it burned, which one it opened, how much of it was given back."""

    payer: str
    payee: str
    amount: int
    burned: dict[int, int] = field(default_factory=dict)
    lot: int | None = None
    back: int = 0
    is_reversal: bool = False


@dataclass(slots=True)
class Ledger:
    """All of it. A refused call may leave it half changed: try on a copy."""

    accounts: dict[str, Account] = field(default_factory=dict)
    lots: list[Lot] = field(default_factory=list)
    holds: dict[str, Hold] = field(default_factory=dict)
    moves: dict[int, Move] = field(default_factory=dict)
    reversed: list[list[int]] = field(default_factory=list)
    now: float = 0
    times_gone: int = 0

    def granted(self, name: str) -> int:
        """Return the sum of an account's open lots."""
        return sum(lot.remaining for lot in self.lots if lot.owner == name)

    def reserved(self, name: str) -> int:
        """Return the sum of an account's open holds."""
        return sum(
            hold.amount for hold in self.holds.values() if (hold.owner, hold.status) == (name, "reserved")
        )

    def burn_order(self, name: str) -> list[int]:
        """Return an account's lots: the soonest to expire first, then the oldest."""
        mine = [number for number, lot in enumerate(self.lots) if lot.owner == name and lot.remaining]
        return sorted(mine, key=lambda number: (self.lots[number].expires, number))

    def dead(self, name: str) -> dict[int, int]:
        """Return what nothing keeps of each expired lot; holds of its time keep the earliest lot first."""
        open_holds = [hold for hold in self.holds.values() if (hold.owner, hold.status) == (name, "reserved")]
        spare, found = 0, {}
        for number in self.burn_order(name):
            lot = self.lots[number]
            if lot.expires > self.now:
                continue
            for hold in [hold for hold in open_holds if hold.born < lot.expires]:
                open_holds.remove(hold)
                spare += hold.amount
            kept = min(lot.remaining, spare)
            spare -= kept
            if lot.remaining > kept:
                found[number] = lot.remaining - kept
        return found

    def check(self, *names: str, any_status: bool = False) -> None:
        """Refuse when one of these may not move, or would be below its floor."""
        codes = set()
        for name, account in ((name, self.accounts[name]) for name in names if name in self.accounts):
            if account.status != "active" and not any_status:
                codes.add("account.inactive")
            if account.balance - max(self.granted(name), self.reserved(name)) < -account.overdraft:
                codes.add("funds.short")
        if codes:
            raise Refused(*codes)

    def active(self, *names: str) -> None:
        """Refuse when one of these may not move."""
        if any(self.accounts[name].status != "active" for name in names if name in self.accounts):
            raise Refused("account.inactive")

    def open(self, *names: str) -> None:
        """Refuse when one of these is closed; a freeze stops nothing that is given back."""
        if any(self.accounts[name].status == "closed" for name in names if name in self.accounts):
            raise Refused("reversal.closed")

    def move(self, payer: str, payee: str, amount: int) -> Move:
        """Move money; who moves more than is there is refused later."""
        for name, change in ((payer, -amount), (payee, amount)):
            if name in self.accounts:
                self.accounts[name].balance += change
        return Move(payer, payee, amount)

    def expire(self, name: str) -> int:
        """Send an account's dead credit away and return of how many lots."""
        gone = self.dead(name) if name in self.accounts else {}
        for number, amount in sorted(gone.items()):
            self.lots[number].remaining -= amount
            self.lots[number].expired = True
            self.times_gone += 1
            self.lots[number].gone[self.times_gone] = amount
            self.move(name, "@breakage", amount)
        return len(gone)

    def open_lot(self, name: str, amount: int, expires: float) -> int:
        """Open a lot and return its number."""
        self.lots.append(Lot(name, amount, self.now, expires))
        return len(self.lots) - 1

    def transfer(self, payer: str, payee: str, amount: int) -> Move:
        """Move money from one to another."""
        if payer == payee:
            self.active(payer)
            raise Refused("party.same")
        moved = self.move(payer, payee, amount)
        self.check(payer, payee)
        return moved

    def grant(self, name: str, amount: int, expires: float) -> Move:
        """Grant credit."""
        moved = self.move("@issuance", name, amount)
        moved.lot = self.open_lot(name, amount, expires)
        self.check(name)
        return moved

    def reserve(self, name: str, amount: int, reference: str, expires: float) -> None:
        """Set money aside; expired credit is none."""
        self.active(name)
        self.expire(name)
        self.holds[reference] = Hold(name, amount, self.now, expires)
        self.check(name)

    def open_hold(self, reference: str) -> Hold:
        """Return a hold that is still one."""
        hold = self.holds[reference]
        if hold.status != "reserved":
            raise Refused(f"reservation.{hold.status}")
        if hold.expires <= self.now:
            raise Refused("reservation.expired")
        return hold

    def capture(self, reference: str, amount: int | None, payee: str) -> Move:
        """Spend a hold: lots that were alive when it was made, in burn order, then money."""
        hold = self.open_hold(reference)
        taking = hold.amount if amount is None else amount
        if taking > hold.amount:
            raise Refused("reservation.short")
        self.active(hold.owner, payee)
        if hold.owner == payee:
            raise Refused("party.same")
        moved = self.move(hold.owner, payee, taking)
        left = taking
        for number in self.burn_order(hold.owner):
            if self.lots[number].expires > hold.born and left:
                burned = min(left, self.lots[number].remaining)
                self.lots[number].remaining -= burned
                moved.burned[number] = burned
                left -= burned
        hold.status, hold.captured = "captured", taking
        self.check(hold.owner, payee)
        self.expire(hold.owner)
        return moved

    def release(self, reference: str) -> None:
        """Let a hold go, and with it what only it kept alive."""
        hold = self.open_hold(reference)
        hold.status = "released"
        self.expire(hold.owner)

    def extend(self, reference: str, expires: float) -> None:
        """Give a hold another time."""
        self.open_hold(reference).expires = expires

    def chosen(self, numbers: list[int], *, later_than: float | None) -> list[int]:
        """Return which of these credits an act is on: what ends later, or has ended, is left out."""
        there = [number for number in numbers if self.lots[number].remaining]
        if len(there) < len(numbers):
            raise Refused("selection.changed", "selection.nothing")
        able = [
            number for number in there
            if self.accounts[self.lots[number].owner].status != "closed"
            and self.lots[number].expires > self.now
            and (later_than is None or self.lots[number].expires < later_than)
        ]  # fmt: skip
        if not able:
            raise Refused("selection.nothing")
        return able

    def extend_lots(self, numbers: list[int], expires: float) -> int:
        """Give credits a later end; return how many."""
        able = self.chosen(numbers, later_than=expires)
        for number in able:
            self.lots[number].expires = expires
        return len(able)

    def end_lots(self, numbers: list[int]) -> int:
        """End credits now; return how many."""
        able = self.chosen(numbers, later_than=None)
        owners = {self.lots[number].owner for number in able}
        for owner in owners:
            self.expire(owner)
        for number in able:
            # A hold of this moment was made before it.
            self.lots[number].expires = self.now
        for owner in owners:
            self.expire(owner)
        return len(able)

    def revive_lots(self, numbers: list[int], expires: float) -> int:
        """Bring back what has gone of credits of which nothing is left, as new ones; return of how many."""
        wanted = [self.lots[number] for number in numbers]
        if any(lot.remaining or not lot.gone for lot in wanted):
            raise Refused("selection.changed", "selection.nothing")
        able = [lot for lot in wanted if self.accounts[lot.owner].status != "closed"]
        if not able:
            raise Refused("selection.nothing")
        parts = [(place, one.owner, amount) for one in able for place, amount in one.gone.items()]
        for _place, owner, amount in sorted(parts):
            self.open_lot(owner, amount, expires)
            self.move("@breakage", owner, amount)
        for lot in able:
            lot.gone.clear()
        return len(able)

    def sweep(self) -> tuple[int, int]:
        """End what is past its time; return how many holds and lots that were."""
        over = [
            hold for hold in self.holds.values() if hold.status == "reserved" and hold.expires <= self.now
        ]
        for hold in over:
            hold.status = "expired"
        return len(over), sum(self.expire(name) for name in self.accounts)

    def reverse(self, number: int, amount: int | None, expires: float | None) -> Move:
        """Give back of one transaction: last burned first, and nothing into a lot that has expired."""
        original = self.moves[number]
        left = original.amount - original.back
        back = left if amount is None else amount
        if original.is_reversal:
            raise Refused("reversal.of_reversal")
        self.open(original.payer, original.payee)
        if not left:
            raise Refused("reversal.repeated")
        if back > left:
            raise Refused("reversal.more")
        before = original.back
        self.expire(original.payer)
        self.expire(original.payee)
        moved = self.take_back(original, back)
        # What came back before this part has used up the beginning.
        skipped, wanted, lost = before, back, 0
        plain = original.amount - sum(original.burned.values())
        wanted -= min(wanted, max(plain - skipped, 0))
        skipped = max(skipped - plain, 0)
        for lot in sorted(
            original.burned, key=lambda number: (self.lots[number].expires, number), reverse=True
        ):
            part = min(wanted, max(original.burned[lot] - skipped, 0))
            skipped = max(skipped - original.burned[lot], 0)
            wanted -= part
            if self.lots[lot].expires > self.now:
                self.lots[lot].remaining += part
            else:
                lost += part
        if lost and expires is not None:
            moved.lot = self.open_lot(original.payer, lost, expires)
        self.check(original.payer, original.payee, any_status=True)
        return moved

    def take_back(self, original: Move, amount: int) -> Move:
        """Take back what a transaction brought: credit from its own lot, money from the balance."""
        if original.lot is not None:
            lot = self.lots[original.lot]
            if lot.remaining < amount:
                raise Refused("reversal.expired" if lot.expired else "reversal.spent")
            lot.remaining -= amount
        original.back += amount
        moved = self.move(original.payee, original.payer, amount)
        moved.is_reversal = True
        return moved

    def post_batch(self, lines: list[tuple[str, str, int, float | None]]) -> list[Move]:
        """Post lines; only what comes of all of them counts. A line with an expiry opens a lot."""
        made = []
        for payer, payee, amount, expires in lines:
            moved = self.move(payer, payee, amount)
            if expires is not None:
                moved.lot = self.open_lot(payee, amount, expires)
            made.append(moved)
        self.check(*{name for line in lines for name in line[:2]})
        return made

    def reverse_batch(self, numbers: list[int], policy: str) -> int:
        """Give back a batch, all of it or what is there; return how much that was."""
        originals = [self.moves[number] for number in numbers]
        names = {name for original in originals for name in (original.payer, original.payee)}
        if all(one.back == one.amount for one in originals) and numbers in self.reversed:
            raise Refused("reversal.repeated")
        if policy == "all":
            self.open(*names)
        for name in names:
            self.expire(name)
        lines = [original for original in originals if original.back < original.amount]
        amounts = [one.amount - one.back for one in lines] if policy == "all" else self.available(lines)
        if not any(amounts):
            raise Refused("reversal.nothing")
        for original, amount in zip(lines, amounts, strict=True):
            if original.lot is not None and self.lots[original.lot].remaining < amount:
                raise Refused("reversal.spent")
        for original, amount in zip(lines, amounts, strict=True):
            if amount:
                self.take_back(original, amount)
        self.check(*names, any_status=True)
        self.reversed.append(numbers)
        return sum(amounts)

    def available(self, lines: list[Move]) -> list[int]:
        """Return what of each line is there: held money stays, and money is not taken from credit."""
        room: dict[str, float] = {"": inf}
        plain: dict[str, float] = {"": inf}
        for name, account in self.accounts.items():
            room[name] = max(0, account.balance - self.reserved(name) + account.overdraft)
            plain[name] = max(0, account.balance - self.granted(name) + account.overdraft)
        found = []
        for line in lines:
            name = line.payee if line.payee in self.accounts else ""
            wanted: float = (
                line.amount - line.back
                if line.lot is None
                else min(line.amount - line.back, self.lots[line.lot].remaining)
            )
            if any(
                self.accounts[party].status == "closed"
                for party in (line.payer, name)
                if party in self.accounts
            ):
                wanted = 0
            if line.lot is None:
                wanted = min(wanted, plain[name])
                plain[name] -= wanted
            wanted = min(wanted, room[name])
            room[name] -= wanted
            found.append(int(wanted))
        return found

    def set_status(self, name: str, status: str) -> None:
        """Freeze, unfreeze or close."""
        account = self.accounts[name]
        if account.status == "closed":
            raise Refused("account.closed")
        if status == "closed" and (account.balance, self.granted(name), self.reserved(name)) != (0, 0, 0):
            raise Refused("account.not_empty")
        account.status = status

    def set_overdraft(self, name: str, limit: int) -> None:
        """Let an account go so far below zero."""
        self.accounts[name].overdraft = limit
        self.check(name, any_status=True)
