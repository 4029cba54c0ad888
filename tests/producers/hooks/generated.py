"""Requests generated from the webhooks' part of the OpenAPI document; ``test_generated`` runs them."""

from __future__ import annotations

import base64
import os
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from daybook.producers.adapters.mapping import MappingAdapter
from daybook.producers.adapters.registry import ADAPTERS
from daybook.producers.gateway import Callers, Gate, KeyRing, Limits, gateway_app
from daybook.producers.hooks import Connection, Fetcher, hooks_router
from tests.producers.adapters.shops import shop
from tests.producers.importers.test_mapped import MAPPING
from tests.producers.memory import MemoryPublisher

EXAMPLES = int(os.environ.get("DAYBOOK_FUZZ_EXAMPLES", "40"))
CHECKS = [not_a_server_error, response_schema_conformance, status_code_conformance]
LOGIN = b"shop:password"

_connections = {
    "mapping": Connection(shop("mapping", source="mapping:own"), MappingAdapter(MAPPING), (LOGIN,)),
    "pipedrive": Connection(shop("pipedrive"), ADAPTERS["pipedrive"](), (LOGIN,)),
}
_gate = Gate(MemoryPublisher(), limits=Limits(events_per_second=1e9, burst_events=10**9))
_app = gateway_app(_gate, Callers(KeyRing([])))
_app.include_router(hooks_router(_gate, _connections, Fetcher()))
_schema = schemathesis.openapi.from_asgi("/openapi.json", _app).include(path_regex="hooks")


@_schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_any_body_of_a_shop_that_logs_in_is_answered(case: schemathesis.Case[Any]) -> None:
    """Generated bodies, logged in at two real adapters and at shops that there are not: never a 5xx."""
    login = {"Authorization": f"Basic {base64.b64encode(LOGIN).decode()}"}
    for name in (*_connections, case.path_parameters["name"]):
        case.path_parameters["name"] = name
        case.call_and_validate(checks=CHECKS, headers=login)
