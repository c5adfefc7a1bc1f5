"""What else stands in the audit chain: accounts, their limits and notes, rules, currencies, operators."""
# ruff: noqa: S608 - statements are put together from constants of this package

from __future__ import annotations

from typing import Final

from console.ledger.audit.verify.check import Question
from console.ledger.audit.verify.rules.acts import ACT

# A ledger older than its audit chain may have accounts that were frozen before it.
_ACCOUNTS: Final = f"""
    WITH {ACT}, opened AS (
        SELECT DISTINCT ON (act.outcome ->> 'account') (act.outcome ->> 'account')::bigint AS account,
            act.request ->> 'username' AS username
        FROM act WHERE act.kind = 'open_account' ORDER BY act.outcome ->> 'account', act.id
    ), status AS (
        SELECT DISTINCT ON (act.request ->> 'username') act.request ->> 'username' AS username,
            act.outcome ->> 'after' AS status
        FROM act WHERE act.kind = 'set_account_status' ORDER BY act.request ->> 'username', act.id DESC
    ), overdraft AS (
        SELECT DISTINCT ON (act.request ->> 'username', act.request ->> 'currency')
            act.request ->> 'username' AS username, act.request ->> 'currency' AS currency,
            (act.outcome ->> 'after')::bigint AS most
        FROM act WHERE act.kind = 'set_overdraft_limit'
        ORDER BY act.request ->> 'username', act.request ->> 'currency', act.id DESC
    )
    SELECT 'account.name' AS code, opened.username AS place, opened.account AS number,
        opened.username AS expected, coalesce(u.username, 'no such account') AS found
    FROM opened LEFT JOIN ledger.users u ON u.id = opened.account
    WHERE u.username IS DISTINCT FROM opened.username
    UNION ALL
    SELECT 'account.name', u.username, u.id, 'a system account', u.username FROM ledger.users u
    WHERE u.kind = 'system' AND u.username <> ALL ('{{@issuance,@revenue,@breakage,@external,@suspense}}')
    UNION ALL
    SELECT 'account.status', u.username, u.id, coalesce(status.status, 'active'), u.status::text
    FROM ledger.users u LEFT JOIN status ON status.username = u.username
    WHERE u.status::text <> coalesce(status.status, CASE WHEN u.created_at < (SELECT i.made_at
        FROM ledger.identity i)
        THEN u.status::text ELSE 'active' END)
    UNION ALL
    SELECT 'account.overdraft', u.username || ' ' || w.currency, w.id, coalesce(overdraft.most, 0)::text,
        w.overdraft_limit::text
    FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id
    LEFT JOIN overdraft ON overdraft.username = u.username AND overdraft.currency = w.currency
    WHERE w.overdraft_limit <> coalesce(overdraft.most, 0)
    UNION ALL
    SELECT 'account.count', coalesce(c.status, u.status) || ', trust level '
            || coalesce(c.trust_level, u.trust_level), 0,
        coalesce(u.accounts, 0)::text, coalesce(c.accounts, 0)::text
    FROM (
        SELECT c.status, c.trust_level, sum(c.accounts) AS accounts FROM ledger.account_counts c GROUP BY 1, 2
    ) c FULL JOIN (
        SELECT u.status, u.trust_level, count(*) AS accounts FROM ledger.users u
        WHERE u.kind = 'customer' GROUP BY 1, 2
    ) u ON u.status = c.status AND u.trust_level = c.trust_level
    WHERE coalesce(c.accounts, 0) <> coalesce(u.accounts, 0)"""

# A note's text stands in the chain as HMAC-SHA-256 under its operation's salt, reckoned here without a
# function of the ledger's: XOR of 32 bytes with the two pads, the rest of 64 bytes being the pads themselves.
# Notes of before stand in clear. Text and salt are gone together, and only where the chain says that their
# account was erased.
_PAD: Final = """decode((
        SELECT string_agg(lpad(to_hex(get_byte(s.salt, place) # {byte}), 2, '0'), '' ORDER BY place)
        FROM generate_series(0, length(s.salt) - 1) place) || repeat('{hex}', 64 - length(s.salt)), 'hex')"""
_INNER: Final = _PAD.format(byte=0x36, hex="36")
_OUTER: Final = _PAD.format(byte=0x5C, hex="5c")
_NOTES: Final = f"""
    WITH {ACT}, written AS (
        SELECT act.*, (act.outcome ->> 'note')::bigint AS note FROM act
        WHERE act.kind IN ('add_note', 'flag_account')
    ), erased AS (
        SELECT act.request ->> 'username' AS username, max(act.id) AS id FROM act
        WHERE act.kind = 'erase_account' GROUP BY act.request ->> 'username'
    )
    SELECT 'account.note' AS code, 'note ' || coalesce(n.id, written.note) AS place,
        coalesce(n.id, written.note) AS number,
        coalesce(written.actor || ' on ' || (written.request ->> 'username') || ': '
            || (written.request ->> 'note'), 'no such event') AS expected,
        coalesce(n.operator || ' on ' || u.username || ': ' || coalesce(n.note, 'erased'), 'no such note')
            AS found
    FROM written FULL JOIN ledger.account_notes n ON n.id = written.note
    LEFT JOIN ledger.users u ON u.id = n.user_id
    LEFT JOIN ledger.salts s ON s.key = (written.key)::uuid
    LEFT JOIN erased ON erased.username = u.username AND erased.id > written.id
    WHERE (written.actor, written.request ->> 'username') IS DISTINCT FROM (n.operator, u.username)
        OR CASE
            WHEN n.note IS NULL THEN erased.id IS NULL
            WHEN jsonb_typeof(written.request -> 'note') = 'object' THEN
                written.request -> 'note' ->> 'hmac' IS DISTINCT FROM encode(sha256(
                    {_OUTER} || sha256({_INNER} || convert_to('note:' || n.note, 'UTF8'))), 'hex')
            ELSE written.request ->> 'note' IS DISTINCT FROM n.note END"""

_FLAGS: Final = f"""
    WITH {ACT}, flag AS (
        SELECT act.actor, act.request ->> 'username' AS username, (act.outcome ->> 'note')::bigint AS note,
            act.request ->> 'assignee' AS assignee
        FROM act WHERE act.kind = 'flag_account'
    ), assigned AS (
        SELECT DISTINCT ON (act.request ->> 'flag') (act.request ->> 'flag')::bigint AS note,
            act.request ->> 'assignee' AS assignee
        FROM act WHERE act.kind = 'assign_flag' ORDER BY act.request ->> 'flag', act.id DESC
    ), closed AS (
        SELECT act.actor, (act.request ->> 'flag')::bigint AS note FROM act WHERE act.kind = 'close_flag'
    ), due AS (
        SELECT flag.note, flag.username, flag.actor, closed.actor AS done_by,
            CASE WHEN assigned.note IS NULL THEN flag.assignee ELSE assigned.assignee END AS assignee
        FROM flag LEFT JOIN assigned USING (note) LEFT JOIN closed USING (note)
    )
    SELECT 'account.flag' AS code, 'note ' || coalesce(due.note, f.note_id) AS place,
        coalesce(due.note, f.note_id) AS number,
        CASE WHEN due.note IS NULL THEN 'no such event' ELSE concat_ws(', ', 'on ' || due.username,
            'by ' || due.actor, 'for ' || due.assignee, 'done by ' || due.done_by) END AS expected,
        CASE WHEN f.note_id IS NULL THEN 'no such flag' ELSE concat_ws(', ', 'on ' || u.username,
            'by ' || f.flagged_by, 'for ' || f.assignee, 'done by ' || f.done_by,
            CASE WHEN f.done_at IS NULL THEN 'open' END) END AS found
    FROM due FULL JOIN ledger.account_flags f ON f.note_id = due.note
    LEFT JOIN ledger.users u ON u.id = f.user_id
    WHERE (due.note, due.username, due.actor, due.assignee, due.done_by, due.done_by IS NULL)
        IS DISTINCT FROM (f.note_id, u.username, f.flagged_by, f.assignee, f.done_by, f.done_at IS NULL)"""

_FOLLOWS: Final = f"""
    WITH {ACT}, due AS (
        SELECT DISTINCT ON (act.actor, act.outcome ->> 'account') act.actor,
            (act.outcome ->> 'account')::bigint AS account,
            (act.request ->> 'following')::boolean AS following
        FROM act WHERE act.kind = 'follow_account' ORDER BY act.actor, act.outcome ->> 'account', act.id DESC
    )
    SELECT 'account.follow' AS code, coalesce(due.actor, f.operator) || ' on account '
        || coalesce(due.account, f.user_id) AS place, coalesce(due.account, f.user_id) AS number,
        CASE WHEN due.actor IS NULL THEN 'no such event' WHEN due.following THEN 'follows'
            ELSE 'does not follow' END AS expected,
        CASE WHEN f.operator IS NULL THEN 'nothing' WHEN f.following THEN 'follows' ELSE 'does not follow' END
            AS found
    FROM due FULL JOIN ledger.account_follows f ON f.operator = due.actor AND f.user_id = due.account
    WHERE due.following IS DISTINCT FROM f.following"""

_POLICY: Final = f"""
    WITH {ACT}, rule AS (
        SELECT DISTINCT ON (place) act.id, jsonb_build_array(act.request -> 'kind', act.request -> 'currency',
            act.request -> 'from_amount') AS place, (act.request ->> 'approvals')::smallint AS approvals
        FROM act WHERE act.kind = 'set_approval_rule' ORDER BY place, act.id DESC
    ), cap AS (
        SELECT DISTINCT ON (place) act.id, jsonb_build_array(act.request -> 'holder', act.request -> 'kind',
            act.request -> 'currency') AS place, (act.request ->> 'per_operation')::bigint AS per_operation,
            (act.request ->> 'per_day')::bigint AS per_day
        FROM act WHERE act.kind = 'set_limit' ORDER BY place, act.id DESC
    ), free AS (
        SELECT DISTINCT ON (place) act.id, jsonb_build_array(act.request -> 'holder', act.request -> 'kind',
            act.request -> 'currency') AS place, (act.request ->> 'per_operation')::bigint AS per_operation,
            (act.request ->> 'per_day')::bigint AS per_day
        FROM act WHERE act.kind = 'set_allowance' ORDER BY place, act.id DESC
    ), term AS (
        SELECT DISTINCT ON (act.request ->> 'currency') act.id, act.request ->> 'currency' AS currency,
            (act.request ->> 'typed_from')::bigint AS typed_from, (act.request ->> 'days')::smallint AS days
        FROM act WHERE act.kind = 'set_approval_terms' ORDER BY act.request ->> 'currency', act.id DESC
    ), decimals AS (
        SELECT e.id, substr(e.subject, 10) AS code, (e.detail ->> 'exponent')::smallint AS exponent
        FROM ledger.audit_events e WHERE e.action = 'add_currency' AND e.outcome = 'done'
        UNION ALL
        SELECT act.id, act.request ->> 'currency', (act.request ->> 'exponent')::smallint FROM act
        WHERE act.kind = 'correct_currency'
    ), currency AS (
        SELECT DISTINCT ON (decimals.code) decimals.* FROM decimals ORDER BY decimals.code, decimals.id DESC
    ), shut AS (
        SELECT DISTINCT ON (act.request ->> 'currency') act.id, act.request ->> 'currency' AS code, act.kind
        FROM act WHERE act.kind IN ('close_currency', 'reopen_currency')
        ORDER BY act.request ->> 'currency', act.id DESC
    ), dual AS (
        SELECT max(act.id) AS id, (array_agg(act.outcome -> 'on' ORDER BY act.id DESC))[1] = 'true' AS stands,
            (array_agg(act.kind ORDER BY act.id DESC))[1] = 'end_dual_control' AS by_owner
        FROM act WHERE act.kind IN ('set_dual_control', 'end_dual_control')
    ), zone AS (
        SELECT max(act.id) AS id, (array_agg(act.request ->> 'zone' ORDER BY act.id DESC))[1] AS name
        FROM act WHERE act.kind = 'set_business_zone'
    )
    SELECT 'policy.rule' AS code, 'rule ' || coalesce(rule.place, stands.place)::text AS place,
        coalesce(rule.id, 0) AS number,
        coalesce(rule.approvals, 0) || ' approvals' AS expected,
        coalesce(stands.approvals, 0) || ' approvals' AS found
    FROM rule FULL JOIN (
        SELECT r.*, jsonb_build_array(r.kind, r.currency, r.from_amount) AS place FROM ledger.approval_rules r
    ) stands ON stands.place = rule.place
    WHERE coalesce(rule.approvals, 0) <> coalesce(stands.approvals, 0)
    UNION ALL
    SELECT 'policy.terms', 'terms of ' || coalesce(term.currency, t.currency), coalesce(term.id, 0),
        concat_ws(', ', term.days || ' days', 'typed from ' || term.typed_from),
        concat_ws(', ', t.days || ' days', 'typed from ' || t.typed_from)
    FROM term FULL JOIN ledger.approval_terms t ON t.currency = term.currency
    WHERE (term.typed_from, term.days) IS DISTINCT FROM (t.typed_from, t.days)
    UNION ALL
    SELECT 'policy.limit', 'limit ' || coalesce(cap.place, stands.place)::text, coalesce(cap.id, 0),
        concat_ws(', ', cap.per_operation || ' at once', cap.per_day || ' a day'),
        concat_ws(', ', stands.per_operation || ' at once', stands.per_day || ' a day')
    FROM cap FULL JOIN (
        SELECT l.*, jsonb_build_array(l.holder, l.kind, l.currency) AS place FROM ledger.limits l
    ) stands ON stands.place = cap.place
    WHERE (cap.per_operation, cap.per_day) IS DISTINCT FROM (stands.per_operation, stands.per_day)
    UNION ALL
    SELECT 'policy.allowance', 'allowance ' || coalesce(free.place, stands.place)::text, coalesce(free.id, 0),
        concat_ws(', ', free.per_operation || ' at once', free.per_day || ' a day'),
        concat_ws(', ', stands.per_operation || ' at once', stands.per_day || ' a day')
    FROM free FULL JOIN (
        SELECT a.*, jsonb_build_array(a.holder, a.kind, a.currency) AS place FROM ledger.allowances a
    ) stands ON stands.place = free.place
    WHERE (free.per_operation, free.per_day) IS DISTINCT FROM (stands.per_operation, stands.per_day)
    UNION ALL
    SELECT 'policy.currency', currency.code, currency.id, currency.exponent || ' decimals',
        coalesce(c.exponent || ' decimals', 'no such currency')
    FROM currency LEFT JOIN ledger.currencies c ON c.code = currency.code
    WHERE c.exponent IS DISTINCT FROM currency.exponent
    UNION ALL
    SELECT 'policy.closed', c.code, coalesce(shut.id, 0),
        CASE WHEN coalesce(shut.kind, '') = 'close_currency' THEN 'closed' ELSE 'open' END,
        CASE WHEN c.closed_at IS NULL THEN 'open' ELSE 'closed' END
    FROM ledger.currencies c LEFT JOIN shut ON shut.code = c.code
    WHERE (c.closed_at IS NOT NULL) <> (coalesce(shut.kind, '') = 'close_currency')
    UNION ALL
    SELECT 'policy.closed', c.code || ' ' || u.username, w.id, 'closed', w.status::text
    FROM ledger.currencies c JOIN ledger.wallets w ON w.currency = c.code AND w.kind = 'customer'
    JOIN ledger.users u ON u.id = w.user_id
    WHERE c.closed_at IS NOT NULL AND w.status <> 'closed'
    UNION ALL
    SELECT 'policy.dual', 'dual control', coalesce(dual.id, 0),
        CASE WHEN dual.stands THEN 'on' ELSE 'off' END, CASE WHEN c.dual_control THEN 'on' ELSE 'off' END
    FROM dual LEFT JOIN ledger.controls c ON true
    WHERE coalesce(dual.stands, false) IS DISTINCT FROM c.dual_control
    UNION ALL
    SELECT 'policy.emergency', 'event ' || dual.id, dual.id, 'two admins on and off',
        'ended by the owner of the ledger alone'
    FROM dual WHERE dual.by_owner
    UNION ALL
    SELECT 'policy.zone', 'calendar', coalesce(zone.id, 0), coalesce(zone.name, 'UTC'),
        coalesce(c.zone, 'none')
    FROM zone LEFT JOIN ledger.calendar c ON true
    WHERE c.zone IS DISTINCT FROM coalesce(zone.name, 'UTC')"""

# The operator of an embedded ledger is enrolled by its console, without an event.
_OPERATORS: Final = f"""
    WITH {ACT}, set AS (
        SELECT DISTINCT ON (act.request ->> 'operator') act.id, act.request ->> 'operator' AS name,
            CASE act.kind WHEN 'disable_operator' THEN 'disabled' ELSE 'active' END AS status,
            act.outcome -> 'groups' AS groups
        FROM act
        WHERE act.kind IN ('create_operator', 'disable_operator', 'enable_operator', 'set_operator_groups')
        ORDER BY act.request ->> 'operator', act.id DESC
    ), given AS (
        SELECT DISTINCT ON (act.request ->> 'operator') act.id, act.request ->> 'operator' AS name,
            coalesce(r.created_by, act.actor) AS by, act.request ->> 'code_digest' AS digest
        FROM act LEFT JOIN ledger.approval_requests r
            ON act.action = 'execute_request' AND r.id = (act.outcome ->> 'request')::bigint
        -- Who was taken over with a role of their own has a password that nobody here set.
        WHERE act.kind IN ('create_operator', 'set_operator_password') AND act.key IS NOT NULL
        ORDER BY act.request ->> 'operator', act.id DESC
    )
    SELECT 'operator.event' AS code, set.name AS place, set.id AS number,
        'event ' || set.id || ': ' || set.status || ' in ' || set.groups::text AS expected,
        coalesce(o.status || ' in ' || to_jsonb(o.groups)::text, 'no such operator') AS found
    FROM set LEFT JOIN ledger.operators o ON o.name = set.name
    WHERE (set.status, set.groups) IS DISTINCT FROM (o.status::text, to_jsonb(o.groups))
    UNION ALL
    SELECT 'operator.password', o.name, coalesce(given.id, 0),
        coalesce('event ' || given.id || ': ' || given.by || coalesce(', code ' || given.digest, ''),
            'no event'),
        concat_ws(', code ', o.password_by, encode(o.code_digest, 'hex'))
    FROM ledger.operators o LEFT JOIN given ON given.name = o.name
    WHERE given.by IS DISTINCT FROM o.password_by OR encode(o.code_digest, 'hex') <> given.digest
        OR (o.code_digest IS NOT NULL AND given.digest IS NULL)"""

QUESTIONS: Final = (
    Question(
        {
            "account.name": "Each account has the name under which it was opened",
            "account.status": "Each account has the status that it was given last",
            "account.overdraft": "Each account has the overdraft that it was given last",
            "account.count": "Accounts are counted by status and trust level as they are",
        },
        _ACCOUNTS,
    ),
    Question({"account.note": "Each note is the one that the audit chain holds"}, _NOTES, ("salts",)),
    Question(
        {"account.flag": "Each flag was made, assigned and closed by whom the audit chain says"}, _FLAGS
    ),
    Question({"account.follow": "Who follows an account said so in the audit chain"}, _FOLLOWS),
    Question(
        {
            "policy.rule": "Each rule for approvals is as it was set last",
            "policy.terms": "How long requests wait and what is typed is as it was set last",
            "policy.limit": "Each limit is as it was set last",
            "policy.allowance": "Each allowance is as it was set last",
            "policy.currency": "Each currency has the decimals that it was given last",
            "policy.closed": "Each currency is open or closed as it was set last, and so are its accounts",
            "policy.dual": "Dual control is on or off as it was set last",
            "policy.emergency": "Dual control was not ended by the owner alone",
            "policy.zone": "The business day is counted in the zone that was set last",
        },
        _POLICY,
    ),
    Question(
        {
            "operator.event": "Each operator has the status and groups given last",
            "operator.password": "Who set an operator's password last, or the code for it, is known",
        },
        _OPERATORS,
        ("operators",),
    ),
)
