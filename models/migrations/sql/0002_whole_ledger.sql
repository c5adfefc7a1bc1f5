-- Which ledger this is: a console that remembers the audit chain's head must know whose.
CREATE TABLE ledger.identity (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    ledger uuid NOT NULL DEFAULT gen_random_uuid(),
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO ledger.identity DEFAULT VALUES;

-- An operation is written once, with its outcome: the row is the claim of its key.
ALTER TABLE ledger.operations ALTER COLUMN outcome SET NOT NULL;
DROP TRIGGER IF EXISTS outcome_is_final ON ledger.operations;
DROP FUNCTION IF EXISTS ledger.guard_operations(), ledger.begin_operation(uuid, text, bytea);
-- They have other parameters now; the old ones would stay beside them.
DROP FUNCTION IF EXISTS ledger.post(ledger.posting[], bigint), ledger.open_account(text, text, text, text),
    ledger.set_account_status(text, ledger.account_status, text);

-- A wallet's bounds, arranged by their price: the server reads every CHECK of a table anew for each statement
-- that writes it, 10 us each, but a domain's only when a statement sets a column of it. A transfer sets the
-- balance, so the floor is the one CHECK it pays for, and the other amounts are domains.
CREATE DOMAIN ledger.held_amount AS bigint CONSTRAINT held_amount_not_negative CHECK (value >= 0);
CREATE DOMAIN ledger.overdraft AS bigint
    CONSTRAINT overdraft_in_range CHECK (value BETWEEN 0 AND 1000000000000000000);
ALTER TABLE ledger.wallets
    DROP CONSTRAINT wallets_granted_check, DROP CONSTRAINT wallets_reserved_check,
    DROP CONSTRAINT wallets_overdraft_limit_check, DROP CONSTRAINT system_wallet_is_a_sum,
    DROP CONSTRAINT wallet_floor,
    ALTER COLUMN granted TYPE ledger.held_amount, ALTER COLUMN reserved TYPE ledger.held_amount,
    ALTER COLUMN overdraft_limit TYPE ledger.overdraft;
-- A system wallet's balance is a sum, so its row stays at nothing.
ALTER TABLE ledger.wallets ADD CONSTRAINT wallet_floor CHECK (CASE kind
    WHEN 'customer' THEN balance - greatest(granted, reserved) >= -overdraft_limit
    ELSE balance = 0 AND greatest(granted, reserved, version) = 0 END);

-- What a line of a posting may do besides moving money: use up, bring back or open granted credit, and lift
-- a hold. from_granted and from_reserved are taken from the payer's wallet, to_granted comes to the payee's,
-- of which `opened` becomes a new lot.
ALTER TYPE ledger.posting ADD ATTRIBUTE from_granted bigint, ADD ATTRIBUTE from_reserved bigint,
    ADD ATTRIBUTE to_granted bigint, ADD ATTRIBUTE opened bigint, ADD ATTRIBUTE lot_source text,
    ADD ATTRIBUTE lot_expires_at timestamptz, ADD ATTRIBUTE reservation_id bigint,
    ADD ATTRIBUTE reverses bigint, ADD ATTRIBUTE metadata jsonb;
-- A signed change of one lot by one line of a posting.
CREATE TYPE ledger.lot_change AS (line integer, lot_id bigint, amount bigint);

ALTER TABLE ledger.credit_lots
    ADD CONSTRAINT lot_expires_later CHECK (expires_at > created_at),
    ADD CONSTRAINT lot_expires_in_range CHECK (expires_at < '9999-12-31 00:00+00');
-- The sweep's way to what has expired.
CREATE INDEX credit_lots_expiry_idx ON ledger.credit_lots (expires_at, wallet_id)
    WHERE closed_at IS NULL AND expires_at IS NOT NULL;

ALTER TABLE ledger.reservations
    ADD COLUMN description text COLLATE "C" NOT NULL DEFAULT ''
        CONSTRAINT reservation_description_plain CHECK (
            length(description) <= 500 AND ledger.is_plain_text(description)),
    ADD COLUMN created_by text COLLATE "C" NOT NULL DEFAULT session_user,
    ADD COLUMN closed_by text COLLATE "C",
    ADD COLUMN close_reason text COLLATE "C",
    ADD CONSTRAINT reservation_expires_later CHECK (expires_at > created_at),
    ADD CONSTRAINT reservation_expires_in_range CHECK (expires_at < '9999-12-31 00:00+00'),
    ADD CONSTRAINT reservation_captured_when_captured CHECK ((captured_amount > 0) = (status = 'captured'));
CREATE INDEX reservations_expiry_idx ON ledger.reservations (expires_at, id) WHERE status = 'reserved';
CREATE INDEX reservations_created_idx ON ledger.reservations (created_at, id);
CREATE INDEX reservations_wallet_idx ON ledger.reservations (wallet_id, created_at, id);
-- The few accounts that are not active are found without reading those that are.
CREATE INDEX users_status_idx ON ledger.users (status, username) WHERE status <> 'active';

ALTER TABLE ledger.batch_lines
    ADD COLUMN lot_source text COLLATE "C"
        CONSTRAINT lot_source_plain CHECK (length(lot_source) BETWEEN 1 AND 100 AND ledger.is_plain_text(lot_source)),
    ADD COLUMN lot_expires_at timestamptz
        CONSTRAINT lot_expires_in_range CHECK (lot_expires_at < '9999-12-31 00:00+00');

ALTER TABLE ledger.batches
    ADD COLUMN reversed_by text COLLATE "C",
    ADD COLUMN reversed_at timestamptz,
    ADD COLUMN reversed_total numeric CHECK (reversed_total >= 0),
    ADD CONSTRAINT reversed_is_complete CHECK (
        (status = 'reversed') = (num_nulls(reversed_by, reversed_at, reversed_total) = 0));

CREATE TABLE ledger.account_notes (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES ledger.users,
    note text NOT NULL
        CONSTRAINT note_plain CHECK (length(btrim(note)) BETWEEN 1 AND 2000 AND ledger.is_plain_text(
            translate(note, E'\n', ' '))),
    operator text COLLATE "C" NOT NULL DEFAULT session_user,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX account_notes_user_idx ON ledger.account_notes (user_id, id);

-- Who must agree: from this amount on, this many checkers. The highest tier at or below the amount counts.
CREATE TABLE ledger.approval_rules (
    kind text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL REFERENCES ledger.currencies,
    from_amount bigint NOT NULL CHECK (from_amount >= 0),
    approvals smallint NOT NULL CHECK (approvals BETWEEN 1 AND 5),
    PRIMARY KEY (kind, currency, from_amount)
);

CREATE TYPE ledger.request_status AS ENUM ('pending', 'approved', 'executed', 'rejected', 'withdrawn');

-- An operation that waits for its checkers. `content` is the SHA-256 of kind and request; it is what they
-- approve and what is executed, by the constraints here and in approvals.
CREATE TABLE ledger.approval_requests (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    request jsonb NOT NULL,
    content bytea NOT NULL CHECK (length(content) = 32),
    currency text COLLATE "C" NOT NULL REFERENCES ledger.currencies,
    amount numeric NOT NULL CHECK (amount >= 0),
    approvals_required smallint NOT NULL CHECK (approvals_required >= 1),
    approvals_given smallint NOT NULL DEFAULT 0 CHECK (approvals_given >= 0),
    status ledger.request_status NOT NULL DEFAULT 'pending',
    reason text NOT NULL,
    created_by text COLLATE "C" NOT NULL DEFAULT session_user,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_by text COLLATE "C",
    closed_at timestamptz,
    close_reason text,
    executed_content bytea,
    outcome jsonb,
    UNIQUE (id, created_by),
    UNIQUE (id, content),
    CONSTRAINT executed_content_is_approved_content CHECK (executed_content = content),
    CONSTRAINT request_approved CHECK (
        status NOT IN ('approved', 'executed') OR approvals_given >= approvals_required),
    CONSTRAINT request_closed CHECK ((status IN ('pending', 'approved')) = (closed_at IS NULL)),
    CONSTRAINT request_executed CHECK ((status = 'executed') = (num_nulls(executed_content, outcome) = 0))
);
CREATE INDEX approval_requests_open_idx ON ledger.approval_requests (created_at, id)
    WHERE status IN ('pending', 'approved');
-- One open request a batch.
CREATE UNIQUE INDEX approval_requests_batch_key ON ledger.approval_requests ((request ->> 'batch'))
    WHERE kind = 'post_batch' AND status IN ('pending', 'approved');

-- The newest request about a batch, open or closed.
CREATE INDEX approval_requests_batch_idx ON ledger.approval_requests ((request ->> 'batch'), id)
    WHERE kind IN ('post_batch', 'reverse_batch');

CREATE TABLE ledger.approvals (
    request_id bigint NOT NULL,
    approved_by text COLLATE "C" NOT NULL DEFAULT session_user,
    created_by text COLLATE "C" NOT NULL,
    content bytea NOT NULL,
    note text NOT NULL DEFAULT '',
    approved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (request_id, approved_by),
    FOREIGN KEY (request_id, created_by) REFERENCES ledger.approval_requests (id, created_by),
    FOREIGN KEY (request_id, content) REFERENCES ledger.approval_requests (id, content),
    CONSTRAINT checker_is_not_maker CHECK (approved_by <> created_by)
);

-- How much a role or an operator may move: at once and a day (UTC). Kind '*' is any kind.
CREATE TABLE ledger.limits (
    holder text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL REFERENCES ledger.currencies,
    per_operation bigint CHECK (per_operation >= 0),
    per_day bigint CHECK (per_day >= 0),
    PRIMARY KEY (holder, kind, currency),
    CONSTRAINT limit_limits CHECK (num_nonnulls(per_operation, per_day) > 0)
);
CREATE TABLE ledger.limit_usage (
    operator text COLLATE "C" NOT NULL,
    day date NOT NULL,
    kind text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    amount numeric NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (operator, day, kind, currency)
);

-- What was done and what was refused, each event bound to the one before by its hash.
CREATE TABLE ledger.audit_events (
    id bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    outcome text COLLATE "C" NOT NULL CHECK (outcome IN ('done', 'refused')),
    reason text COLLATE "C" NOT NULL,
    detail jsonb NOT NULL,
    previous bytea NOT NULL CHECK (length(previous) = 32),
    hash bytea NOT NULL CHECK (length(hash) = 32)
);
CREATE INDEX audit_events_subject_idx ON ledger.audit_events (subject, id);
CREATE INDEX audit_events_actor_idx ON ledger.audit_events (actor, id);
CREATE INDEX audit_events_action_idx ON ledger.audit_events (action, id);
CREATE TABLE ledger.audit_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id bigint NOT NULL,
    hash bytea NOT NULL
) WITH (fillfactor = 10);
INSERT INTO ledger.audit_head (id, hash) VALUES (0, sha256('ledger'));

-- Ranges of transactions under seal. `digests` has 16 bytes a row: its id and the first 8 of its SHA-256,
-- which name a row that was changed; `hash` is the SHA-256 over the rows' whole digests and is what the
-- audit chain holds.
CREATE TABLE ledger.seals (
    first_id bigint PRIMARY KEY,
    last_id bigint NOT NULL UNIQUE,
    row_count bigint NOT NULL CHECK (row_count > 0),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    digests bytea NOT NULL,
    event_id bigint NOT NULL,
    CHECK (last_id >= first_id)
);
ALTER TABLE ledger.seals ALTER COLUMN digests SET STORAGE EXTERNAL;
-- No transaction under way when the mark was made can still add an id up to through_id once every
-- transaction before `next_xid` has ended: sealing waits for that and locks nothing.
CREATE TABLE ledger.seal_marks (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    through_id bigint NOT NULL,
    next_xid bigint NOT NULL
);
