from __future__ import annotations

import base64
import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from daybook.producers.adapters import signatures
from daybook.producers.adapters.contract import Delivery, Notice, Translation, Untranslatable
from daybook.producers.adapters.documents import UnreadableError
from daybook.producers.adapters.hubspot import HubSpotAdapter
from daybook.producers.adapters.pipedrive import PipedriveAdapter
from daybook.schemas.events import SaleEvent
from tests.producers.adapters.books import (
    SHARED,
    books,
    captured_payload,
    changed,
    connection,
    example,
    measures,
)

NOW = datetime(2026, 3, 5, 10, tzinfo=UTC)
URL = "https://hooks.example.com/v1/hooks/crm"
HUBSPOT, PIPEDRIVE = HubSpotAdapter(), PipedriveAdapter()
HUB = connection("hubspot", locations={"fieldsales": "field"}, public_url=URL, account="4242")
PIPE = connection("pipedrive", account="909")
NOTIFICATIONS = example("hubspot/notifications")
DEAL = example("hubspot/deal")
WON = example("pipedrive/updated.deal")
LOST = example("pipedrive/change.deal")


def fetched(deal: Any, **notice: Any) -> Translation:
    """What a notification means whose deal is this."""
    payload = NOTIFICATIONS[0] | notice
    return HUBSPOT.translate(payload, payload["subscriptionType"], HUB, {"deal": deal})


def edited(changed_at: str, history: list[str], **properties: str | None) -> Any:
    """The HubSpot deal at a later state; the history of "won" has its newest value first."""
    deal = changed(DEAL, ["properties", "hs_lastmodifieddate"], changed_at)
    deal["properties"] |= properties
    deal["propertiesWithHistory"]["hs_is_closed_won"] = [{"value": value} for value in history]
    return deal


def piped(payload: Any) -> Translation:
    """What a webhook of Pipedrive means."""
    return PIPEDRIVE.translate(payload, PIPEDRIVE.topic(Delivery(b""), payload), PIPE, {})


def test_a_won_deal_is_contract_revenue_at_its_close_date() -> None:
    """Channel, stream, store by pipeline, owner and close time come from the deal."""
    (event,) = fetched(DEAL).events
    assert event.type == "order.snapshot"
    assert (event.channel, event.revenue_stream, event.store_id) == ("crm", "contract", "field")
    assert event.staff[0].staff_id == "778"
    assert event.placed_at == datetime(2026, 3, 5, 10, tzinfo=UTC)
    assert measures([event]) == {"gross": 1250050, "orders": 1, "units": 1, "charged": 1250050}
    (event,) = piped(WON).events
    assert (event.channel, event.revenue_stream, event.staff[0].staff_id) == ("crm", "contract", "55")
    assert measures([event]) == {"gross": 499950, "orders": 1, "units": 1, "charged": 499950}


def test_an_open_deal_counts_nothing() -> None:
    """Until a deal is won there is nothing to take back either."""
    assert (
        fetched(edited("2026-03-04T00:00:00Z", ["false"], hs_is_closed_won="false")).ignored == "deal_not_won"
    )
    never = changed(WON, ["current", "status"], "open")
    never["current"]["first_won_time"] = None
    assert piped(never).ignored == "deal_not_won"


def test_hubspot_states_in_every_order_leave_the_newest() -> None:
    """Won, won at another amount, not won any more; each also twice and in all orders."""
    states = [
        fetched(DEAL).events,
        fetched(edited("2026-03-06T00:00:00Z", ["true", "false"], amount="13000")).events,
        fetched(edited("2026-03-07T00:00:00Z", ["false", "true"], hs_is_closed_won="false")).events,
    ]
    for upto, left in ((1, 1250050), (2, 1300000), (3, 0)):
        orders = itertools.permutations([*states[:upto], states[0]])
        assert {measures(itertools.chain(*order))["charged"] for order in orders} == {left}
    assert books(itertools.chain(*states)) == {}


def test_pipedrive_states_in_every_order_leave_the_newest() -> None:
    """Won in version 1, lost in version 2: the loss takes the deal back whenever it arrives."""
    won, lost = piped(WON).events, piped(LOST).events
    for order in ([won, lost], [lost, won], [won, lost, won], [lost, lost, won]):
        assert books(itertools.chain(*order)) == {}
    again = changed(WON, ["meta", "timestamp_micro"], 1773100000000000)
    assert measures([*piped(again).events, *lost, *won])["charged"] == 499950


def test_deleted_and_restored_deals() -> None:
    """A deletion takes a won deal back, a restoration counts it again."""
    gone = {**NOTIFICATIONS[0], "subscriptionType": "deal.deletion", "occurredAt": 1772800000000}
    deletion = HUBSPOT.translate(gone, "deal.deletion", HUB, {}).events
    assert books([*fetched(DEAL).events, *deletion]) == {}
    back = fetched(DEAL, subscriptionType="deal.restore", occurredAt=1772900000000).events
    assert measures([*back, *fetched(DEAL).events, *deletion])["charged"] == 1250050
    assert HUBSPOT.wants(Notice("deal.deletion", gone), HUB, {}) == ()
    removed = {"meta": LOST["meta"] | {"action": "delete"}, "data": None, "previous": WON["current"]}
    assert books([*piped(WON).events, *piped(removed).events]) == {}


def test_a_batch_fetches_each_deal_once() -> None:
    """Two changes of a deal are one fetch of its newest state; contacts are nobody's sale."""
    deal, contact = HUBSPOT.notices(Delivery(json.dumps(NOTIFICATIONS).encode()))
    (fetch,) = HUBSPOT.wants(deal, HUB, {})
    assert fetch.path == "/crm/v3/objects/deals/31415926"
    assert dict(fetch.params)["propertiesWithHistory"] == "hs_is_closed_won"
    assert HUBSPOT.wants(contact, HUB, {}) == ()
    assert HUBSPOT.translate(contact.payload, contact.topic, HUB, {}).ignored == "not_a_deal"
    with pytest.raises(UnreadableError):
        HUBSPOT.notices(Delivery(b"[1]"))


def test_a_merge_deletes_the_merged_deals() -> None:
    """What is left of a merge is fetched; the others are taken back."""
    merge = {"subscriptionType": "deal.merge", "objectId": 1, "primaryObjectId": 1, "mergedObjectIds": [1, 2]}
    notices = HUBSPOT.notices(Delivery(json.dumps([merge]).encode()))
    assert [(n.topic, n.payload["objectId"]) for n in notices] == [
        ("deal.propertyChange", 1),
        ("deal.deletion", 2),
    ]


def test_a_workflow_sends_the_deal_itself() -> None:
    """Its properties hold a value each, times are milliseconds; it gives what the fetched deal gives."""
    values = DEAL["properties"] | {
        "closedate": "1772704800000", "createdate": "1769936400000", "hs_lastmodifieddate": "1772704800400",
    }  # fmt: skip
    body = {
        "portalId": 4242, "objectTypeId": "0-3", "objectId": 31415926, "isDeleted": False,
        "properties": {name: {"value": value, "timestamp": 1772704800000} for name, value in values.items()},
    }  # fmt: skip
    (notice,) = HUBSPOT.notices(Delivery(json.dumps(body).encode()))
    assert HUBSPOT.wants(notice, HUB, {}) == ()
    assert HUBSPOT.translate(notice.payload, notice.topic, HUB, {}) == fetched(DEAL)
    lost = changed(body, ["properties", "hs_is_closed_won", "value"], "false")
    taken_back = HUBSPOT.translate(lost, "workflow", HUB, {}).events
    assert measures(taken_back) == {"charged": 0}


@pytest.mark.parametrize(
    ("properties", "detail"),
    [
        ({"amount": "12.345"}, "finer"),
        ({"amount": "many"}, "not an amount"),
        ({"amount": "-5"}, "negative"),
        ({"hs_is_closed_won": "maybe"}, "neither"),
        ({"hs_is_closed_won": None}, "is missing"),
        ({"closedate": None}, "closedate"),
        ({"deal_currency_code": "XXX"}, "ISO 4217"),
        ({"deal_currency_code": None}, "the shop has no currency"),
    ],
)
def test_a_deal_that_makes_no_sense_is_refused(properties: dict[str, str | None], detail: str) -> None:
    """Neither amount nor currency nor date nor whether it is won is guessed."""
    with pytest.raises(Untranslatable, match=detail):
        fetched(edited("2026-03-06T00:00:00Z", ["true"], **properties))


def test_accounts_and_missing_deals_are_refused() -> None:
    """Another portal or company than the shop's, a deal that could not be fetched, an unknown status."""
    with pytest.raises(Untranslatable, match="account"):
        fetched(DEAL, portalId=1)
    with pytest.raises(Untranslatable, match="could not be fetched"):
        fetched(None)
    with pytest.raises(Untranslatable, match="account"):
        piped(changed(WON, ["meta", "company_id"], 1))
    with pytest.raises(Untranslatable, match="status"):
        piped(changed(WON, ["current", "status"], "parked"))
    with pytest.raises(Untranslatable, match="action"):
        piped(changed(WON, ["meta", "action"], "juggled"))


def test_hubspot_signatures() -> None:
    """Over method, decoded URI, body and time by any key; missing, wrong, foreign and old are refused."""
    body, keys = b"[]", [b"old", b"new"]
    shop = connection("hubspot")

    def verified(
        key: bytes = b"new", age_ms: int = 0, url: str = "https://h.example/crm?a=b@c"
    ) -> str | None:
        at = str(int(NOW.timestamp() * 1000) - age_ms)
        signature = signatures.sign_base64(key, b"POST", url.encode(), body, at.encode())
        headers = {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": at}
        return HUBSPOT.verify(Delivery(body, headers, "https://h.example/crm?a=b%40c"), shop, keys, NOW)

    assert verified() is None
    assert verified(b"old", age_ms=299_000) is None
    assert verified(b"another portal's") == signatures.WRONG
    assert verified(url="https://h.example/other") == signatures.WRONG
    assert verified(age_ms=301_000) == signatures.OLD
    assert HUBSPOT.verify(Delivery(body), shop, keys, NOW) == signatures.MISSING


def test_pipedrive_logins() -> None:
    """The login of any secret in force; a missing or another one is refused."""
    keys = [b"daybook:old", b"daybook:new"]

    def verified(login: bytes) -> str | None:
        header = {"authorization": "Basic " + base64.b64encode(login).decode()}
        return PIPEDRIVE.verify(Delivery(b"{}", header), PIPE, keys, NOW)

    assert verified(b"daybook:new") is None
    assert verified(b"daybook:old") is None
    assert verified(b"daybook:another") == signatures.WRONG
    assert PIPEDRIVE.verify(Delivery(b"{}"), PIPE, keys, NOW) == signatures.MISSING


@pytest.mark.skipif(not SHARED.exists(), reason="the captured payloads do not lie beside this checkout")
def test_captured_deals_count_their_amount_once_they_are_won() -> None:
    """As captured they are open and count nothing; won they count their own amount, once."""
    shop = connection("hubspot", currency="USD")
    body = captured_payload("crm/hubspot-deal.json")["body"]
    assert HUBSPOT.translate(body, "workflow", shop, {}).ignored == "deal_not_won"
    won = changed(body, ["properties", "hs_is_closed_won", "value"], "true")
    events = HUBSPOT.translate(won, "workflow", shop, {}).events
    assert measures([*events, *events])["charged"] == int(body["properties"]["amount"]["value"]) * 100
    states: list[SaleEvent] = []
    for name in ("added", "updated"):
        hook = captured_payload(f"crm/pipedrive-{name}.deal.json")["body"]
        topic, anywhere = PIPEDRIVE.topic(Delivery(b""), hook), connection("pipedrive")
        assert PIPEDRIVE.translate(hook, topic, anywhere, {}).ignored == "deal_not_won"
        hook["current"] |= {"status": "won", "won_time": "2023-04-07 04:11:00"}
        states += PIPEDRIVE.translate(hook, topic, anywhere, {}).events
    # The CFA franc has no minor unit.
    assert measures(states)["charged"] == measures(reversed(states))["charged"] == 2000000
