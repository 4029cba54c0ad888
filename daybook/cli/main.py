"""The ``daybook`` command. Each subcommand is a file of its own, loaded when it is asked for.

So a checkout that only publishes runs ``daybook publish`` without the parts that it did not install.
"""

from __future__ import annotations

import importlib
from typing import Final

import click

_COMMANDS: Final = {
    "demo": "daybook.cli.demo:demo",
    "worker": "daybook.cli.worker:worker",
    "sink": "daybook.cli.sink:sink",
    "watcher": "daybook.cli.watcher:watcher",
    "notifier": "daybook.cli.notifier:notifier",
    "alerts": "daybook.cli.alerts:alerts",
    "cases": "daybook.cli.cases:cases",
    "gateway": "daybook.cli.gateway:gateway",
    "topics": "daybook.cli.topics:topics",
    "backup": "daybook.cli.backup:backup",
    "restore": "daybook.cli.restore:restore",
    "grow": "daybook.cli.grow:grow",
    "stop": "daybook.cli.emergency:stop",
    "resume": "daybook.cli.emergency:resume",
    "forget": "daybook.cli.forget:forget",
    "trace": "daybook.cli.trace:trace",
    "recount": "daybook.cli.recount:recount",
    "migrate": "daybook.cli.migrate:migrate",
    "users": "daybook.cli.users:users",
    "publish": "daybook.cli.publish:publish",
    "import": "daybook.cli.import_:import_",
    "mapping": "daybook.cli.mapping:mapping",
    "shopify": "daybook.cli.shopify:shopify",
    "check": "daybook.cli.check:check",
    "spool": "daybook.cli.spool:spool",
    "simulate": "daybook.cli.simulate:simulate",
    "shops": "daybook.cli.shops:shops",
    "keys": "daybook.cli.keys:keys",
    "board": "daybook.cli.board:board",
    "dashboards": "daybook.cli.dashboards:dashboards",
    "watch": "daybook.cli.watch:watch",
    "signals": "daybook.cli.signals:signals",
    "report": "daybook.cli.report:report",
    "totals": "daybook.cli.totals:totals",
    "leaderboard": "daybook.cli.leaderboard:leaderboard",
    "rewards": "daybook.cli.rewards:rewards",
    "coaching": "daybook.cli.coaching:coaching",
    "pace": "daybook.cli.pace:pace",
    "forecast": "daybook.cli.forecast:forecast",
    "targets": "daybook.cli.targets:targets",
    "adjustments": "daybook.cli.adjustments:adjustments",
    "days": "daybook.cli.days:days",
    "backtest": "daybook.cli.backtest:backtest",
    "doctor": "daybook.cli.doctor:doctor",
    "reconcile": "daybook.cli.reconcile:reconcile",
    "rebuild": "daybook.cli.rebuild:rebuild",
    "dead-letters": "daybook.cli.dead_letters:dead_letters",
}
_EXTRA_OF: Final = {
    "apprise": "notifier",
    "faust": "worker",
    "clickhouse_connect": "sink",
    "chartkick": "gateway",
    "fastapi": "gateway",
    "grafana_client": "boards",
    "grafana_foundation_sdk": "boards",
    "jinja2": "sink",
    "pygal": "sink",
    "httptools": "gateway",
    "uvicorn": "gateway",
    "confluent_kafka": "demo",
}


class _Commands(click.Group):
    """Subcommands by name, imported only when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        return list(_COMMANDS)

    def invoke(self, ctx: click.Context) -> object:
        """Run the subcommand; an argument that an operation does not take is wrong usage."""
        try:
            return super().invoke(ctx)
        except ValueError as error:
            told = _refused_argument(error)
            if told is None:
                raise
            raise click.UsageError(told) from None

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        try:
            command = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            return _missing(cmd_name, error.name or "a module")
        assert isinstance(command, click.Command)
        return command


def _refused_argument(error: ValueError) -> str | None:
    """What is wrong with an operation's arguments, in a sentence; None for any other error."""
    from pydantic import ValidationError  # noqa: PLC0415 - only where something is wrong

    if not isinstance(error, ValidationError) or not error.title.endswith("Args"):
        return None
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}."


def _missing(command: str, module: str) -> click.Command:
    """A command in the place of one whose extra is not installed."""
    extra = _EXTRA_OF.get(module.partition(".")[0], "demo")

    @click.command(command, add_help_option=False, context_settings={"ignore_unknown_options": True})
    @click.argument("rest", nargs=-1)
    def missing(rest: tuple[str, ...]) -> None:
        del rest
        click.echo(
            f"`daybook {command}` needs more than is installed: pip install 'daybook[{extra}]'.", err=True
        )
        raise SystemExit(3)

    missing.short_help = f"(needs daybook[{extra}])"
    return missing


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="daybook")
def main() -> None:
    """Real-time daily sales tracking, exact to the cent."""


if __name__ == "__main__":
    main()
