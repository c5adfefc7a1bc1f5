import time, psycopg
from tests.cluster import connected
def test_a(ledger_url): pass
def test_b(ledger_url, as_role, open_accounts):
    open_accounts({"alice": 100, "bob": 0})
    with connected(ledger_url) as c:
        print(c.execute("select version()").fetchone())
        for q in ["""EXPLAIN (COSTS OFF) SELECT min(u.username)
    FROM (
        SELECT w.id, w.user_id, w.status FROM ledger.wallets w
        WHERE w.kind = 'customer' AND w.id IN (1,2,3,6,7)
        ORDER BY w.id FOR NO KEY UPDATE
    ) held JOIN ledger.users u ON held.status <> 'active' AND u.id = held.user_id"""]:
            for r in c.execute(q): print(r[0])
def test_c(database_url): pass
