-- Sealing asks the table's locks who may still add an id; there is nothing to remember between two calls.
DROP TABLE ledger.seal_marks;
-- Operations are written in the order of their moments, so a range of transactions finds its own by their span. A
-- block index is written once in 32 pages, so a transfer does not pay for it.
CREATE INDEX operations_created_idx ON ledger.operations USING brin (created_at)
    WITH (pages_per_range = 32, autosummarize = on);
-- Transactions that are not what was asked for, and went under seal with an auditor's reason, as they stood.
CREATE TABLE ledger.acknowledgements (
    transaction_id bigint NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    operator text COLLATE "C" NOT NULL DEFAULT session_user,
    acknowledged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (transaction_id, digest)
);

-- Format 2: an event's link is made of the digest of its content, so that one can be proved without disclosing others.
ALTER TABLE ledger.audit_events
    ADD COLUMN format smallint NOT NULL DEFAULT 1 CHECK (format IN (1, 2)),
    ADD COLUMN digest bytea CHECK (length(digest) = 32),
    ADD CONSTRAINT digest_since_format_2 CHECK ((format = 1) = (digest IS NULL));
DROP FUNCTION IF EXISTS ledger.audit_hash(bytea, bigint, timestamptz, text, text, text, text, text, jsonb);

-- What makes a person's values in the chain provable, one row an operation's key. Without the salt they say nothing.
CREATE TABLE ledger.salts (
    key uuid PRIMARY KEY,
    subject text COLLATE "C" NOT NULL,
    salt bytea CHECK (length(salt) = 32),
    erased_at timestamptz,
    CONSTRAINT salt_or_erased CHECK ((salt IS NULL) = (erased_at IS NOT NULL))
);
CREATE INDEX salts_subject_idx ON ledger.salts (subject);
-- The text of a note is erased with its person, and with nothing else.
ALTER TABLE ledger.account_notes ALTER COLUMN note DROP NOT NULL;
