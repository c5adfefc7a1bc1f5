-- Text that cannot pretend to be other text: no control, bidirectional, zero-width or other format characters
-- (Unicode's categories Cc, Cf, Zl and Zp, as console/files/text.py has them).
-- PL/pgSQL, so that it is called: the planner would put a SQL function's body into each CHECK that names it, anew
-- for each INSERT, which took longer than writing the row. It is called for each text of a COPY too, so instead of
-- fixing the search_path, which costs as much again, it names its one operator in full.
CREATE OR REPLACE FUNCTION ledger.is_plain_text(value text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN value OPERATOR(pg_catalog.!~) (
        '[\u0001-\u001f\u007f-\u009f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e'
        '\u2060-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3'
        '\U0001d173-\U0001d17a\U000e0000-\U000e0fff]');
END $$;
