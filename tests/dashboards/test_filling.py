from __future__ import annotations

from datetime import UTC, datetime

import pytest

from daybook.dashboards.queries.filling import ALL, Choice, Window, filled
from daybook.sinks.store import Store

WINDOW = Window(datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC), 300)


def test_variables_go_in_quoted_or_as_they_are() -> None:
    """Several values make a list, `*` stands for all, and amounts are divided by a plain number."""
    choice = Choice("GBP", store=["leeds", "york"], per_unit=100)
    text = "${currency:sqlstring} ${store:sqlstring} ${region:sqlstring} ${per_unit}"
    assert filled(text, choice.variables()) == f"'GBP' 'leeds','york' '{ALL}' 100"


@pytest.mark.parametrize("name", ["it's", "back\\slash", "' OR 1 = 1 --", "\\'", "two\nlines", "日本"])
def test_whatever_a_name_holds_it_stays_one_string(store: Store, name: str) -> None:
    """The engine reads back exactly the name."""
    assert store.value(filled("SELECT ${store:sqlstring}", {"store": name})) == name


@pytest.mark.parametrize("value", ["100; DROP", "'100'", "a b", "()"])
def test_what_goes_in_unquoted_has_to_be_a_plain_word(value: str) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match="one plain word"):
        filled("${per_unit}", {"per_unit": value})


def test_macros_become_what_the_plugin_makes_of_them() -> None:
    """Times are seconds since 1970, intervals seconds."""
    text = "$__fromTime|$__toTime|$__timeFilter(at)|$__interval_s|$__timeInterval(at)"
    assert filled(text, {}, WINDOW).split("|") == [
        "toDateTime(1795478400)",
        "toDateTime(1795564800)",
        "at >= toDateTime(1795478400) AND at <= toDateTime(1795564800)",
        "300",
        "toStartOfInterval(toDateTime(at), INTERVAL 300 second)",
    ]


@pytest.mark.parametrize("text", ["${nobody}", "$__nothing"])
def test_an_unknown_variable_or_macro_is_an_error(text: str) -> None:
    """It would reach ClickHouse as it stands."""
    with pytest.raises(KeyError):
        filled(text, {})
