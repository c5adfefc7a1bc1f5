-- What an account is called by people, word by word: ASCII's marks and spaces part words, all else is in one. Not
-- to_tsvector: its parser takes kofi.amrani for the name of a host, which neither word would find. Words are read at
-- once (no fastupdate): a list of what is pending would be walked by each search.
CREATE INDEX users_words_idx ON ledger.users USING gin (array_to_tsvector(array_remove(regexp_split_to_array(
        lower((username || ' ' || display_name) COLLATE "default"), '[^0-9a-z\u0080-\U0010ffff]+'), '')))
    WITH (fastupdate = off);
CREATE INDEX batches_words_idx ON ledger.batches USING gin (array_to_tsvector(array_remove(regexp_split_to_array(
        lower(name COLLATE "default"), '[^0-9a-z\u0080-\U0010ffff]+'), '')))
    WITH (fastupdate = off);
-- The list of one trust level is a walk along it.
CREATE INDEX users_trust_idx ON ledger.users (trust_level, username);
