"""ClickHouse's users."""

from __future__ import annotations

from daybook.sinks.users import GRANTS, user_statements

PASSWORDS = {user: f"made-up-{user}" for user in GRANTS}


def test_no_password_stands_in_a_statement() -> None:
    """Only their hashes do, so that no log of queries holds one."""
    text = "\n".join(user_statements("daybook", PASSWORDS))
    assert not any(password in text for password in PASSWORDS.values())


def test_each_has_its_own_rights() -> None:
    """The reader reads and may not change a setting but how long it asks; the writer makes no tables."""
    statements = user_statements("daybook", PASSWORDS)
    reader = [s for s in statements if "daybook_reader" in s]
    assert [s.partition(" ON ")[0] for s in reader if s.startswith("GRANT")] == ["GRANT SELECT"]
    assert all("readonly = 1" in s for s in reader if not s.startswith("GRANT"))
    (writer,) = [s for s in statements if s.startswith("GRANT") and "daybook_writer" in s]
    assert "CREATE" not in writer
    assert "DROP" not in writer
