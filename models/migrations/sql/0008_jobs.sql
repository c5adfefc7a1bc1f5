-- Who runs the automatic jobs: one at a time, under a lease. `token` grows with each claim, so what is written under an
-- older one is known for it and refused.
CREATE TABLE ledger.keeper_lease (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    token bigint NOT NULL DEFAULT 0,
    holder text COLLATE "C",
    place text COLLATE "C" NOT NULL DEFAULT '' CONSTRAINT keeper_place_plain CHECK (
        length(place) <= 200 AND ledger.is_plain_text(place)),
    claimed_at timestamptz,
    -- Given back: until then, and the holder is forgotten.
    valid_until timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 10);
INSERT INTO ledger.keeper_lease DEFAULT VALUES;

-- What is to be done again and again; when a job is due follows from the ledger itself (jobs/job_states.sql). The runs
-- are operations, with their outcomes.
CREATE TABLE ledger.jobs (
    name text COLLATE "C" PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Under way now, for one that takes more than a statement.
    started_at timestamptz,
    started_token bigint,
    -- When its last run ended, and the last that did what it is for.
    ended_at timestamptz,
    done_at timestamptz,
    -- In a row; after each the next try waits longer.
    failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    not_before timestamptz
) WITH (fillfactor = 50);
INSERT INTO ledger.jobs (name) VALUES ('sweep'), ('seal'), ('checkpoint'), ('figures'), ('verify');
CREATE INDEX operations_jobs_idx ON ledger.operations ((outcome ->> 'job'), created_at) WHERE kind = 'run_job';

-- What was posted on each business day, by currency and kind: how often, how much in minor units, and by how much it
-- changed what is held for customers. Counted from settled transactions, never by a posting.
CREATE TABLE ledger.daily_movements (
    day date NOT NULL,
    currency text COLLATE "C" NOT NULL REFERENCES ledger.currencies,
    kind ledger.transaction_kind NOT NULL,
    movements bigint NOT NULL CHECK (movements > 0),
    amount numeric NOT NULL CHECK (amount > 0),
    customers numeric NOT NULL,
    PRIMARY KEY (day, currency, kind)
);
-- How each business day ended: held for customers, on hold for them, and what expired on that day.
CREATE TABLE ledger.daily_balances (
    day date NOT NULL,
    currency text COLLATE "C" NOT NULL REFERENCES ledger.currencies,
    held numeric NOT NULL,
    on_hold numeric NOT NULL,
    expired numeric NOT NULL CHECK (expired >= 0),
    PRIMARY KEY (day, currency)
);
-- How far they are counted, and in whose days: another zone means other days, and all is counted anew.
CREATE TABLE ledger.daily_mark (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    zone text COLLATE "C",
    through_id bigint NOT NULL DEFAULT 0 CHECK (through_id >= 0),
    closed_through date
);
INSERT INTO ledger.daily_mark DEFAULT VALUES;
-- What ended on a day, without reading all that ever ended.
CREATE INDEX reservations_closed_idx ON ledger.reservations (closed_at, id) WHERE closed_at IS NOT NULL;

-- When a hint was last sent (writes/hint.sql).
CREATE TABLE ledger.hint_sent (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    at timestamptz
) WITH (fillfactor = 10);
INSERT INTO ledger.hint_sent DEFAULT VALUES;

-- An operator may be the keeper's, and nothing else.
ALTER TABLE ledger.operators DROP CONSTRAINT operator_groups, ADD CONSTRAINT operator_groups CHECK (groups <@ ARRAY[
    'ledger_viewer', 'ledger_support', 'ledger_operator', 'ledger_approver', 'ledger_auditor', 'ledger_admin',
    'ledger_keeper']);
