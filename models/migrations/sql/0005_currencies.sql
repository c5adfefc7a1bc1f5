-- A movement and a hold say their own currency, so that a list of one currency is a walk along an index: by its wallets it was a
-- walk over all movements. Nearly every ledger has one currency or one that is most of it, and a column with a
-- constant in it is added without touching a row; only the others' rows are written.
DO $$
DECLARE
    main constant text := coalesce((
        SELECT w.currency FROM ledger.wallets w GROUP BY w.currency ORDER BY count(*) DESC, w.currency LIMIT 1), 'XXX');
BEGIN
    EXECUTE format('ALTER TABLE ledger.transactions ADD COLUMN currency text COLLATE "C" NOT NULL DEFAULT %L', main);
    IF (SELECT count(*) FROM ledger.currencies) > 1 THEN
        ALTER TABLE ledger.transactions DISABLE TRIGGER USER;
        UPDATE ledger.transactions t SET currency = w.currency
        FROM ledger.wallets w WHERE w.id = t.from_wallet AND w.currency <> main;
        ALTER TABLE ledger.transactions ENABLE TRIGGER USER;
    END IF;
    ALTER TABLE ledger.transactions ALTER COLUMN currency DROP DEFAULT;
    EXECUTE format('ALTER TABLE ledger.reservations ADD COLUMN currency text COLLATE "C" NOT NULL DEFAULT %L', main);
    UPDATE ledger.reservations r SET currency = w.currency
    FROM ledger.wallets w WHERE w.id = r.wallet_id AND w.currency <> main;
    ALTER TABLE ledger.reservations ALTER COLUMN currency DROP DEFAULT;
END $$;
CREATE INDEX transactions_currency_idx ON ledger.transactions (currency, posted_at, id);
CREATE INDEX reservations_currency_idx ON ledger.reservations (currency, created_at, id);

-- What is closed is not posted in any more: the wallets say so too, for they are what a posting locks.
ALTER TABLE ledger.currencies ADD COLUMN closed_at timestamptz;

-- When the business day begins and ends; one row. UTC is how days were counted until now.
CREATE TABLE ledger.calendar (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    zone text COLLATE "C" NOT NULL
);
INSERT INTO ledger.calendar (zone) VALUES ('UTC');
