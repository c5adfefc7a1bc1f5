"""Single acts of tampering, with the check that must name the place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, LiteralString

DINNER: Final = "(SELECT id FROM ledger.transactions WHERE reference = 'dinner')"
"""A sealed transfer from Alice to Bob."""
TAXI: Final = "(SELECT id FROM ledger.transactions WHERE reference = 'taxi')"
"""The same, not yet sealed."""
_WALLET: Final = (
    "(SELECT w.id FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id WHERE u.username = '{}')"
)
_ALICE: Final = "user_id = (SELECT id FROM ledger.users WHERE username = 'alice')"
_BOB: Final = "user_id = (SELECT id FROM ledger.users WHERE username = 'bob')"
_CAROL: Final = "user_id = (SELECT id FROM ledger.users WHERE username = 'carol')"
_TAKEN_BACK: Final = "kind = 'reverse_transaction' AND outcome ->> 'amount' = '1000'"


@dataclass(frozen=True, slots=True)
class Case:
    """What is done, and which check must name which place."""

    code: str
    place: LiteralString
    harm: tuple[LiteralString, ...]


def pay_more(row: LiteralString) -> tuple[LiteralString, ...]:
    """Let Alice have paid Bob a hundred more, with every balance since as if she had."""
    return (
        """UPDATE ledger.wallets w SET balance = balance + CASE u.username WHEN 'alice' THEN -100 ELSE 100 END
        FROM ledger.users u WHERE u.id = w.user_id AND u.username IN ('alice', 'bob')""",
        f"""UPDATE ledger.transactions t
        SET from_balance_after = from_balance_after + CASE u.username WHEN 'alice' THEN -100 ELSE 100 END
        FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id AND u.username IN ('alice', 'bob')
        WHERE w.id = t.from_wallet AND t.id >= {row}""",
        f"""UPDATE ledger.transactions t
        SET to_balance_after = to_balance_after + CASE u.username WHEN 'alice' THEN -100 ELSE 100 END
        FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id AND u.username IN ('alice', 'bob')
        WHERE w.id = t.to_wallet AND t.id >= {row}""",
        f"""UPDATE ledger.daily_movements d SET amount = d.amount + 100
        FROM ledger.transactions t, ledger.daily_mark m
        WHERE t.id = {row} AND t.id <= m.through_id
            AND (d.day, d.currency, d.kind)
                = ((t.posted_at AT TIME ZONE m.zone)::date, t.currency, t.kind)""",
        f"UPDATE ledger.transactions SET amount = amount + 100 WHERE id = {row}",
    )


_HISTORY: Final = {
    "sealed transaction deleted": Case(
        "seal.rows",
        f"SELECT 'transaction ' || {DINNER}",
        (f"DELETE FROM ledger.transactions WHERE id = {DINNER}",),
    ),
    "transaction put into a sealed range": Case(
        "seal.rows",
        """SELECT 'transaction ' || min(t.id) - 1 FROM ledger.transactions t
        WHERE t.id > 1 AND NOT EXISTS (SELECT FROM ledger.transactions b WHERE b.id = t.id - 1)""",
        (
            """INSERT INTO ledger.transactions (
                id, posted_at, effective_at, from_wallet, to_wallet, amount, to_balance_after, kind, currency)
            SELECT t.id - 1, t.posted_at, t.effective_at, t.from_wallet, t.to_wallet, 5, 5, t.kind, t.currency
            FROM ledger.transactions t
            WHERE t.id > 1 AND NOT EXISTS (SELECT FROM ledger.transactions b WHERE b.id = t.id - 1)
            ORDER BY t.id LIMIT 1""",
        ),
    ),
    "transaction put at the end": Case(
        "transaction.made",
        "SELECT 'transaction ' || (last_value + 1) FROM ledger.transactions_id_seq",
        (
            f"""INSERT INTO ledger.transactions (
                posted_at, effective_at, from_wallet, to_wallet, amount, to_balance_after, kind, currency)
            SELECT now(), now(), {_WALLET.format("@external")}, w.id, 5, w.balance + 5, 'deposit', w.currency
            FROM ledger.wallets w WHERE {_CAROL}""",
            f"UPDATE ledger.wallets SET balance = balance + 5 WHERE {_CAROL}",
        ),
    ),
    "audit event edited": Case(
        "chain.hash",
        "SELECT 'event 5'",
        ("UPDATE ledger.audit_events SET actor = 'somebody' WHERE id = 5",),
    ),
    "audit event edited and its hash with it": Case(
        "chain.link",
        "SELECT 'event 6'",
        (
            "UPDATE ledger.audit_events SET actor = 'somebody' WHERE id = 5",
            """UPDATE ledger.audit_events SET hash = ledger.audit_link(
                previous, ledger.audit_digest(
                    id, at, actor, action, subject, outcome, reason, detail, ticket)),
                digest = ledger.audit_digest(id, at, actor, action, subject, outcome, reason, detail, ticket)
            WHERE id = 5""",
        ),
    ),
    "audit event deleted": Case(
        "chain.ids", "SELECT 'event 7'", ("DELETE FROM ledger.audit_events WHERE id = 7",)
    ),
    "tail cut off without the head": Case(
        "chain.head", "SELECT 'the head'", ("DELETE FROM ledger.audit_events WHERE id > 20",)
    ),
    "seal changed with its rows": Case(
        "seal.event",
        f"""SELECT 'transactions:' || first_id || '-' || last_id FROM ledger.seals
        WHERE {DINNER} BETWEEN first_id AND last_id""",
        (
            f"UPDATE ledger.transactions SET description = 'Lunch' WHERE id = {DINNER}",
            f"""UPDATE ledger.seals s SET (hash, digests) = (
                SELECT sha256(string_agg(ledger.transaction_digest(t), '' ORDER BY t.id)),
                    string_agg(int8send(t.id) || substr(ledger.transaction_digest(t), 1, 8), '' ORDER BY t.id)
                FROM ledger.transactions t WHERE t.id BETWEEN s.first_id AND s.last_id)
            WHERE {DINNER} BETWEEN s.first_id AND s.last_id""",
        ),
    ),
    "seal deleted": Case(
        "seal.event",
        """SELECT 'transactions:' || first_id || '-' || last_id FROM ledger.seals
        ORDER BY first_id DESC LIMIT 1""",
        ("DELETE FROM ledger.seals WHERE first_id = (SELECT max(first_id) FROM ledger.seals)",),
    ),
}

_BOOKS: Final = {
    "wallet's balance": Case(
        "wallet.last", "SELECT 'bob CR'", (f"UPDATE ledger.wallets SET balance = balance + 7 WHERE {_BOB}",)
    ),
    "lot's remainder": Case(
        "lot.remaining",
        "SELECT 'lot ' || id FROM ledger.credit_lots WHERE source = 'late'",
        ("UPDATE ledger.credit_lots SET remaining = remaining - 1 WHERE source = 'late'",),
    ),
    "lot's expiry": Case(
        "transaction.event",
        "SELECT 'transaction ' || opened_by FROM ledger.credit_lots WHERE source = 'late'",
        ("UPDATE ledger.credit_lots SET expires_at = NULL WHERE source = 'late'",),
    ),
    "credit's extension": Case(
        "lot.end",
        "SELECT 'lot ' || min(lot_id) FROM ledger.lot_events",
        (
            """UPDATE ledger.credit_lots SET expires_at = now() + interval '9 days'
            WHERE id = (SELECT min(lot_id) FROM ledger.lot_events)""",
        ),
    ),
    "event of an extension taken away": Case(
        "act.items",
        "SELECT 'act ' || min(act_id) FROM ledger.lot_events",
        (
            """DELETE FROM ledger.lot_events WHERE act_id = (SELECT min(act_id) FROM ledger.lot_events)
            AND lot_id = (SELECT max(lot_id) FROM ledger.lot_events)""",
        ),
    ),
    "act by another's name": Case(
        "act.made",
        "SELECT 'act ' || id FROM ledger.acts WHERE ticket = 'ZD-7'",
        ("UPDATE ledger.acts SET operator = 't_operator2' WHERE ticket = 'ZD-7'",),
    ),
    "hold's end": Case(
        "hold.end",
        "SELECT 'hold ' || id FROM ledger.reservations WHERE reference = 'order-3'",
        ("UPDATE ledger.reservations SET expires_at = NULL WHERE reference = 'order-3'",),
    ),
    "another hold released by an act": Case(
        "act.holds",
        "SELECT 'act ' || id FROM ledger.acts WHERE ticket = 'ZD-10'",
        (
            """UPDATE ledger.hold_events
            SET reservation_id = (SELECT id FROM ledger.reservations WHERE reference = 'many-5')
            WHERE act_id = (SELECT id FROM ledger.acts WHERE ticket = 'ZD-10')
                AND reservation_id = (SELECT id FROM ledger.reservations WHERE reference = 'many-1')""",
        ),
    ),
    "reversal made to look like one of an act": Case(
        "act.movements",
        "SELECT 'act ' || id FROM ledger.acts WHERE ticket = 'ZD-8'",
        (
            """UPDATE ledger.transactions SET amount = amount + 1 WHERE id = (
            SELECT max(id) FROM ledger.transactions WHERE kind = 'reversal' AND metadata ? 'act')""",
        ),
    ),
    "hold's amount": Case(
        "hold.asked",
        "SELECT 'reservation ' || id FROM ledger.reservations WHERE reference = 'open'",
        (
            "UPDATE ledger.reservations SET amount = amount + 1 WHERE reference = 'open'",
            f"UPDATE ledger.wallets SET reserved = reserved + 1 WHERE {_BOB}",
        ),
    ),
    "hold ended": Case(
        "hold.ended",
        "SELECT 'reservation ' || id FROM ledger.reservations WHERE reference = 'open'",
        (
            """UPDATE ledger.reservations SET status = 'released', closed_at = now(), closed_by = 'x',
            close_reason = 'x' WHERE reference = 'open'""",
            f"UPDATE ledger.wallets SET reserved = reserved - 78 WHERE {_BOB}",
        ),
    ),
    "two accounts' wallets exchanged": Case(
        "batch.parties",
        "SELECT 'batch ' || min(batch_id) || ', alice' FROM ledger.batch_parties",
        (
            f"UPDATE ledger.wallets SET user_id = -user_id WHERE {_BOB}",
            f"UPDATE ledger.wallets SET {_BOB} WHERE {_ALICE}",
            f"UPDATE ledger.wallets SET {_ALICE} WHERE user_id < 0",
        ),
    ),
}

_CONSENT: Final = {
    "approval deleted": Case(
        "request.approved",
        "SELECT 'request ' || max(request_id) FROM ledger.approvals",
        ("DELETE FROM ledger.approvals WHERE request_id = (SELECT max(request_id) FROM ledger.approvals)",),
    ),
    "approval made up": Case(
        "request.approved",
        "SELECT 'request ' || max(id) FROM ledger.approval_requests WHERE status = 'pending'",
        (
            """INSERT INTO ledger.approvals (request_id, approved_by, created_by, content)
            SELECT id, 'nobody', created_by, content FROM ledger.approval_requests
            WHERE status = 'pending' ORDER BY id DESC LIMIT 1""",
        ),
    ),
    "operation's outcome": Case(
        "operation.event",
        f"SELECT 'operation ' || key FROM ledger.operations WHERE {_TAKEN_BACK}",
        (f"UPDATE ledger.operations SET outcome = outcome || '{{\"transaction\": 1}}' WHERE {_TAKEN_BACK}",),
    ),
    "refusal deleted": Case(
        "operation.event",
        "SELECT 'event ' || min(id) FROM ledger.audit_events WHERE outcome = 'refused'",
        ("DELETE FROM ledger.operations WHERE outcome ->> 'code' = 'funds.short'",),
    ),
    "a function that looks away": Case(
        "guard.functions",
        "SELECT 'ledger.note'",
        (
            """CREATE OR REPLACE FUNCTION ledger.note(
                p_action text, p_subject text, p_outcome text, p_reason text, p_detail jsonb) RETURNS bigint
            LANGUAGE plpgsql AS $$ BEGIN RETURN 0; END $$""",
        ),
    ),
    "a guard gone": Case(
        "guard.triggers",
        "SELECT 'ledger.audit_events'",
        ("DROP TRIGGER append_only_rows ON ledger.audit_events",),
    ),
}

_FLAGS: Final = {
    "a flag given to another": Case(
        "account.flag",
        "SELECT 'note ' || min(note_id) FROM ledger.account_flags",
        (
            """UPDATE ledger.account_flags SET assignee = 't_support'
            WHERE note_id = (SELECT min(note_id) FROM ledger.account_flags)""",
        ),
    ),
    "a flag open again": Case(
        "account.flag",
        "SELECT 'note ' || note_id FROM ledger.account_flags WHERE done_at IS NOT NULL",
        ("UPDATE ledger.account_flags SET done_by = NULL, done_at = NULL",),
    ),
    "a flag open again with the name of who closed it": Case(
        "account.flag",
        "SELECT 'note ' || note_id FROM ledger.account_flags WHERE done_at IS NOT NULL",
        (
            "ALTER TABLE ledger.account_flags DROP CONSTRAINT flag_done",
            "UPDATE ledger.account_flags SET done_at = NULL",
        ),
    ),
    "a flag gone": Case(
        "account.flag",
        "SELECT 'note ' || max(note_id) FROM ledger.account_flags",
        (
            """DELETE FROM ledger.account_flags
            WHERE note_id = (SELECT max(note_id) FROM ledger.account_flags)""",
        ),
    ),
    "somebody who followed made to have looked away": Case(
        "account.follow",
        "SELECT operator || ' on account ' || user_id FROM ledger.account_follows WHERE following",
        ("UPDATE ledger.account_follows SET following = false",),
    ),
}

CASES: Final = _HISTORY | _BOOKS | _CONSENT | _FLAGS

# All of it reckoned anew from event 9 on, as somebody would who knows how.
REWRITE: Final = """
    DO $$
    DECLARE
        event ledger.audit_events;
        head bytea;
    BEGIN
        UPDATE ledger.audit_events SET reason = 'nothing to see' WHERE id = 9;
        SELECT hash INTO head FROM ledger.audit_events WHERE id = 8;
        FOR event IN SELECT * FROM ledger.audit_events WHERE id >= 9 ORDER BY id LOOP
            UPDATE ledger.audit_events SET previous = head, digest = ledger.audit_digest(
                id, at, actor, action, subject, outcome, reason, detail, ticket), hash = ledger.audit_link(
                head, ledger.audit_digest(id, at, actor, action, subject, outcome, reason, detail, ticket))
            WHERE id = event.id RETURNING hash INTO head;
        END LOOP;
        UPDATE ledger.audit_head SET hash = head;
    END $$"""
# The last thing done was a note; nothing of it is left.
CUT: Final[tuple[LiteralString, ...]] = (
    "DELETE FROM ledger.account_notes WHERE note = 'seen by the witness'",
    """DELETE FROM ledger.operations o USING ledger.audit_events e, ledger.audit_head h
    WHERE e.id = h.id AND o.outcome = e.detail -> 'outcome' AND o.kind = e.action""",
    "DELETE FROM ledger.audit_events e USING ledger.audit_head h WHERE e.id = h.id",
    """UPDATE ledger.audit_head SET id = id - 1, hash = (
        SELECT e.hash FROM ledger.audit_events e ORDER BY e.id DESC LIMIT 1)""",
)
RENAME: Final[tuple[LiteralString, ...]] = ("UPDATE ledger.identity SET ledger = gen_random_uuid()",)
