-- Tell the consoles that something happened which operators look at: they look, and trust nothing of this. NOTIFY takes a
-- lock of the whole database when its transaction commits, so no posting sends one; nor is one sent within 200 ms of
-- another, or while another is on its way: consoles look again by themselves a little later. Internal.
CREATE OR REPLACE FUNCTION ledger.hint() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    now constant timestamptz := clock_timestamp();
BEGIN
    IF (SELECT h.at FROM ledger.hint_sent h) BETWEEN now - interval '200 ms' AND now THEN
        RETURN;
    END IF;
    PERFORM FROM ledger.hint_sent h FOR UPDATE SKIP LOCKED;
    IF FOUND THEN
        UPDATE ledger.hint_sent SET at = now;
        PERFORM pg_notify('ledger_hint', '');
    END IF;
END $$;

-- Of what comes into the audit chain, what operators look at: not what is refused, nor what is a posting or comes as often
-- as customers do. Internal.
CREATE OR REPLACE FUNCTION ledger.is_hinted(p_action text, p_outcome text) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN p_action = 'job' OR (p_outcome = 'done' AND p_action NOT IN (
    'grant_credit', 'reverse_transaction', 'open_account', 'seal', 'end_blocker', 'unlock_writing', 'note_restore'));
