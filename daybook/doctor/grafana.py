"""Whether Grafana answers, has the boards, and reaches ClickHouse itself."""

from __future__ import annotations

from importlib import resources
from typing import Final

import httpx
import orjson

from daybook.brokers import secret
from daybook.doctor.findings import Finding, ok, skipped, warning, wrong
from daybook.operations.base import CannotAct
from daybook.settings import Settings

SOURCE_UID: Final = "daybook-clickhouse"
"""Of the data source; the boards' code has it too, and a test holds both against each other."""
_SECONDS: Final = 10.0
_DEPLOY: Final = "`daybook dashboards deploy` makes them; with Compose, mount dashboards/grafana."


def grafana_findings(settings: Settings) -> list[Finding]:
    """Findings about Grafana; only the first where it gives no answer."""
    if settings.grafana_url is None:
        return [skipped("grafana", "No Grafana is named; DAYBOOK_GRAFANA_URL would do it.")]
    try:
        headers, login = _credential(settings)
    except CannotAct as error:
        return [wrong("grafana", str(error), "Put the file right, or the DAYBOOK_GRAFANA_ setting.")]
    url = settings.grafana_url
    with httpx.Client(base_url=url, headers=headers, auth=login, timeout=_SECONDS, trust_env=False) as http:
        found = [_health(http, url)]
        if found[0].state != "ok":
            return found
        if not headers and login is None:
            return [*found, skipped("boards", "Not looked at: DAYBOOK_GRAFANA_TOKEN_FILE says who we are.")]
        try:
            return [*found, *_inside(http)]
        except httpx.HTTPError:
            return [*found, warning("boards", "Grafana did not say which boards it has.", "Run this again.")]


def _health(http: httpx.Client, url: str) -> Finding:
    try:
        answer = http.get("/api/health")
    except (httpx.HTTPError, httpx.InvalidURL):
        do = "See that it runs, and that DAYBOOK_GRAFANA_URL names it."
        return wrong("grafana", f"Grafana does not answer at {url}.", do)
    if answer.status_code != httpx.codes.OK:
        do = "Look at Grafana's own log: its database may be away."
        return wrong("grafana", f"Grafana says that it is not well ({answer.status_code}).", do)
    return ok("grafana", f"Grafana answers at {url}.")


def _credential(settings: Settings) -> tuple[dict[str, str], tuple[str, str] | None]:
    if settings.grafana_token_file is not None:
        return {"Authorization": f"Bearer {secret(settings.grafana_token_file)}"}, None
    if settings.grafana_user is not None and settings.grafana_password_file is not None:
        return {}, (settings.grafana_user, secret(settings.grafana_password_file))
    return {}, None


def boards() -> list[str]:
    """The uids of the boards that Daybook has."""
    folder = resources.files("daybook.dashboards.grafana") / "json"
    return sorted(
        str(orjson.loads(file.read_bytes())["uid"])
        for file in folder.iterdir()
        if file.name.endswith(".json")
    )


def _inside(http: httpx.Client) -> list[Finding]:
    wanted = boards()
    answers = {uid: http.get(f"/api/dashboards/uid/{uid}").status_code for uid in wanted}
    if refused := set(answers.values()) & {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        do = "Make a new token for a service account that may view boards, and put it into the file."
        return [wrong("boards", f"Grafana does not let us look ({refused.pop()}).", do)]
    missing = [uid for uid, code in answers.items() if code != httpx.codes.OK]
    if missing:
        return [wrong("boards", f"Grafana does not have {', '.join(missing)}.", _DEPLOY)]
    return [ok("boards", f"Grafana has all {len(wanted)} boards."), _source(http)]


def _source(http: httpx.Client) -> Finding:
    answer = http.get(f"/api/datasources/uid/{SOURCE_UID}/health")
    if answer.status_code == httpx.codes.OK:
        return ok("boards' data", "Grafana reaches ClickHouse.")
    if answer.status_code == httpx.codes.NOT_FOUND:
        return wrong("boards' data", "Grafana has no data source for the boards.", _DEPLOY)
    do = "Look at the data source in Grafana: its address, daybook_reader's password, and ClickHouse itself."
    return wrong("boards' data", "Grafana does not reach ClickHouse.", do)
