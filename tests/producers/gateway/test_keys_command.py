"""``daybook keys``, as a person or a script runs it."""

from __future__ import annotations

from pathlib import Path

from tests.producers.test_commands import document, run


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    """A key is shown once; the list shows its scope and state, and neither the key nor its hash."""
    place = ("--keys", tmp_path / "keys.json")
    made = document(run("keys", "create", "till 7", "--store", "high-street", "--json", *place))
    assert made["stores"] == ["high-street"]
    listed = run("keys", "list", "--json", *place)
    assert document(listed)["keys"][0]["revoked_at"] is None
    assert made["key"] not in listed.stdout
    assert "sha256" not in listed.stdout
    assert run("keys", "revoke", made["key_id"], *place).exit_code == 0
    assert run("keys", "revoke", made["key_id"], *place).exit_code == 1
    assert "revoked" in run("keys", "list", *place).stdout
    assert run("keys", "list").exit_code == 2


def test_signing_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    """A signing key is listed beside the API keys, without its secret, and revoked by the same command."""
    place = ("--keys", tmp_path / "keys.json")
    made = document(run("keys", "create", "web shop", "--signing", "--store", "pier-9", "--json", *place))
    assert made["key"].startswith("whsec_")
    shown = run("keys", "create", "another", "--signing", *place)
    assert shown.stdout.startswith("whsec_")
    assert "/v1/events?key=" in shown.stderr
    listed = run("keys", "list", "--json", *place)
    assert [key["kind"] for key in document(listed)["keys"]] == ["signing", "signing"]
    assert "whsec_" not in listed.stdout
    assert "never used" in run("keys", "list", *place).stdout
    assert run("keys", "revoke", made["key_id"], *place).exit_code == 0
    assert document(run("keys", "list", "--json", *place))["keys"][0]["revoked_at"] is not None
