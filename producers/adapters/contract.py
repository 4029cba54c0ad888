"""What an adapter is: the one place that knows a foreign system's signatures, fields and meanings.

An adapter does no I/O and reads no clock. The routes in ``producers/hooks`` verify, fetch and publish; the
catch-up commands and the simulator use the same functions.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.producers.adapters.documents import read_json
from daybook.schemas.codec import Problem, Reason
from daybook.schemas.events import Channel, ReportingRate, SaleEvent
from daybook.schemas.fields import Currency, Identifier
from daybook.schemas.lines import Strict
from daybook.schemas.signals.any import Signal
from daybook.schemas.stores import Zone

AdapterName = Literal["shopify", "woocommerce", "square", "stripe", "hubspot", "pipedrive", "mapping"]
ShopName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Url = Annotated[str, Field(pattern=r"^https?://[^\s/?#]+[^\s?#]*$", max_length=500)]


class SecretReference(Strict):
    """Where a secret stands: in a file that only its owner can read, or in an environment variable."""

    model_config = ConfigDict(frozen=True)

    file: Path | None = None
    env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if (self.file is None) == (self.env is None):
            raise PydanticCustomError("secret_reference", "name either a file or an env variable")
        return self


class Shop(Strict):
    """One connection to a foreign system, as the shops file describes it."""

    model_config = ConfigDict(frozen=True)

    name: ShopName = Field(description="Its route: POST /v1/hooks/{name}.")
    adapter: AdapterName
    source: Identifier = Field(description="The source of its events, such as shopify:example.")
    store_id: Identifier = Field(description="The store of whatever names no known location.")
    locations: Mapping[str, Identifier] = Field(
        default_factory=dict, description="Foreign location ids and the stores that they are."
    )
    channel: Channel = Field(Channel.ECOMMERCE, description="Where the payload does not say.")
    time_zone: Zone = Field("UTC", description="Of foreign times that carry no offset.")
    currency: Currency | None = Field(
        None, description="The only currency it may send; whatever the payload says if left out."
    )
    owns_sales: bool = Field(
        False, description="Whether plain charges of a payment system are the sales themselves."
    )
    account: str | None = Field(
        None, description="The foreign account: shop domain, merchant id. Deliveries of another are refused."
    )
    rates: tuple[ReportingRate, ...] = Field(
        (), description="Reporting rates; a sale takes the newest that is not younger than itself."
    )
    secrets: Annotated[tuple[SecretReference, ...], Field(min_length=1)] = Field(
        description="Signing secrets or logins; several while one replaces another."
    )
    public_url: Url | None = Field(None, description="The route's URL as the foreign system calls it.")
    api_url: Url | None = Field(None, description="Base of its REST interface, for what has to be fetched.")
    api_token: SecretReference | None = None
    mapping_file: Path | None = Field(None, description="Of the adapter `mapping`.")

    def store(self, location: object) -> str:
        """The store of a foreign location id; the shop's own store for none and for unknown ones."""
        return self.locations.get(str(location), self.store_id)

    def rate(self, placed_at: datetime, currency: str) -> ReportingRate | None:
        """The reporting rate of a sale: fixed by when it was placed, whatever came after."""
        if currency != self.currency:
            return None
        known = [rate for rate in self.rates if rate.time <= placed_at]
        return max(known, key=lambda rate: rate.time, default=None)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request as it came: the raw body, headers with lower-case names, and the URL it was sent to."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""


class Notice(NamedTuple):
    """One thing that a delivery tells of."""

    topic: str
    payload: Mapping[str, Any]


class Fetch(NamedTuple):
    """A GET below the shop's ``api_url`` whose JSON answer is needed, and the name it is handed over by."""

    name: str
    path: str
    params: tuple[tuple[str, str], ...] = ()


class Translation(NamedTuple):
    """What a notice means: events, signals, or neither and a stable code for why nothing is to be counted."""

    events: tuple[SaleEvent, ...] = ()
    ignored: str = ""
    signals: tuple[Signal, ...] = ()


class Untranslatable(ValueError):
    """A genuine notice whose meaning is unknown: it becomes a dead letter.

    Problems name fields and reasons, never a foreign text; a sum that does not add up is named with both
    figures in minor units.
    """

    def __init__(self, problems: Sequence[Problem], order_id: str | None = None) -> None:
        self.problems = list(problems)
        self.order_id = order_id
        super().__init__("; ".join(f"{p.field or 'payload'}: {p.detail} ({p.reason})" for p in self.problems))

    @classmethod
    def because(
        cls, field: str, detail: str, reason: Reason = Reason.UNTRANSLATED, order_id: str | None = None
    ) -> Self:
        """The error for one problem."""
        return cls([Problem(reason, field, detail)], order_id)


class Adapter(ABC):
    """One foreign system. All methods are pure."""

    @abstractmethod
    def verify(self, delivery: Delivery, shop: Shop, secrets: Sequence[bytes], now: datetime) -> str | None:
        """Why a delivery is refused as not genuine (a stable code), or None. Takes constant time.

        The body is not parsed yet. ``signatures`` has what is needed.
        """

    def ping(self, delivery: Delivery) -> bool:
        """Whether it is an unsigned test of the route that carries nothing; answered with 200."""
        del delivery
        return False

    def notices(self, delivery: Delivery) -> tuple[Notice, ...]:
        """What a verified delivery tells of. Here: its body is one JSON object.

        Raises:
            UnreadableError: the body is not what the system sends.
        """
        payload = read_json(delivery.body)
        return (Notice(self.topic(delivery, payload), payload),)

    @abstractmethod
    def topic(self, delivery: Delivery, payload: Mapping[str, Any]) -> str:
        """The foreign name of what happened, such as orders/create; empty if it is not said."""

    def wants(self, notice: Notice, shop: Shop, fetched: Mapping[str, Any]) -> tuple[Fetch, ...]:
        """What has to be fetched before it can be translated, given what was fetched already.

        Asked again after each round until it names nothing more. A name that was fetched and was not there
        (404) stands in ``fetched`` as None.

        Raises:
            Untranslatable: the notice does not say what to fetch.
        """
        del notice, shop, fetched
        return ()

    def api_headers(self, token: str) -> Mapping[str, str]:
        """Headers that log in to the REST interface."""
        return {"Authorization": f"Bearer {token}"}

    @abstractmethod
    def translate(
        self, payload: Mapping[str, Any], topic: str, shop: Shop, fetched: Mapping[str, Any]
    ) -> Translation:
        """The events of a notice. The same input gives the same events, ids included.

        ``fetched`` lacks what was wanted where the shop has no ``api_url``.

        Raises:
            Untranslatable: its meaning is unknown, or its sums contradict each other.
        """
