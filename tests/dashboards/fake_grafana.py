"""A small Grafana: the part of its published HTTP API that boards are deployed by, kept in memory.

It refuses what the real one refuses: a wrong token, a board or a rule in a folder that is not there, a second
thing under one uid, a name that is taken; and it never tells a secret again.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "glsa_made-up"
PASSWORD = "made-up"
Answer = tuple[int, Any]


class FakeGrafana:
    """What stands in it, and how often something was written."""

    def __init__(self) -> None:
        self.folders: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, dict[str, Any]] = {}
        self.secrets: dict[str, dict[str, str]] = {}
        self.boards: dict[str, dict[str, Any]] = {}
        self.contacts: dict[str, dict[str, Any]] = {}
        self.rules: dict[str, dict[str, Any]] = {}
        self.writes = 0

    def answer(  # noqa: PLR0911 - one answer per route
        self, method: str, path: str, query: dict[str, list[str]], body: Any
    ) -> Answer:
        """The answer to a request that was let in."""
        self.writes += method != "GET"
        parts = path.removeprefix("/api/").split("/")
        match method, parts:
            case "GET", ["folders", uid]:
                return _one(self.folders.get(uid), "folder not found")
            case "POST", ["folders"]:
                return self._create(
                    self.folders, body["uid"], {"id": len(self.folders) + 1, "version": 1, **body}, 412
                )
            case "GET", ["datasources", "uid", uid]:
                return _one(self.sources.get(uid), "Data source not found")
            case "POST", ["datasources"]:
                if any(source["name"] == body["name"] for source in self.sources.values()):
                    return 409, {"message": "data source with the same name already exists"}
                return self._source(body["uid"], body)
            case "PUT", ["datasources", "uid", uid] if uid in self.sources:
                return self._source(uid, body)
            case "GET", ["dashboards", "uid", uid]:
                return _one(self.boards.get(uid), "Dashboard not found")
            case "POST", ["dashboards", "db"]:
                return self._board(body)
            case _, ["v1", "provisioning", kind, *rest]:
                return self._provisioning(method, kind, rest, query, body)
        return 404, {"message": "Not found"}

    def _create(self, into: dict[str, Any], uid: str, thing: dict[str, Any], taken: int) -> Answer:
        if uid in into:
            return taken, {"message": "already exists"}
        into[uid] = thing
        return 200, thing

    def _source(self, uid: str, body: dict[str, Any]) -> Answer:
        self.secrets.setdefault(uid, {}).update(body.get("secureJsonData", {}))
        shown = {key: value for key, value in body.items() if key != "secureJsonData"}
        fields = dict.fromkeys(self.secrets[uid], True)
        number = self.sources.get(uid, {}).get("id", len(self.sources) + 1)
        self.sources[uid] = {
            "id": number,
            "orgId": 1,
            "url": "",
            "readOnly": False,
            **shown,
            "secureJsonFields": fields,
        }
        return 200, {"message": "Datasource saved", "datasource": self.sources[uid]}

    def _board(self, body: dict[str, Any]) -> Answer:
        board, folder = body["dashboard"], body.get("folderUid", "")
        if folder and folder not in self.folders:
            return 400, {"message": "folder not found"}
        known = self.boards.get(board["uid"])
        if known is not None and not body.get("overwrite"):
            return 412, {
                "message": "The dashboard has been changed by someone else",
                "status": "version-mismatch",
            }
        version = 1 if known is None else known["dashboard"]["version"] + 1
        kept = {**board, "id": len(self.boards) + 1, "version": version}
        self.boards[board["uid"]] = {"dashboard": kept, "meta": {"folderUid": folder, "version": version}}
        return 200, {"status": "success", "uid": board["uid"], "version": version}

    def _provisioning(  # noqa: PLR0911 - one answer per refusal
        self, method: str, kind: str, rest: list[str], query: dict[str, list[str]], body: Any
    ) -> Answer:
        into = {"contact-points": self.contacts, "alert-rules": self.rules}[kind]
        if method == "GET" and rest:
            return _one(into.get(rest[0]), "not found")
        if method == "GET":
            names = query.get("name")
            return 200, [each for each in into.values() if names is None or each["name"] in names]
        if kind == "alert-rules" and body["folderUID"] not in self.folders:
            return 400, {"message": "invalid alert rule: folder does not exist"}
        receiver = body.get("notification_settings", {}).get("receiver") if kind == "alert-rules" else None
        if receiver and receiver not in {each["name"] for each in self.contacts.values()}:
            return 400, {"message": "receiver does not exist"}
        if method == "PUT" and rest[0] not in into:
            return 404, {"message": "not found"}
        if method == "POST" and body["uid"] in into:
            return 409, {"message": "conflict"}
        into[body["uid"]] = {"provenance": "", "updated": "2026-11-25T12:00:00Z", **body}
        return (201 if method == "POST" else 200), into[body["uid"]]


def _one(found: dict[str, Any] | None, missing: str) -> Answer:
    return (404, {"message": missing}) if found is None else (200, found)


@contextmanager
def served(grafana: FakeGrafana) -> Iterator[str]:
    """The address at which it answers."""

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def _respond(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"null")
            basic = "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
            if self.headers.get("Authorization") not in (f"Bearer {TOKEN}", basic):
                code, answer = 401, {"message": "Invalid API key"}
            else:
                parts = urlsplit(self.path)
                code, answer = grafana.answer(self.command, parts.path, parse_qs(parts.query), body)
            content = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = _respond  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="grafana")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
