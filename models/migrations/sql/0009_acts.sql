-- Reversals in parts. A row for each reversal, made by a trigger of transactions (transactions/number_reversal.sql):
-- which part it is, and how much was given back before it and with it. That the parts of one transaction follow each
-- other without a gap, and never exceed it, is held by the constraints, whoever inserts the reversal.
CREATE TABLE ledger.reversals (
    transaction_id bigint PRIMARY KEY,
    reverses bigint NOT NULL,
    part integer NOT NULL CHECK (part >= 1),
    amount bigint NOT NULL CHECK (amount > 0),
    reversed_before bigint NOT NULL CHECK (reversed_before >= 0),
    reversed_through bigint NOT NULL,
    original_amount bigint NOT NULL,
    previous integer GENERATED ALWAYS AS (nullif(part, 1) - 1) STORED,
    CONSTRAINT reversal_runs_on CHECK (
        reversed_through = reversed_before + amount AND (part = 1) = (reversed_before = 0)),
    CONSTRAINT reversal_within_amount CHECK (reversed_through <= original_amount),
    CONSTRAINT reversals_part_key UNIQUE (reverses, part),
    CONSTRAINT reversals_through_key UNIQUE (reverses, part, reversed_through, original_amount),
    CONSTRAINT reversal_follows FOREIGN KEY (reverses, previous, reversed_before, original_amount)
        REFERENCES ledger.reversals (reverses, part, reversed_through, original_amount)
);
INSERT INTO ledger.reversals (
    transaction_id, reverses, part, amount, reversed_before, reversed_through, original_amount)
SELECT r.id, r.reverses, 1, r.amount, 0, r.amount, t.amount
FROM ledger.transactions r JOIN ledger.transactions t ON t.id = r.reverses;
-- From a transaction to its reversals the way is by the table above.
DROP INDEX ledger.transactions_reverses_key;

-- What of a reversed batch was not there to be taken, among all that ever were reversed. Lines that were reversed one by
-- one count as given back from now on.
UPDATE ledger.batches b SET reversed_total = back.amount
FROM (
    SELECT t.batch_id, sum(r.amount) AS amount FROM ledger.reversals r
    JOIN ledger.transactions t ON t.id = r.reverses WHERE t.batch_id IS NOT NULL GROUP BY t.batch_id
) back
WHERE b.id = back.batch_id AND b.status = 'reversed' AND b.reversed_total <> back.amount;
ALTER TABLE ledger.batches ADD CONSTRAINT reversed_within_total CHECK (reversed_total <= total);
CREATE INDEX batches_unrecovered_idx ON ledger.batches (id) WHERE status = 'reversed' AND reversed_total < total;

-- A draft may take what an earlier batch did not get back, out of what it pays.
CREATE TABLE ledger.batch_offsets (
    batch_id bigint NOT NULL REFERENCES ledger.batches,
    reversed_batch bigint NOT NULL REFERENCES ledger.batches,
    created_by text COLLATE "C" NOT NULL DEFAULT session_user,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (batch_id, reversed_batch),
    CONSTRAINT offset_of_another CHECK (batch_id <> reversed_batch)
);

-- The number under which an act is known outside the ledger.
CREATE FUNCTION ledger.is_ticket(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN length(value) BETWEEN 1 AND 64 AND btrim(value) = value AND ledger.is_plain_text(value);
ALTER TYPE ledger.posting ADD ATTRIBUTE ticket text;
ALTER TABLE ledger.transactions
    ADD COLUMN ticket text COLLATE "C" CONSTRAINT ticket_plain CHECK (ledger.is_ticket(ticket));
ALTER TABLE ledger.reservations
    ADD COLUMN ticket text COLLATE "C" CONSTRAINT ticket_plain CHECK (ledger.is_ticket(ticket));
ALTER TABLE ledger.approval_requests
    ADD COLUMN ticket text COLLATE "C" CONSTRAINT ticket_plain CHECK (ledger.is_ticket(ticket));
-- Of what was refused it may be anything.
ALTER TABLE ledger.audit_events ADD COLUMN ticket text COLLATE "C";
CREATE INDEX transactions_ticket_idx ON ledger.transactions (lower(ticket), posted_at, id) WHERE ticket IS NOT NULL;
CREATE INDEX reservations_ticket_idx ON ledger.reservations (lower(ticket), created_at, id) WHERE ticket IS NOT NULL;
CREATE INDEX approval_requests_ticket_idx ON ledger.approval_requests (lower(ticket), created_at, id)
    WHERE ticket IS NOT NULL;
CREATE INDEX audit_events_ticket_idx ON ledger.audit_events (lower(ticket), at, id) WHERE ticket IS NOT NULL;

-- What may pass without a checker: so much at once and a day of each operator of a role, or of one by name.
CREATE TABLE ledger.allowances (
    holder text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL CONSTRAINT allowance_kind CHECK (kind IN ('grant_credit', 'reverse_transaction')),
    currency text COLLATE "C" NOT NULL REFERENCES ledger.currencies,
    per_operation bigint NOT NULL CHECK (per_operation > 0),
    per_day bigint NOT NULL,
    PRIMARY KEY (holder, kind, currency),
    CONSTRAINT allowance_day CHECK (per_day >= per_operation)
);
CREATE TABLE ledger.allowance_usage (
    operator text COLLATE "C" NOT NULL,
    day date NOT NULL,
    kind text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL REFERENCES ledger.currencies,
    amount numeric NOT NULL CHECK (amount > 0),
    PRIMARY KEY (operator, day, kind, currency)
);

-- What else is kept with an account: names and values, each text of one line.
CREATE FUNCTION ledger.is_metadata(value jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(value) <> 'object' THEN false ELSE (
    SELECT count(*) <= 50 AND coalesce(bool_and(length(m.key) BETWEEN 1 AND 64 AND ledger.is_plain_text(m.key)
        AND length(m.value) BETWEEN 1 AND 500 AND ledger.is_plain_text(m.value)), true)
    FROM jsonb_each_text(value) m) END;

-- How many customers' accounts there are, by status and trust level: the sum of the rows. Each change adds rows of its own
-- (accounts/count_accounts.sql), so that nobody waits for a row that all change; the job `figures` puts them together.
CREATE TABLE ledger.account_counts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    status ledger.account_status NOT NULL,
    trust_level smallint NOT NULL,
    accounts bigint NOT NULL CHECK (accounts <> 0)
);
INSERT INTO ledger.account_counts (status, trust_level, accounts)
SELECT u.status, u.trust_level, count(*) FROM ledger.users u WHERE u.kind = 'customer' GROUP BY 1, 2;

-- A credit says its own currency, as movements and holds do: of each that expires soon its wallet would be looked up. Only
-- the rows of other currencies than the main one are written (0005).
DO $$
DECLARE
    main constant text := coalesce((
        SELECT w.currency FROM ledger.wallets w GROUP BY w.currency ORDER BY count(*) DESC, w.currency LIMIT 1), 'XXX');
BEGIN
    EXECUTE format('ALTER TABLE ledger.credit_lots ADD COLUMN currency text COLLATE "C" NOT NULL DEFAULT %L', main);
    UPDATE ledger.credit_lots l SET currency = w.currency
    FROM ledger.wallets w WHERE w.id = l.wallet_id AND w.currency <> main;
    ALTER TABLE ledger.credit_lots ALTER COLUMN currency DROP DEFAULT;
END $$;

-- These have a ticket, or a reason, from now on; or wallets that need not be active.
DROP FUNCTION IF EXISTS
    ledger.transfer(uuid, text, text, text, bigint, text, text, timestamptz),
    ledger.grant_credit(uuid, text, text, bigint, text, timestamptz, text, text),
    ledger.reserve(uuid, text, text, bigint, text, timestamptz, text),
    ledger.reverse_transaction(uuid, bigint, bigint, text, timestamptz),
    ledger.reverse_batch(uuid, bigint, text, text),
    ledger.open_account(uuid, text, text, text, text, text),
    ledger.set_account_status(uuid, text, ledger.account_status, text),
    ledger.set_overdraft_limit(uuid, text, text, bigint, text),
    ledger.add_note(uuid, text, text),
    ledger.submit_request(uuid, text, jsonb, text),
    ledger.new_request(text, jsonb, text),
    ledger.note(text, text, text, text, jsonb),
    ledger.chain(text, text, text, text, jsonb, boolean),
    ledger.audit_digest(bigint, timestamptz, text, text, text, text, text, jsonb),
    ledger.reversal_gives(ledger.transactions, bigint, timestamptz, boolean),
    ledger.reversal_plan(bigint),
    ledger.hold_wallets(bigint[], boolean),
    ledger.post(ledger.posting[], bigint, ledger.lot_change[], timestamptz, boolean);
