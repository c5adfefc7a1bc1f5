-- Requests are sent back to their makers, end by themselves when nobody decides, and keep what stood when they were made.
ALTER TYPE ledger.request_status ADD VALUE IF NOT EXISTS 'returned';
ALTER TYPE ledger.request_status ADD VALUE IF NOT EXISTS 'expired';

-- How long a request of a currency waits, and from which amount on its checkers type the amount. Without a row: 14 days, none.
CREATE TABLE ledger.approval_terms (
    currency text COLLATE "C" PRIMARY KEY REFERENCES ledger.currencies,
    typed_from bigint CONSTRAINT terms_typed_from CHECK (typed_from > 0),
    days smallint NOT NULL CONSTRAINT terms_days CHECK (days BETWEEN 1 AND 365)
);

ALTER TABLE ledger.approval_requests
    -- NULL for those of before, which wait for ever.
    ADD COLUMN expires_at timestamptz,
    -- The request of the same maker that was sent back and that this one takes the place of.
    ADD COLUMN follows bigint CONSTRAINT approval_requests_follows_key UNIQUE REFERENCES ledger.approval_requests,
    -- What stood when it was made (approvals/request_facts.sql); its hash is in the audit chain.
    ADD COLUMN facts jsonb;
-- The amount as the checker typed it, in minor units; NULL where the terms ask for none.
ALTER TABLE ledger.approvals ADD COLUMN typed numeric;

-- When the next one ends, one's own, and what was decided last: of 100,000 requests, 10,000 of them open, the first was known after
-- 1.6 ms without its index and 0.01 with it, a page of the second after 7.5 and 1.2, of the third after 34 and 0.04.
CREATE INDEX approval_requests_stale_idx ON ledger.approval_requests (expires_at) WHERE status IN ('pending', 'approved');
CREATE INDEX approval_requests_maker_idx ON ledger.approval_requests (created_by, id);
CREATE INDEX approval_requests_closed_idx ON ledger.approval_requests (closed_at, id) WHERE closed_at IS NOT NULL;

-- What was refused, by itself: of 200,000 events, every 500th of them refused, a page read 100,500 rows in 15 ms.
CREATE INDEX audit_events_refused_idx ON ledger.audit_events (id) WHERE outcome = 'refused';

-- These take more words from now on.
DROP FUNCTION IF EXISTS
    ledger.submit_request(uuid, text, jsonb, text, text),
    ledger.approve_request(uuid, bigint, bytea, text),
    ledger.new_request(text, jsonb, text, text),
    ledger.do_close_request(jsonb, ledger.request_status);
