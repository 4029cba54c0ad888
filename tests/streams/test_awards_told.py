"""Awards through the notify agent: the person before the team, once each, whatever dies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from daybook.schemas.awards import Award, AwardStatus, News
from daybook.schemas.rewards import PrizeKind, Who
from daybook.sinks.notifiers.telling import subject, text
from daybook.streams.notify_agent import NotifyAgent
from tests.streams.notify_desk import NOON, RULES, Desk


class WithAwards(Desk):
    """The phone is Ann's, the desk is the team's."""

    def __init__(self) -> None:
        self.awards: dict[str, Award] = {}
        super().__init__()

    def _begun(self) -> NotifyAgent:
        agent = NotifyAgent(lambda: RULES, self.post, awards=lambda: list(self.awards.values()))
        agent.restore(self.table)
        return agent

    def earn(self, name: str = "a", wait: timedelta = timedelta(hours=2), **changes: Any) -> None:
        """Ann has earned something, now."""
        award = Award(
            award_id=name * 24,
            version=1,
            programme_id="best-of-week",
            title="Best of the week",
            how="ranking",
            who=Who.PERSON,
            key="ann",
            name="Ann",
            currency="GBP",
            period="week",
            first=date(2026, 3, 2),
            last=date(2026, 3, 8),
            place=1,
            quantity=4_500,
            status=AwardStatus.PENDING,
            reason="returns may still come",
            prize=PrizeKind.MONEY,
            label="bonus",
            decided_at=self.now,
            changed_at=self.now,
            news=News.EARNED,
            news_at=self.now,
            public_at=self.now + wait,
            tell_first=["phone"],
            tell_then=["desk"],
        )
        self.awards[name] = award.model_copy(update=changes)

    def news(self, news: News, name: str = "a") -> None:
        """There is something new about it."""
        status = AwardStatus.WITHDRAWN if news is News.WITHDRAWN else AwardStatus.CONFIRMED
        change = {"news": news, "news_at": self.now, "status": status}
        self.awards[name] = self.awards[name].model_copy(update=change)

    def heard_of(self, receiver: str) -> Sequence[str]:
        """What a receiver was told, in order."""
        return [t.group_key.split("/")[2] for t in self.post.taken if t.receiver == receiver and t.award]


def test_the_person_knows_before_the_team() -> None:
    """Ann at once, the team two hours later; nobody again, though entries of alerts are long forgotten."""
    desk = WithAwards()
    desk.earn()
    desk.tick()
    assert (desk.heard_of("phone"), desk.heard_of("desk")) == (["earned"], [])
    for _ in range(12):
        desk.tick(590)
    assert desk.heard_of("desk") == []
    for _ in range(9 * 24):
        desk.tick(3600)
    assert (desk.heard_of("phone"), desk.heard_of("desk")) == (["earned"], ["earned"])
    for _ in range(3 * 24):
        desk.tick(3600)
    assert desk.table == {}


def test_the_team_waits_while_the_person_cannot_be_reached() -> None:
    """However long Ann's phone is away, the team hears of it after her."""
    desk = WithAwards()
    desk.post.down = {"phone"}
    desk.earn(wait=timedelta(0))
    for _ in range(20):
        desk.tick(3600)
    assert desk.post.taken == []
    desk.post.down = set()
    desk.tick(600)
    desk.tick()
    assert [told.receiver for told in desk.post.taken] == ["phone", "desk"]


def test_what_is_taken_back_before_it_was_public_stays_with_the_person() -> None:
    """Ann hears of it; the team heard nothing and never does. A confirmation is for Ann alone, too."""
    desk = WithAwards()
    desk.earn()
    desk.earn("b", timedelta(0))
    desk.tick()
    desk.tick()
    desk.news(News.WITHDRAWN)
    desk.news(News.CONFIRMED, "b")
    for _ in range(5):
        desk.tick(3600)
    assert sorted(desk.heard_of("phone")) == ["confirmed", "earned", "earned", "withdrawn"]
    assert desk.heard_of("desk") == ["earned"]


def test_old_news_and_unknown_receivers_are_left_out() -> None:
    """After a week nothing is news any more; a receiver that there is not is nobody's."""
    desk = WithAwards()
    desk.earn(news_at=NOON - timedelta(days=7))
    desk.earn("b", tell_first=["nobody"], tell_then=["desk"], public_at=NOON)
    desk.tick()
    assert (desk.heard_of("phone"), desk.heard_of("desk")) == ([], ["earned"])


def test_an_award_in_words() -> None:
    """Who, what for, what is given, and how it stands."""
    desk = WithAwards()
    desk.earn()
    desk.tick()
    told = desk.post.taken[0]
    assert subject(told) == "Well done, Ann: Best of the week, 2026-03-02 to 2026-03-08: GBP 45.00, bonus"
    assert text(told).splitlines() == [
        "Ann: Best of the week (2026-03-02 to 2026-03-08).",
        "For it: GBP 45.00, bonus.",
        "Place 1. It is confirmed when the time for returns is over.",
    ]
    by_deals = told.model_copy(update={"award": desk.awards["a"].model_copy(update={"signal": "deals_won"})})
    assert text(by_deals).endswith("It is confirmed when the time for changes is over.")


def test_praise_by_hand_says_why_and_nothing_twice() -> None:
    """The reason and who gives it, not the same two words again; a badge by its name."""
    desk = WithAwards()
    by_hand: dict[str, Any] = {
        "how": "hand",
        "title": "Well done",
        "label": "Well done",
        "prize": PrizeKind.PRAISE,
        "place": None,
    }
    said: dict[str, Any] = {
        "given_by": "Maria",
        "given_for": "Stayed late for a customer",
        "first": NOON.date(),
        "last": NOON.date(),
    }
    desk.earn("a", **by_hand | said)
    desk.earn("b", **by_hand | said | {"title": "First aid", "label": "First aid", "prize": PrizeKind.BADGE})
    desk.tick()
    praised, badge = sorted(desk.post.taken, key=lambda told: told.group_key)
    assert subject(praised) == "Well done, Ann: Stayed late for a customer (from Maria)"
    assert text(praised).splitlines() == [
        f"Ann: Well done ({NOON.date()}).",
        "Maria says: Stayed late for a customer",
        "Given by hand.",
    ]
    assert subject(badge) == "Well done, Ann: First aid. Stayed late for a customer (from Maria)"


@given(st.lists(st.sampled_from(("", "", "before logging", "before sending", "after sending")), max_size=12))
def test_no_kill_between_decide_and_tell_loses_an_award(deaths: list[str]) -> None:
    """Both hear of both awards, under one id each; again only after a death before that was logged."""
    desk = WithAwards()
    desk.earn("a", timedelta(0))
    for number, dies in enumerate(deaths):
        if number == 2:
            desk.earn("b", timedelta(0))
        desk.tick(60, dies=dies)
    desk.earn("b", timedelta(0), news_at=desk.awards["b"].news_at if "b" in desk.awards else desk.now)
    for _ in range(6):
        desk.tick(60)
    for receiver in ("phone", "desk"):
        told = [t for t in desk.post.taken if t.receiver == receiver]
        assert {t.award.award_id[0] for t in told if t.award} == {"a", "b"}
        assert len({t.notification_id for t in told}) == 2
        times = Counter(t.notification_id for t in told)
        assert max(times.values()) - 1 <= sum(map(bool, deaths))
