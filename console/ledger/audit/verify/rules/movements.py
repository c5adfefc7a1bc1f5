"""Each movement for itself: between which wallets, of which kind, and the balances it left behind."""
# ruff: noqa: S608 - statements are put together from constants of this package

from __future__ import annotations

from typing import Final

from console.ledger.audit.verify.check import Question

# What the ledger's functions call a movement, by its two parties; a transfer to @breakage is an adjustment
# and what expired there an expiry, which has its lots. Demos have captures without a reservation.
# The words are made for what is wrong only: making them for every row would take most of the time.
_PARTY: Final = """(
    SELECT w.id, w.currency, w.kind, u.username AS system FROM ledger.wallets w
    LEFT JOIN ledger.users u ON u.id = w.user_id AND u.kind = 'system')"""
_ENDS: Final = f"""
    WITH seen AS MATERIALIZED (
        SELECT * FROM (
            SELECT t.id, t.kind, t.currency, payer.currency AS from_currency, payee.currency AS to_currency,
                payer.kind AS from_kind, payee.kind AS to_kind, t.from_balance_after, t.to_balance_after,
                CASE WHEN t.reverses IS NOT NULL THEN '{{reversal}}'
                    WHEN t.reservation_id IS NOT NULL THEN '{{capture}}'
                    WHEN payer.system = '@external' THEN '{{deposit}}'
                    WHEN payee.system = '@external' THEN '{{payout}}'
                    WHEN payer.system = '@issuance' AND payee.system IS NULL THEN '{{grant}}'
                    WHEN payer.system IS NULL AND payee.system = '@breakage' THEN '{{expiry,adjustment}}'
                    WHEN payer.system IS NULL AND payee.system = '@revenue' THEN '{{adjustment,capture}}'
                    WHEN payer.system IS NOT NULL OR payee.system IS NOT NULL THEN '{{adjustment}}'
                    ELSE '{{transfer}}' END::ledger.transaction_kind[] AS kinds
            FROM ledger.transactions t
            LEFT JOIN {_PARTY} payer ON payer.id = t.from_wallet
            LEFT JOIN {_PARTY} payee ON payee.id = t.to_wallet
        ) row
        WHERE row.from_currency IS DISTINCT FROM row.to_currency
            OR row.from_currency IS DISTINCT FROM row.currency
            OR row.kind <> ALL (row.kinds)
            OR (row.from_kind = 'system') <> (row.from_balance_after IS NULL)
            OR (row.to_kind = 'system') <> (row.to_balance_after IS NULL)
    )
    SELECT broken.code, 'transaction ' || seen.id AS place, seen.id AS number, broken.expected, broken.found
    FROM seen CROSS JOIN LATERAL (VALUES
        ('movement.wallet', seen.from_currency IS DISTINCT FROM seen.to_currency
            OR seen.from_currency IS DISTINCT FROM seen.currency,
            seen.to_currency, concat_ws(' in ', seen.from_currency, seen.currency)),
        ('movement.kind', seen.kind <> ALL (seen.kinds), seen.kinds::text, seen.kind::text),
        ('movement.sides', (seen.from_kind = 'system') <> (seen.from_balance_after IS NULL)
                OR (seen.to_kind = 'system') <> (seen.to_balance_after IS NULL),
            seen.from_kind || ' to ' || seen.to_kind,
            coalesce(seen.from_balance_after::text, 'none') || ' to '
                || coalesce(seen.to_balance_after::text, 'none'))
    ) broken (code, yes, expected, found)
    WHERE broken.yes"""

# In the order of ids, which are drawn while the wallet is locked: the order in which it happened. The last
# balance of each wallet is at hand here; looking it up wallet by wallet would take as long again.
_BALANCES: Final = """
    WITH step AS MATERIALIZED (
        SELECT * FROM (
            SELECT leg.id, leg.wallet, leg.after, lead(leg.id) OVER w IS NULL AS last,
                leg.delta + coalesce(lag(leg.after) OVER w, 0) AS due
            FROM (
                SELECT t.id, t.from_wallet AS wallet, -t.amount::numeric AS delta, t.from_balance_after
                    AS after
                FROM ledger.transactions t WHERE t.from_balance_after IS NOT NULL
                UNION ALL
                SELECT t.id, t.to_wallet, t.amount, t.to_balance_after
                FROM ledger.transactions t WHERE t.to_balance_after IS NOT NULL
            ) leg
            WINDOW w AS (PARTITION BY leg.wallet ORDER BY leg.id)
        ) every WHERE every.last OR every.after <> every.due
    )
    SELECT 'movement.balance' AS code, 'transaction ' || step.id AS place, step.id AS number,
        step.due::text AS expected, step.after::text AS found
    FROM step WHERE step.after <> step.due
    UNION ALL
    SELECT 'wallet.last', coalesce((SELECT u.username || ' ' FROM ledger.users u WHERE u.id = w.user_id), '')
            || coalesce(w.currency, 'wallet ' || step.wallet), coalesce(w.id, step.wallet),
        coalesce(step.after, 0)::text, coalesce(w.balance::text, 'no such wallet')
    FROM (SELECT * FROM ledger.wallets c WHERE c.kind = 'customer') w
    FULL JOIN (SELECT * FROM step s WHERE s.last) step ON step.wallet = w.id
    WHERE w.balance IS DISTINCT FROM coalesce(step.after, 0)"""

_REVERSALS: Final = """
    SELECT 'movement.reversal' AS code, 'transaction ' || t.id AS place, t.id AS number,
        coalesce(o.to_wallet || ' to ' || o.from_wallet || ', at most ' || o.amount,
            'transaction ' || t.reverses || ' before it') AS expected,
        t.from_wallet || ' to ' || t.to_wallet || ', ' || t.amount AS found
    FROM ledger.transactions t
    LEFT JOIN ledger.transactions o ON o.id = t.reverses AND o.id < t.id AND o.kind <> 'reversal'
    WHERE t.reverses IS NOT NULL AND (
        o.id IS NULL OR (t.from_wallet, t.to_wallet) <> (o.to_wallet, o.from_wallet) OR t.amount > o.amount)
    UNION ALL
    -- Reckoned from the transactions alone: which part each is, and how much was given back with it.
    SELECT 'movement.parts', 'transaction ' || coalesce(due.id, r.transaction_id),
        coalesce(due.id, r.transaction_id),
        coalesce('part ' || due.part || ' of transaction ' || due.reverses || ', ' || due.through || ' of '
            || due.whole, 'no reversal'),
        coalesce('part ' || r.part || ' of transaction ' || r.reverses || ', ' || r.reversed_through || ' of '
            || r.original_amount, 'no part')
    FROM (
        SELECT t.id, t.reverses, t.amount, o.amount AS whole,
            row_number() OVER parts AS part, sum(t.amount) OVER parts AS through
        FROM ledger.transactions t LEFT JOIN ledger.transactions o ON o.id = t.reverses
        WHERE t.reverses IS NOT NULL WINDOW parts AS (PARTITION BY t.reverses ORDER BY t.id)
    ) due
    FULL JOIN ledger.reversals r ON r.transaction_id = due.id
    WHERE (due.reverses, due.part, due.amount, due.through, due.whole)
            IS DISTINCT FROM (r.reverses, r.part, r.amount, r.reversed_through, r.original_amount)
        OR due.through > due.whole OR r.reversed_before IS DISTINCT FROM due.through - due.amount
    UNION ALL
    -- Only a transfer or a line of a batch may take effect at a moment of its own.
    SELECT 'movement.moment', 'transaction ' || t.id, t.id, t.posted_at::text, t.effective_at::text
    FROM ledger.transactions t
    WHERE t.kind IN ('capture', 'expiry', 'reversal') AND t.batch_id IS NULL
        AND t.effective_at <> t.posted_at"""

QUESTIONS: Final = (
    Question(
        {
            "movement.wallet": "Each movement is between wallets that are there, of one currency",
            "movement.kind": "Each movement is of the kind that its parties make it",
            "movement.sides": "Each side of a customer, and no other, has the balance after it",
        },
        _ENDS,
    ),
    Question(
        {
            "movement.balance": "Each balance after a movement follows from the one before",
            "wallet.last": "Each balance is the one after the account's last movement",
        },
        _BALANCES,
    ),
    Question(
        {
            "movement.reversal": "Each reversal gives back what an earlier movement took",
            "movement.parts": "The parts of a reversal follow each other and never exceed the amount",
            "movement.moment": "Captures, expiries and reversals take effect when they are posted",
        },
        _REVERSALS,
    ),
)
