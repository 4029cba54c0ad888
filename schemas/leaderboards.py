"""Which leaderboards there are: what is ranked, by what, over which period, and how much of it is shown."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.lines import Strict
from daybook.schemas.measures import MeasureName

Ranked = Literal[
    "day", "store", "region", "channel", "revenue_stream", "staff", "team", "product", "category", "campaign"
]
"""Who or what stands on a board."""
PeriodKind = Literal["day", "week", "month", "retail-week", "retail-month", "7-days", "28-days"]
View = Literal["activity", "origin"]
"""On which day a reversal counts: when it was processed, or on that of the sale that it reverses."""
Peers = Literal["store", "region", "team", "peer_group"]
"""With whom one is compared: a board for each store, region, team or peer group."""

PEERS_OF: Final[dict[str, tuple[Peers, ...]]] = {
    "staff": ("store", "region", "team", "peer_group"),
    "store": ("region", "peer_group"),
}
"""Whose peers are known, and by what."""
PERIOD_KINDS: Final[tuple[PeriodKind, ...]] = get_args(PeriodKind)


class BoardSpec(Strict):
    """A board that is kept live. There is one per currency, and per peer group where peers are compared."""

    by: Ranked
    period: PeriodKind = "day"
    measure: MeasureName = Field("net", description="One of ours, of signals, or of the measures file.")
    view: View = "activity"
    peers: Peers | None = None
    minimum_orders: Annotated[int, Field(ge=0)] = Field(
        0, description="Of fewer orders nobody is ranked; of signals, of fewer answers, deals and so on."
    )
    top: Annotated[int, Field(ge=1, le=1000)] = 10
    bottom: Annotated[int, Field(ge=0, le=1000)] = Field(5, description="Shown to managers only.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.by in ("day", "campaign"):
            said = "by: days and campaigns are ranked by `daybook leaderboard`, not live"
            raise PydanticCustomError("not_live", said)
        check_peers(self.by, self.peers)
        return self


class LeaderboardsFile(Strict):
    """All boards that are kept live."""

    leaderboards: list[BoardSpec]

    @model_validator(mode="after")
    def _check_once(self) -> Self:
        if len({spec.model_dump_json() for spec in self.leaderboards}) != len(self.leaderboards):
            raise PydanticCustomError("duplicate_board", "leaderboards: one is named twice")
        return self


def check_peers(by: str, peers: str | None) -> None:
    """Refuse peers that nobody can know.

    Raises:
        PydanticCustomError: who is ranked has no such peers.
    """
    if peers is not None and peers not in PEERS_OF.get(by, ()):
        known = "; ".join(f"{who} by {', '.join(groups)}" for who, groups in PEERS_OF.items())
        raise PydanticCustomError("peers", "peers: there are {known}", {"known": known})
