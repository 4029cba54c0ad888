"""Events of a newer minor version: kept, and waiting for an upgrade."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from daybook.ledger.calendar import Calendar
from daybook.ledger.messages import decode_dead_letter
from daybook.ledger.state import PartitionLedger, Record
from daybook.producers.gateway.keys import NewKey
from daybook.schemas.stores import DayRule, StoreEntry
from tests.producers.gateway.conftest import Gateway
from tests.support.sales import sale

EVENTS = "/v1/events"


def newer(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A sale of a version that is not known yet, with a field that it brings."""
    return sale(number, schema_version="1.1", loyalty={"points": 12}, **changes)


async def test_a_newer_event_is_kept_and_waits(gateway: Gateway) -> None:
    """It is answered as waiting, and travels to Kafka as it came, keyed by its order."""
    body = orjson.dumps([sale(1), newer(2)], option=orjson.OPT_INDENT_2)
    answer = await gateway.client.post(EVENTS, content=body)
    assert answer.status_code == 202
    told = answer.json()
    assert (told["accepted"], told["waiting"], told["refused"]) == (1, 1, 0)
    assert told["events"][1]["status"] == "waiting"
    assert told["events"][1]["problems"][0]["code"] == "newer_version"
    assert [record.key for record in gateway.published.records] == [b"order-1", b"order-2"]
    assert orjson.loads(gateway.published.records[1].value) == newer(2)


async def test_what_waits_becomes_a_replayable_dead_letter(gateway: Gateway) -> None:
    """The ledger sets aside the very bytes that the gateway let through, to be replayed after an upgrade."""
    await gateway.client.post(EVENTS, json=newer())
    (record,) = gateway.published.records
    store = StoreEntry(store_id="high-street", region="London", days=[DayRule(zone="Europe/London")])
    ledger = PartitionLedger(0, 100, Calendar([store]))
    recorded_at = int(datetime(2026, 3, 14, 10, 16, tzinfo=UTC).timestamp() * 1000)
    ledger.fold([Record(0, recorded_at, record.value)])
    ((_, value),) = ledger.take_checkpoint().dead_letters
    letter = decode_dead_letter(value)
    assert (letter.reason, letter.replayable, letter.redacted) == ("newer_version", True, False)


@pytest.mark.parametrize("changes", [{"store_id": "pearl-street"}, {"source": "till-8"}])
async def test_a_newer_event_has_to_be_in_scope_too(
    gateway: Gateway, high_street: NewKey, changes: dict[str, Any]
) -> None:
    """A key for one store and source cannot publish for another by raising the version."""
    headers = gateway.using(high_street.token)
    foreign = await gateway.client.post(EVENTS, json=newer(1, **changes), headers=headers)
    assert foreign.status_code == 403
    assert foreign.json()["events"][0]["problems"][0]["field"] in changes
    assert (await gateway.client.post(EVENTS, json=newer(2), headers=headers)).status_code == 202
    assert [record.key for record in gateway.published.records] == [b"order-2"]


@pytest.mark.parametrize(
    "changes, code, field",
    [
        ({"order_id": None}, "wrong_type", "order_id"),
        ({"event_id": "a b"}, "bad_format", "event_id"),
        ({"store_id": 7}, "wrong_type", "store_id"),
        ({"note": "mail me: amira@shop.example"}, "personal_data_email", ""),
        ({"notes": [{"card": "4111 1111 1111 1111"}]}, "personal_data_card", ""),
        ({"more": [[[[[]]]]] * 3}, None, None),
    ],
)
async def test_what_is_known_of_a_newer_event_has_to_hold(
    gateway: Gateway, changes: dict[str, Any], code: str | None, field: str | None
) -> None:
    """Its envelope is checked, and personal data stops here as with any other event."""
    answer = await gateway.client.post(EVENTS, json=newer(1, **changes))
    told = answer.json()["events"][0]
    if code is None:
        assert told["status"] == "waiting"
    else:
        assert (answer.status_code, told["status"]) == (422, "refused")
        assert (told["problems"][0]["code"], told["problems"][0]["field"]) == (code, field)


async def test_another_major_version_is_refused(gateway: Gateway) -> None:
    """2.0 may mean something else by every field, so it is not kept."""
    answer = await gateway.client.post(EVENTS, json=sale(schema_version="2.0"))
    assert (answer.status_code, answer.json()["events"][0]["problems"][0]["code"]) == (422, "unknown_version")


@pytest.mark.parametrize("levels, status", [(29, 202), (31, 422), (5000, 422)])
async def test_nesting_has_a_limit(gateway: Gateway, levels: int, status: int) -> None:
    """What nests deeper than the limit is refused as such, also where nobody knows the field."""
    deep = b"[" * levels + b"]" * levels
    body = orjson.dumps(newer()).replace(b'{"points":12}', b'{"points":' + deep + b"}")
    answer = await gateway.client.post(EVENTS, content=body)
    if levels == 5000:
        assert (answer.status_code, answer.json()["code"]) == (400, "too_deep")
        return
    assert answer.status_code == status
    codes = {problem["code"] for problem in answer.json()["events"][0]["problems"]}
    assert codes == ({"newer_version"} if status == 202 else {"too_deep"})
