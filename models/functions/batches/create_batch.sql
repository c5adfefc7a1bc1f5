-- A draft to COPY lines into. Its maker is the session's role, never a parameter.
CREATE OR REPLACE FUNCTION ledger.create_batch(
    p_name text, p_currency text, p_file_name text, p_file_sha256 bytea,
    p_create_missing boolean, p_account_prefix text)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.batches (name, currency, file_name, file_sha256, create_missing, account_prefix)
    VALUES (p_name, p_currency, p_file_name, p_file_sha256, p_create_missing, p_account_prefix)
    RETURNING id
$$;
