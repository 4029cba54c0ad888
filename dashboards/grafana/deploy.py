"""Bringing Grafana to what is wanted, over its HTTP API: looks first, changes only what differs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from grafana_client.api import GrafanaApi
from grafana_client.client import GrafanaClientError, GrafanaException, GrafanaUnauthorizedError

from daybook.dashboards.grafana.comparing import board_changes, lacking
from daybook.dashboards.grafana.query import SOURCE_UID
from daybook.dashboards.grafana.wanted import FOLDER_TITLE, FOLDER_UID, Document, Wanted

_SECONDS: Final = 20.0
_FORBIDDEN: Final = (401, 403)


class GrafanaRefused(Exception):
    """Grafana gives no answer or refuses; the message is one plain sentence, without any secret."""


@dataclass(frozen=True)
class Change:
    """One thing in Grafana, and what becomes of it."""

    kind: str
    name: str
    action: Literal["create", "update", "keep"]
    details: list[str] = field(default_factory=list)
    do: Callable[[], Any] | None = field(default=None, repr=False)


class Grafana:
    """A Grafana. ``credential`` is a service account's token, or user and password."""

    def __init__(self, url: str, credential: str | tuple[str, str]) -> None:
        self._url = url
        self._api: Any = GrafanaApi.from_url(url, credential, timeout=_SECONDS)

    def changes(self, wanted: Wanted, *, set_password: bool = False) -> list[Change]:
        """What would be done, in the order in which it has to be.

        Raises:
            GrafanaRefused: no answer, or a refusal.
        """
        return list(self._looked(lambda: list(self._changes(wanted, set_password=set_password))))

    def apply(self, change: Change) -> None:
        """Do one change. Raises GrafanaRefused."""
        if change.do is not None:
            self._looked(change.do)

    def boards(self, uids: list[str]) -> dict[str, Document]:
        """The boards of these uids as Grafana has them; those that it does not have are left out."""
        found = {
            uid: self._looked(functools.partial(self._found, self._api.dashboard.get_dashboard, uid))
            for uid in uids
        }
        return {uid: answer["dashboard"] for uid, answer in found.items() if answer is not None}

    def _changes(self, wanted: Wanted, *, set_password: bool) -> Iterator[Change]:
        yield self._folder()
        yield self._source(wanted, set_password=set_password)
        for uid, board in sorted(wanted.boards().items()):
            yield self._board(uid, board)
        contact = wanted.contact()
        if contact is not None:
            yield self._contact(contact)
        yield self._rule(wanted.rule())

    def _folder(self) -> Change:
        found = self._found(self._api.folder.get_folder, FOLDER_UID)
        if found is None:
            return Change(
                "folder",
                FOLDER_TITLE,
                "create",
                do=lambda: self._api.folder.create_folder(FOLDER_TITLE, FOLDER_UID),
            )
        return Change("folder", FOLDER_TITLE, "keep")

    def _source(self, wanted: Wanted, *, set_password: bool) -> Change:
        document = wanted.source.document()
        secret = {"secureJsonData": {"password": wanted.source.password}} if wanted.source.password else {}
        found = self._found(self._api.datasource.get_datasource_by_uid, SOURCE_UID)
        if found is None:
            return Change(
                "data source",
                document["name"],
                "create",
                do=lambda: self._api.datasource.create_datasource(document | secret),
            )
        details = list(lacking(document, found))
        known = bool((found.get("secureJsonFields") or {}).get("password"))
        if secret and (set_password or not known):
            details.append("password: set")
        return Change(
            "data source",
            document["name"],
            "update" if details else "keep",
            details,
            do=lambda: (
                self._api.datasource.update_datasource_by_uid(SOURCE_UID, document | secret)
                if details
                else None
            ),
        )

    def _board(self, uid: str, board: Document) -> Change:
        found = self._found(self._api.dashboard.get_dashboard, uid)
        payload = {
            "dashboard": board,
            "folderUid": FOLDER_UID,
            "overwrite": True,
            "message": "deployed by daybook",
        }
        save = functools.partial(self._api.dashboard.update_dashboard, payload)
        if found is None:
            return Change("board", board["title"], "create", do=save)
        details = board_changes(board, found["dashboard"])
        details += lacking({"folderUid": FOLDER_UID}, found["meta"])
        return Change(
            "board", board["title"], "update" if details else "keep", details, do=save if details else None
        )

    def _contact(self, contact: Document) -> Change:
        there = self._api.alertingprovisioning.get_contactpoints(contact["name"])
        found = next((each for each in there if each.get("uid") == contact["uid"]), None)
        calls = self._api.alertingprovisioning
        if found is None:
            return Change(
                "contact point",
                contact["name"],
                "create",
                do=lambda: calls.create_contactpoint(contact, True),
            )
        details = list(lacking(contact, found))
        update = (lambda: calls.update_contactpoint(contact["uid"], contact, True)) if details else None
        return Change("contact point", contact["name"], "update" if details else "keep", details, do=update)

    def _rule(self, rule: Document) -> Change:
        calls = self._api.alertingprovisioning
        found = self._found(calls.get_alertrule, rule["uid"])
        if found is None:
            return Change(
                "alert rule", rule["title"], "create", do=lambda: calls.create_alertrule(rule, True)
            )
        details = list(lacking(rule, found))
        update = (lambda: calls.update_alertrule(rule["uid"], rule, True)) if details else None
        return Change("alert rule", rule["title"], "update" if details else "keep", details, do=update)

    def _found(self, ask: Callable[[str], Any], uid: str) -> Any:
        try:
            return ask(uid)
        except GrafanaClientError as error:
            if error.status_code == 404:
                return None
            raise

    def _looked(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except GrafanaUnauthorizedError as error:
            raise GrafanaRefused("Grafana does not let us in: the token or password is wrong.") from error
        except GrafanaException as error:
            if error.status_code in _FORBIDDEN:
                raise GrafanaRefused(
                    "Grafana lets us in, but this user or token may not change it."
                ) from error
            raise GrafanaRefused(f"Grafana refuses: {error.message}") from error
        except OSError as error:
            raise GrafanaRefused(f"No Grafana answers at {self._url}.") from error
