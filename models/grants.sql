-- Who may do what; re-applied by every migrate run, so nothing granted by hand survives it.
REVOKE ALL ON SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
DO $$
DECLARE
    grantee text;
    things text;
BEGIN
    FOR grantee IN
        SELECT DISTINCT CASE given.grantee WHEN 0 THEN 'PUBLIC' ELSE given.grantee::regrole::text END
        FROM (
            SELECT nspacl AS list FROM pg_namespace WHERE nspname = 'ledger'
            UNION ALL SELECT relacl FROM pg_class WHERE relnamespace = 'ledger'::regnamespace
            UNION ALL SELECT attacl FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                WHERE c.relnamespace = 'ledger'::regnamespace AND attacl IS NOT NULL
            UNION ALL SELECT proacl FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace
        ) acl CROSS JOIN LATERAL aclexplode(acl.list) given
        WHERE given.grantee <> 'ledger_owner'::regrole
    LOOP
        FOREACH things IN ARRAY ARRAY['SCHEMA ledger', 'ALL TABLES IN SCHEMA ledger',
            'ALL SEQUENCES IN SCHEMA ledger', 'ALL FUNCTIONS IN SCHEMA ledger'] LOOP
            EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', things, grantee);
        END LOOP;
    END LOOP;
END $$;
-- EXECUTE is given to PUBLIC by default; not to what later migrations create either. For the owner as a
-- whole: default privileges of one schema can only add to it.
ALTER DEFAULT PRIVILEGES FOR ROLE ledger_owner REVOKE ALL ON FUNCTIONS FROM PUBLIC;

GRANT USAGE ON SCHEMA ledger TO ledger_viewer;
GRANT SELECT ON ledger.currencies, ledger.users, ledger.wallets, ledger.transactions, ledger.checkpoints,
    ledger.credit_lots, ledger.lot_movements, ledger.reservations, ledger.batches, ledger.batch_lines,
    ledger.batch_parties,
    ledger.schema_version TO ledger_viewer;
GRANT EXECUTE ON FUNCTION ledger.is_plain_text(text), ledger.kind_of(text, text),
    ledger.system_balance(bigint), ledger.batch_content_hash(bigint), ledger.batch_summary(bigint),
    ledger.batch_problems(bigint) TO ledger_viewer;
GRANT SELECT ON ledger.operations TO ledger_operator, ledger_auditor;

GRANT EXECUTE ON FUNCTION ledger.set_account_status(text, ledger.account_status, text),
    ledger.open_account(text, text, text, text) TO ledger_support, ledger_operator;
-- Own draft lines come by COPY; the table's trigger asks whose draft it is.
GRANT INSERT ON ledger.batch_lines TO ledger_operator;
GRANT EXECUTE ON FUNCTION ledger.transfer(uuid, text, text, text, bigint, text, text, timestamptz),
    ledger.create_batch(text, text, text, bytea, boolean, text), ledger.discard_batch(bigint),
    ledger.check_batch(bigint),
    ledger.post_batch(uuid, bigint, bytea), ledger.checkpoint_system_wallets() TO ledger_operator;
GRANT EXECUTE ON FUNCTION ledger.add_currency(text, smallint) TO ledger_admin;
