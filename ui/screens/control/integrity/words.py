"""What is said of a verify and of a seal, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ui.kit.days import moment_words
from ui.kit.formats import DOT

if TYPE_CHECKING:
    from console.ledger.audit.seals import Sealing
    from console.ledger.audit.verify.remembered import LastVerify
    from console.ledger.operators.rights import Rights
    from ui.kit.formats import Formats

SEAL_NEEDS: Final = "needs role auditor"


def no_sealing(rights: Rights) -> str:
    """Say why this operator cannot seal; empty when they can."""
    if not (rights.has("auditor") or rights.has("owner")):
        return SEAL_NEEDS
    return rights.no_writing()


def covered(last: LastVerify, formats: Formats) -> str:
    """Say what a verify read, and of which moment."""
    transactions = formats.count(last.transactions, "transaction")
    accounts = formats.count(last.wallets, "wallet")
    depth = f"{DOT}deep" if last.deep else ""
    return f"Read were {transactions} and {accounts}, as of {moment_words(formats, last.at)}{depth}."


def result(last: LastVerify, formats: Formats) -> str:
    """Say how a verify ended."""
    unread = formats.count(len(last.unread), "promise")
    if last.passed and not last.unread:
        return "All of it stands."
    if last.passed:
        return f"All that was read stands; {unread} not read, for want of a right: an auditor may read all."
    parts = []
    if last.findings:
        parts.append(f"{formats.count(len(last.findings), 'promise')} broken")
    if last.objections:
        parts.append("this computer's record objects")
    if last.unread:
        parts.append(f"{unread} not read, for want of a right")
    words = ", ".join(parts)
    return f"{words[0].upper()}{words[1:]}."


def sealed(done: Sealing, formats: Formats) -> str:
    """Say what came of sealing."""
    if done.stopped_at is not None:
        wrong = done.stopped_at
        return (
            f"Transaction {wrong.transaction} is not sealed, nor what follows it: found is {wrong.found}; "
            f"{wrong.expected}. Verify names it; an auditor may let it pass: "
            f"ledgerctl audit acknowledge {wrong.transaction} --reason WHY"
        )
    what = f"{formats.count(done.rows, 'transaction')} sealed" if done.rows else "Nothing was left to seal"
    words = f"{what}; the seals reach to {formats.integer(done.sealed_to)}."
    if done.waits_for:
        pids = ", ".join(map(str, done.waits_for))
        words += f" The newest wait for sessions whose transactions are open: {pids}."
    return words
