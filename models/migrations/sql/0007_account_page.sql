-- A note that asks for something to be done: whom it waits for, and who did it. An account is flagged while one of its
-- notes waits. The note itself stays as it was written down.
CREATE TABLE ledger.account_flags (
    note_id bigint PRIMARY KEY REFERENCES ledger.account_notes,
    -- The note's, so that what waits for an account is one probe, however many notes it has.
    user_id bigint NOT NULL,
    -- NULL: whoever comes first.
    assignee text COLLATE "C",
    flagged_by text COLLATE "C" NOT NULL DEFAULT session_user,
    flagged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    done_by text COLLATE "C",
    done_at timestamptz,
    CONSTRAINT flag_done CHECK ((done_by IS NULL) = (done_at IS NULL))
);
-- The few that wait, among all that ever did.
CREATE INDEX account_flags_open_idx ON ledger.account_flags (user_id, note_id) WHERE done_at IS NULL;

-- Who has an eye on which account. Nobody's eye is forgotten: a row says since when it is so, or is not.
CREATE TABLE ledger.account_follows (
    operator text COLLATE "C" NOT NULL DEFAULT session_user,
    user_id bigint NOT NULL REFERENCES ledger.users,
    following boolean NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (operator, user_id)
);

-- An account's ended credits, newest first. A lot that is used up leaves the index of the open ones in the same update.
CREATE INDEX credit_lots_ended_idx ON ledger.credit_lots (wallet_id, closed_at, id) WHERE closed_at IS NOT NULL;
-- An account's timeline is read by moment, newest first: a refused transfer stands under its payer each time it is tried.
-- Without grants, which are movements and listed as those.
CREATE INDEX audit_events_timeline_idx ON ledger.audit_events (subject, at, id)
    WHERE action <> 'grant_credit' OR outcome = 'refused';
-- Holds that ended without a movement.
CREATE INDEX reservations_ended_idx ON ledger.reservations (wallet_id, closed_at, id)
    WHERE status IN ('released', 'expired');
-- Requests that name an account: a limit that was set by one that was executed stands nowhere else.
CREATE INDEX approval_requests_account_idx ON ledger.approval_requests
    ((coalesce(request ->> 'username', request ->> 'from')), created_at, id)
    WHERE coalesce(request ->> 'username', request ->> 'from') IS NOT NULL;
CREATE INDEX approval_requests_ended_idx ON ledger.approval_requests
    ((coalesce(request ->> 'username', request ->> 'from')), closed_at, id)
    WHERE closed_at IS NOT NULL AND coalesce(request ->> 'username', request ->> 'from') IS NOT NULL;
