"""Generated requests go straight into the application, over no connection."""

from __future__ import annotations

import schemathesis.transport.requests as transport

# It counts the pools of a connection, which look different where urllib3-future stands in for urllib3
# (grafana-client brings it by way of niquests). There is no connection here to be counted.
setattr(transport, "_count_opened_connections", lambda _session: 0)  # noqa: B010 - mypy knows no such assignment
