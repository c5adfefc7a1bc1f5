"""Problems as people read them: a shut account once, everything else line by line."""

from __future__ import annotations

from console.errors.problem import Problem, as_read


def shut(line: int, name: str, code: str = "account.frozen", column: str = "from") -> Problem:
    return Problem(line, column, code, name, "the account is shut")


def test_a_shut_account_is_named_once_where_it_is_met_first() -> None:
    amount = Problem(4, "amount", "amount.empty", "", "the amount is missing")
    problems = [
        shut(3, "noor.a"), shut(3, "noor.b"), amount, shut(5, "noor.a", column="to"), shut(9, "noor.a"),
        shut(10, "noor.c", "account.closed"), shut(11, "noor.c", "account.closed"),
    ]  # fmt: skip
    found = as_read(problems)
    assert [(one.line, one.value, one.code) for one in found] == [
        (3, "noor.a", "account.frozen"), (3, "noor.b", "account.frozen"), (4, "", "amount.empty"),
        (10, "noor.c", "account.closed"),
    ]  # fmt: skip
    assert found[0].message == "noor.a is frozen: 3 lines, first line 3. Unfreeze it first."
    assert found[3].message == "noor.c is closed: 2 lines, first line 10. Use another one."
    assert found[1:3] == [problems[1], amount]


def test_other_problems_of_one_account_stay_line_by_line() -> None:
    problems = [shut(line, "nobody", "user.unknown") for line in (2, 3)]
    assert as_read(problems) == problems
