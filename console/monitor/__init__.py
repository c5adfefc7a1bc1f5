"""What the console's own statements cost.

recorder.Recorder: every statement, in fixed memory.
    snapshot(since_s, commits=False) -> ring.Snapshot, one element of each array a statement; `fetch_ms` is
    from the end of execute to the last row read, `wait_ms` what its connection was waited for; commits=True
    adds the COMMITs, which no budget counts (`is_commit` is True there).
    figures(within_s) -> percentiles.Figures: overall, by_fingerprint[id], by_action[name]; within_s is one of
    percentiles.WINDOWS_S (60, 900, 3600) or percentiles.EVER.
    fingerprint(id) -> Fingerprint | None.   on_action(callback) tells each finished action's cost.ActionCost.
statements.statements(snapshot) -> StatementRow per fingerprint.
detail.statement_detail(recorder, id) -> StatementDetail | None: sql (pretty), calls, total_ms, mean_ms, rows,
    failures, windows{60, 900, 3600, EVER: Percentiles}, trend (Minute: at, calls, p50_ms, p95_ms, p99_ms),
    callers (Caller: action, screen, calls, total_ms).
console.plans.explain(database, fingerprint, cancel=None) -> Plan (sql, way, root: PlanNode, findings,
    pev2_json()); raises PlanRefusedError, a ConsoleError whose text says why there is no plan. PlanNode:
    kind, relation, schema, alias, index, condition, startup_cost, total_cost, rows, width, children, walk().
    Finding: kind (FindingKind), node, text.
budgets.budget(action), budgets.over_budget(cost), budgets.STREAMS (grow with the data, no budget).
watch.Watch(recorder, Limits): alerts (tuple of Alert(level, text, action, fingerprint, at), newest last),
    on_alert(callback), check(); the workspace's is Workspace.watch.
history.History(file): rows(since, until) -> HistoryRow, added up by by_statement(rows), by_action(rows);
    written by history_writer.HistoryWriter; the workspace's is Workspace.history.
metrics.MetricsServer: Prometheus' text on 127.0.0.1, when settings.metrics_port is not 0.
"""
