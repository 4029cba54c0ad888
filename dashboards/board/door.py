"""Who comes in: by a session's cookie, by a key as a bearer token, or without one where none is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from fastapi import HTTPException, Request

from daybook.dashboards.board.access import ANYBODY, Viewer, ViewKeySource, viewer_of
from daybook.dashboards.board.sessions import Sessions

COOKIE = "daybook_view"


class Door:
    """Knows who a request comes from.

    Args:
        keys: the view keys; None where there are none, and everybody is ``ANYBODY``.
        sessions: signs cookies; None together with ``keys``.
        clock: gives aware times.
        key_required: whether nobody comes in without a key, as off loopback.
    """

    def __init__(
        self,
        keys: ViewKeySource | None,
        sessions: Sessions | None,
        clock: Callable[[], datetime],
        *,
        key_required: bool,
    ) -> None:
        self._keys = keys
        self._sessions = sessions
        self._clock = clock
        self._key_required = key_required

    @property
    def asks_for_keys(self) -> bool:
        """Whether a key opens anything here."""
        return self._keys is not None

    def viewer(self, request: Request) -> Viewer:
        """Who a request comes from.

        Raises:
            HTTPException: 401, where a key is missing or not in force.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._by_token(token.strip())
        found = self._by_session(request.cookies.get(COOKIE, ""))
        if found is not None:
            return found
        if self._key_required:
            raise HTTPException(401, "Enter a view key.", headers={"WWW-Authenticate": "Bearer"})
        return ANYBODY

    def operator(self, request: Request) -> Viewer:
        """Who a request comes from, if they may act: acknowledge and silence.

        Raises:
            HTTPException: 401 as ``viewer``; 403 without that right, or where another site's page sent it.
        """
        found = self.viewer(request)
        if not found.operator:
            raise HTTPException(403, "This needs a key with the right to operate.")
        if "authorization" not in request.headers:
            refuse_other_sites(request)
        return found

    def enter(self, token: str) -> tuple[Viewer, str]:
        """Exchange a key for a session.

        Raises:
            HTTPException: 401, where the key is not in force.
        """
        viewer = self._by_token(token)
        assert self._sessions is not None
        assert viewer.key_id is not None
        return viewer, self._sessions.issue(viewer.key_id, self._clock())

    def _by_token(self, token: str) -> Viewer:
        key = self._keys.identify(token) if self._keys is not None else None
        if key is None:
            raise HTTPException(401, "This view key is not known, or revoked.")
        return viewer_of(key)

    def _by_session(self, session: str) -> Viewer | None:
        if self._keys is None or self._sessions is None or not session:
            return None
        key_id = self._sessions.key_id(session, self._clock())
        key = self._keys.in_force(key_id) if key_id is not None else None
        return None if key is None else viewer_of(key)


def refuse_other_sites(request: Request) -> None:
    """Let a change through only from a page of our own: the cookie would be sent along otherwise.

    Raises:
        HTTPException: 403, where the browser names another origin, or none.
    """
    origin = urlsplit(request.headers.get("origin", ""))
    if not origin.netloc or origin.netloc != request.headers.get("host"):
        raise HTTPException(403, "Only a page of this server may do that.")
