"""The words for the ledger's stable refusal codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.errors import RefusedError
from console.errors.refusal_details import told

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS = {
    "user.empty": "no account is named here; fill the cell",
    "user.unknown": "there is no such account in this currency; fix the name or have missing accounts opened",
    "customer.unknown": "no customer has an account of this name",
    "account.frozen": "the account is frozen; unfreeze it first",
    "account.closed": "the account is closed, for ever; use another one",
    "account.exists": "there is an account of this name in this currency already",
    "account.inactive": "the account is frozen or closed",
    "account.not_empty": "an account with a balance or holds cannot be closed",
    "party.same": "both parties are the same account; fix one of them",
    "amount.empty": "there is no amount; fill the cell",
    "amount.negative": "the amount must not be below zero",
    "amount.sign": "the amount must be above zero",
    "amount.range": "the amount or a resulting balance is beyond what the ledger can hold",
    "reference.empty": "there is no reference; fill the cell or map no reference column",
    "reference.repeated": "the reference is used already",
    "reference.posted": "the reference was posted already",
    "effective.range": "the date is outside the years 1 to 9999",
    "expiry.past": "the credit would expire at once: this moment is past; state a later one",
    "expiry.range": "the expiry is too late; leave it out for credit that does not expire",
    "source.empty": "credit that expires needs a source, such as its campaign; fill the cell",
    "source.kind": "only what @issuance grants to a customer has a source and expires; empty both cells",
    "funds.short": "the money does not reach",
    "text.character": "the text holds a control or invisible character, or is too long",
    "reason.empty": "a reason is needed, of three characters at least",
    "account.open": "only a closed account is erased; close it first",
    "status.unknown": "an account is active, frozen or closed",
    "transaction.asked": "the transaction is not what its operation asked for",
    "transaction.made": "no operation made the transaction",
    "transaction.sealed": "the transaction is under seal already",
    "transaction.sound": "the transaction is what was asked for; there is nothing to acknowledge",
    "job.unknown": "the keeper runs no such job",
    "job.status": "how this job ended is not for a keeper to say",
    "batch.name": "a batch needs a name of 1 to 200 characters, without control or invisible ones",
    "batch.file": "the file's name or checksum cannot be kept; a name has at most 255 plain characters",
    "batch.prefix": "a prefix has small letters, digits, dots, dashes and underscores, 31 at most",
    "batch.unknown": "there is no such batch",
    "batch.status": "the batch is not in the state for this",
    "batch.empty": "the batch has no lines",
    "batch.changed": "the batch's lines are not those that were checked; check it again",
    "batch.lines": "not every line could be posted",
    "batch.maker": "a draft is posted or submitted by its maker only",
    "aside.number": "name 1 to 10,000 lines to set aside",
    "aside.unknown": "the draft has no line of one of these numbers; read it anew",
    "aside.all": "these are all its lines; leave one, or discard the draft",
    "batch.submitted": "the batch waits for its approval already",
    "currency.unknown": "there is no such currency in this ledger",
    "currency.code": "a currency's code has 2 to 12 capital letters and digits, and begins with a letter",
    "currency.exponent": "a currency has 0 to 8 decimals",
    "currency.other_exponent": "the currency is there with other decimals",
    "currency.used": "there is something in this currency already; its decimals are part of every amount"
    " and stay",
    "currency.closed": "the currency is closed",
    "currency.same": "the currency has these decimals already",
    "currency.open": "the currency is open already",
    "currency.not_empty": "accounts hold a balance, credit or holds in this currency; empty them first",
    "currency.waiting": "requests in this currency are not done yet; carry them out, reject or withdraw them"
    " first",
    "zone.unknown": "the server knows no such time zone; write a place, such as Europe/Berlin, or UTC",
    "restore.detail": "what is said of a restore is an object of at most 16 kB",
    "unlock.minutes": "writing is unlocked for 1 to 480 minutes",
    "zone.same": "the business day is counted in this zone already",
    "user.grammar": "an account's name has small letters, digits, dots, dashes and underscores only",
    "ticket.invalid": "a ticket has 1 to 64 characters, none of them invisible, and no space at either end",
    "metadata.invalid": "metadata are at most 50 names of 1 to 64 characters, each with a text of one line,"
    " 500 characters at most",
    "offset.unknown": "the draft takes nothing of this batch",
    "offset.nothing": "nothing of this batch is left to be taken",
    "offset.currency": "the batch is in another currency",
    "allowance.range": "an allowance is above zero, and a day's at least that of one act",
    "note.empty": "there is nothing in the note",
    "flag.unknown": "the account has no note of this number that is flagged",
    "flag.done": "it is marked as done already",
    "flag.assignee": "nobody of this name may close flags; name one with the role support or operator",
    "transaction.unknown": "there is no such transaction",
    "reservation.unknown": "there is no hold of this reference",
    "reservation.repeated": "a hold of this reference was made already; choose another reference",
    "reservation.captured": "the hold was captured already",
    "reservation.released": "the hold was released",
    "reservation.expired": "the hold's time is over",
    "reservation.past": "this moment is past; state a later one, or release the hold",
    "reservation.short": "more cannot be captured than is held",
    "hold.many": "an act on holds names 1 to 1,000 of them; choose fewer",
    "hold.twice": "a hold is named twice; name each once",
    "hold.currencies": "an act on many holds is on those of one currency; choose those of one",
    "selection.changed": "these are not the credits that were seen any more; look again",
    "selection.nothing": "nothing matches any more; look again",
    "selection.large": "these are more credits than one act takes; choose fewer by a narrower filter",
    "reversal.repeated": "all of it was given back already",
    "reversal.at_once": "somebody gives back of it at the same moment; look again at what is left",
    "reversal.closed": "the account is closed, and takes and gives nothing any more; whoever answers for the"
    " ledger decides which other account does, by a transfer",
    "reversal.of_reversal": "this is a reversal itself; make a new transfer instead",
    "reversal.more": "more cannot be given back than was moved",
    "reversal.spent": "the granted credit is spent in part; take back what is left",
    "reversal.expired": "the granted credit has expired since and is gone",
    "reversal.nothing": "there is nothing that could be taken back",
    "reversal.policy": "say what is to be taken: all, or what is available",
    "approval.required": "others must approve this first",
    "approval.own": "nobody approves what is their own; another checker must",
    "approval.repeated": "you have approved it already, or another has by the same right; another checker"
    " must",
    "approval.number": "a rule asks for one to five checkers, or 0 to take it away",
    "approval.untyped": "an amount of this size is typed by its checker, from another source than the"
    " request",
    "control.second": "dual control is on and this gives rights: another administrator must agree; submit it",
    "control.unchanged": "dual control is as it was asked for already",
    "control.admins": "dual control needs two administrators who can sign in; add another first",
    "control.admin": "an administrator decides on this, and alone sees what would come of it",
    "approval.typed": "the amount typed is not that of the request",
    "approval.maker": "it was submitted by the checker whose right it would be; another checker must decide",
    "approval.password": "its maker set your password, or you set theirs: in dual control that is no second"
    " person",
    "approval.control": "a change of a control is decided on by itself, not with many",
    "delegation.self": "nobody delegates to themselves; name another operator",
    "delegation.time": "a delegation ends in the future, in 90 days at most",
    "delegation.ended": "there is no such delegation that lasts",
    "request.own": "what is one's own is withdrawn, not sent back",
    "request.stale": "the request's time is over; its maker submits it anew",
    "request.follows": "a request takes the place of one of the same kind and maker that was sent back, once",
    "requests.number": "name 1 to 500 requests, each with the content that was seen",
    "requests.twice": "a request is named twice; name each once",
    "terms.days": "requests wait for 1 to 365 days",
    "request.unknown": "there is no such request",
    "request.status": "the request is not in the state for this",
    "request.changed": "this is not the content that was submitted; look at the request again",
    "request.kind": "operations of this kind are not submitted for approval",
    "request.invalid": "the operation is not complete, or a value in it cannot be read",
    "request.maker": "only its maker takes a request back; a checker rejects it",
    "rule.unknown": "there is none such that could be taken away",
    "holder.unknown": "there is no such role or operator in the server",
    "limit.operation": "this is more than you may move at once",
    "limit.day": "this is more than you may move in a day",
    "limit.empty": "a limit needs an amount, at once or a day",
    "sign_in.locked": "too many attempts failed; wait, or ask an administrator to unlock it",
    "operator.exists": "a role of this name is there already; choose another name",
    "operator.grammar": "an operator's name has small letters, digits, dots and dashes, begins with a letter "
    "and is no name that the server or the ledger keeps for itself",
    "operator.groups": "an operator needs one or more of the ledger's roles",
    "operator.self": "nobody disables or enables themselves, or changes their own roles; another "
    "administrator must",
    "operator.status": "the operator has this status already",
    "operator.unknown": "there is no such operator in this ledger",
    "operator.unlocked": "the operator is not locked, and no attempt has failed",
    "operator.code": "the console sent no digest of a code, or a password beside it",
    "operator.verifier": "the console sent no SCRAM verifier for the password",
    "session.unknown": "this session is not there any more; look at the list again",
    "session.self": "this is the session that asks; it cannot end itself",
    "session.foreign": "the session belongs to no operator of this ledger; an administrator of the server "
    "ends it",
    "session.idle": "the session runs no statement, so there is none to cancel; terminate it instead",
    "session.rights": "the ledger has not been given the right to end sessions; an administrator of the "
    "server runs: GRANT pg_signal_backend, pg_read_all_stats TO ledger_roles",
    "operation.abandoned": "it was given up while its answer was unknown; do it again with a new key",
}


class OperationRefusedError(RefusedError):
    """The ledger refused one operation; `detail` is what it told besides the code."""

    def __init__(self, code: str, detail: Mapping[str, Any]) -> None:
        self.detail = dict(detail)
        who = f" ({detail['username']})" if "username" in detail else ""
        super().__init__(code, f"Refused: {words(code, detail)}{who}. Nothing was changed.")


def words(code: str, detail: Mapping[str, Any]) -> str:
    """Say what a code means here; amounts in `detail` are minor units of the currency that it names."""
    return told(code, detail) or _WORDS.get(code, f"the database refused it ({code})")


def sentence(code: str, detail: Mapping[str, Any]) -> str:
    """Say the same as a sentence of its own, as a table of problems shows it."""
    said = words(code, detail)
    return f"{said[0].upper()}{said[1:]}."


def refusal(code: str, detail: Mapping[str, Any]) -> OperationRefusedError:
    """Return the error for one refused operation."""
    return OperationRefusedError(code, detail)


def accepted(outcome: dict[str, Any]) -> dict[str, Any]:
    """Return an operation's outcome; raises RefusedError when it is a refusal."""
    if outcome["status"] == "refused":
        raise refusal(outcome["code"], outcome.get("detail") or {})
    return outcome
