from __future__ import annotations

from daybook.settings import Settings
from daybook.settings_reference import PAGE, reference


def test_the_reference_is_what_the_settings_are() -> None:
    """docs/settings.md is as ``python -m daybook.settings_reference`` makes it."""
    assert PAGE.read_text("utf-8") == reference()


def test_every_setting_says_what_it_does() -> None:
    """None is without a sentence on its effect."""
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
