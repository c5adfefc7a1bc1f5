-- The demo ledger's arithmetic. Every figure is a closed formula of its number, so ten million rows
-- are one INSERT without a join, a sort or a running sum, and the same arguments give the same ledger.
--
-- Customer k's balance at the start of round r is rest(k, r), a hash. In a round the customers pair up
-- and one of each pair sends the other an odd amount; then every customer meets a system account,
-- which brings the balance to rest(k, r + 1). rest() is 0 or 2 modulo 4 in turn, so no step is zero.

CREATE FUNCTION pg_temp.noise(a bigint, b bigint, salt bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(a * 1000003 + b, salt) & 9223372036854775807);

-- Few customers are rich: the spread is a product of two remainders of k.
CREATE FUNCTION pg_temp.rest(k bigint, r bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 4 * (5000 + pg_temp.noise(k, r, 1) % (2000 + k * 7919 % 101 * (k * 104729 % 97) * 40)) + 2 * (r % 2);

CREATE FUNCTION pg_temp.sent(u bigint, r bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 2 * (pg_temp.noise(u, r, 4) % 99 * ((u * 31 + r * 17) % 99)) + 1;

-- The x-th customer of round r: a permutation, since no factor divides the number of customers.
CREATE FUNCTION pg_temp.turn(x bigint, r bigint, customers bigint, factors bigint[]) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1 + (x * factors[1 + (r % cardinality(factors))::integer] + r * 7919) % customers;
