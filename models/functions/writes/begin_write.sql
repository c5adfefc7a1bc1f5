-- What comes before every write, whatever it writes. The transaction must see what others have committed until now:
-- rules, limits, statuses and lines are read by a write's own statements, and an old snapshot has none of the newest.
-- And the operator's rights must stand: up to PostgreSQL 15 a session that has become a group keeps its rights when
-- they are taken. Errors, not refusals: no key is taken by them. Internal.
CREATE OR REPLACE FUNCTION ledger.begin_write() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the ledger is written in READ COMMITTED only; this transaction is %',
            upper(current_setting('transaction_isolation')) USING ERRCODE = 'LG004';
    ELSIF EXISTS (SELECT FROM ledger.operators o WHERE o.name = session_user AND o.status <> 'active') THEN
        RAISE EXCEPTION 'operator % is disabled', quote_ident(session_user) USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;
