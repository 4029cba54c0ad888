"""What columns are called, measured in and coloured by, on every board alike."""

from __future__ import annotations

from typing import Final, NamedTuple

from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

# Okabe and Ito's palette: eight colours that people with any colour blindness can tell apart.
BLUE: Final = "#0072B2"
ORANGE: Final = "#E69F00"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
VERMILLION: Final = "#D55E00"
PURPLE: Final = "#CC79A7"
YELLOW: Final = "#F0E442"
GREY: Final = "#8F9499"
PALETTE: Final = (BLUE, ORANGE, SKY, GREEN, VERMILLION, PURPLE, YELLOW, GREY)

MONEY: Final = "money"
"""The unit of the currency that is chosen on the board; a query of its own tells the panel which."""
COUNT: Final = "locale"
SHARE: Final = "percentunit"
SECONDS: Final = "dtdurations"
RATIO: Final = "none"


class Column(NamedTuple):
    """How a column of a query is shown; ``unit`` is None for text and times."""

    label: str
    unit: str | None = None
    color: str | None = None
    decimals: int | None = None


COLUMNS: Final[dict[str, Column]] = {
    "net": Column("Net", MONEY, BLUE),
    "gross": Column("Gross", MONEY, SKY),
    "discounts": Column("Discounts", MONEY, ORANGE),
    "reversals": Column("Reversals", MONEY, VERMILLION),
    "tax": Column("Tax", MONEY, GREY),
    "aov": Column("Average order", MONEY, PURPLE),
    "upt": Column("Units per order", RATIO, GREEN, 2),
    "orders": Column("Orders", COUNT, GREEN, 0),
    "net_units": Column("Net units", COUNT, SKY, 0),
    "discount_share": Column("Discounts of gross", SHARE, ORANGE, 1),
    "reversal_share": Column("Reversals of gross", SHARE, VERMILLION, 1),
    "last_week": Column("Same weekday last week", MONEY, ORANGE),
    "last_year": Column("364 days before", MONEY, GREY),
    "last_week_by_now": Column("Same weekday last week, by now", MONEY, ORANGE),
    "last_year_by_now": Column("364 days before, by now", MONEY, GREY),
    "against_last_week": Column("Against last week", SHARE, ORANGE, 1),
    "against_last_year": Column("Against 364 days before", SHARE, GREY, 1),
    "net_a_year_before": Column("Net a year before", MONEY, GREY),
    "net_before": Column("Net in the 28 days before", MONEY, GREY),
    "change": Column("Change", MONEY, ORANGE),
    "growth": Column("Growth", SHARE, GREEN, 1),
    "net_of_totals": Column("Net by totals", MONEY, BLUE),
    "net_of_lines": Column("Net by lines", MONEY, SKY),
    "difference": Column("Difference", MONEY, VERMILLION),
    "orders_difference": Column("Difference in orders", COUNT, VERMILLION, 0),
    "net_since_close": Column("Net since it closed", MONEY, ORANGE),
    "newest_age": Column("Age of the newest counted event", SECONDS, BLUE, 0),
    "checkpoint_age": Column("Age of the checkpoint", SECONDS, ORANGE, 0),
    "longest_delay": Column("Longest delay", SECONDS, ORANGE, 0),
    "median_delay": Column("Median", SECONDS, BLUE),
    "p95_delay": Column("19 of 20 below", SECONDS, ORANGE),
    "silent_for": Column("Silent for", SECONDS, VERMILLION, 0),
    "usual_gap": Column("Usual gap", SECONDS, GREY, 0),
    "times_usual": Column("Times the usual gap", RATIO, VERMILLION, 1),
    "days_selling_now": Column("Days of seven with sales at this hour", COUNT, None, 0),
    "behind": Column("In ClickHouse, not yet counted", COUNT, ORANGE, 0),
    "received": Column("Received", COUNT, SKY, 0),
    "counted": Column("Counted", COUNT, BLUE, 0),
    "duplicates": Column("Duplicates", COUNT, ORANGE, 0),
    "dead": Column("Dead letters", COUNT, VERMILLION, 0),
    "dead_letters": Column("Dead letters", COUNT, VERMILLION, 0),
    "differing": Column("Difference", COUNT, VERMILLION, 0),
    "late_events": Column("Late events", COUNT, ORANGE, 0),
    "business_dates": Column("Business dates", COUNT, None, 0),
    "events": Column("Events", COUNT, None, 0),
    "stores": Column("Stores", COUNT, None, 0),
    "partition": Column("Partition", COUNT, None, 0),
    "usual": Column("Usual day", MONEY, GREEN),
    "expected": Column("Expected by now", MONEY, GREEN),
    "pace": Column("Pace", SHARE, GREEN, 0),
    "close": Column("Projected close", MONEY, PURPLE),
    "low": Column("Band from", MONEY, GREY),
    "high": Column("Band to", MONEY, GREY),
    "target": Column("Target", MONEY, ORANGE),
    "attainment": Column("Of the target", SHARE, ORANGE, 0),
    "chance": Column("Chance", SHARE, PURPLE, 0),
    "at_risk_money": Column("At risk", MONEY, VERMILLION),
    "projected_at_noon": Column("Close projected at noon", MONEY, PURPLE),
    "off_at_noon": Column("Off by", SHARE, VERMILLION, 1),
    "rank": Column("Rank", COUNT, None, 0),
    "amount": Column("Amount", RATIO, BLUE, 2),
    "ratio": Column("Part of the target", SHARE, GREEN, 1),
    "own_money": Column("Amount", MONEY, BLUE),
    "own_number": Column("Count or ratio", RATIO, GREEN, 3),
    "made_of": Column("Of how many", COUNT, GREY, 0),
    "ranked": Column("Ranked"),
    "measure": Column("Measure"),
    "as_of": Column("As of (UTC)"),
    "who": Column("Who"),
    "movement": Column("Movement"),
    "to_the_next": Column("To the next above", MONEY, GREY),
    "case_id": Column("Case"),
    "case_title": Column("Shortfall"),
    "first_evidence": Column("Most unusual"),
    "times_spread": Column("Times the usual spread", RATIO, VERMILLION, 1),
    "points_to": Column("Points to"),
    "owner": Column("Owner"),
    "cost_so_far": Column("Against usual"),
    "alerts_in_it": Column("Alerts", COUNT, None, 0),
    "opened_at": Column("Opened (UTC)"),
    "opened_by": Column("By"),
    "evidence": Column("Evidence"),
    "which": Column("Which"),
    "seen": Column("Then", RATIO, VERMILLION, 1),
    "usual_then": Column("Usually", RATIO, GREY, 1),
    "measured_in": Column("In"),
    "cause": Column("Cause"),
    "cases": Column("Cases", COUNT, None, 0),
    "weeks_with_it": Column("Weeks that had it", COUNT, None, 0),
    "cost": Column("Cost", MONEY, VERMILLION),
    "due": Column("Due"),
    "overdue": Column("Overdue"),
    "action": Column("Action"),
    "responsible": Column("Who"),
    "said": Column("What is said"),
    "attempts": Column("Attempts", COUNT, None, 0),
    "sessions": Column("Sessions", COUNT, SKY, 0),
    "conversion": Column("Conversion", SHARE, GREEN, 1),
    "cart_abandonment": Column("Carts left", SHARE, ORANGE, 1),
    "csat": Column("CSAT", SHARE, GREEN, 0),
    "csat_answers": Column("CSAT answers", COUNT, GREY, 0),
    "nps": Column("NPS", RATIO, GREEN, 0),
    "nps_answers": Column("NPS answers", COUNT, GREY, 0),
    "sentiment": Column("Sentiment", RATIO, SKY, 2),
    "sentiment_scores": Column("Reviews", COUNT, GREY, 0),
    "enquiries_opened": Column("Enquiries", COUNT, PURPLE, 0),
    "usually_opened": Column("Usually", COUNT, GREY, 1),
    "answer_minutes": Column("Minutes to the answer", RATIO, ORANGE, 0),
    "open_now": Column("Open now", COUNT, VERMILLION, 0),
    "payment_failures": Column("Payments failed", COUNT, VERMILLION, 0),
    "usual_sessions": Column("Usual sessions", COUNT, SKY, 1),
    "usual_payment_failures": Column("Usually failed", COUNT, VERMILLION, 1),
    "site_errors": Column("Site errors", COUNT, VERMILLION, 0),
    "terminal_faults": Column("Faults of tills", COUNT, ORANGE, 0),
    "stock_outs": Column("Ran out", COUNT, ORANGE, 0),
    "heartbeats": Column("Signs of life of tills", COUNT, GREY, 0),
    "faults": Column("Faults and errors", COUNT, ORANGE, 0),
    "step": Column("Step"),
    "reached_step": Column("Sessions that reached it", COUNT, SKY, 0),
    "went_on": Column("Went on", SHARE, GREEN, 1),
    "usually_went_on": Column("Usually", SHARE, GREY, 1),
    "against_usual": Column("Difference", SHARE, ORANGE, 1),
    "topic": Column("Topic"),
    "kind": Column("What"),
    "what": Column("Which"),
    "times": Column("Times", COUNT, VERMILLION, 0),
    "usually": Column("Usually", COUNT, GREY, 1),
    "alive_until": Column("Alive until (UTC)"),
    "campaign": Column("Campaign"),
    "sales": Column("Sales", COUNT, GREEN, 0),
    "usual_orders": Column("Usual orders", COUNT, GREY, 1),
    "usual_net": Column("Usual net", MONEY, GREY),
    "customers": Column("Customers", COUNT, SKY, 0),
    "new_customers": Column("New", COUNT, GREEN, 0),
    "returning_customers": Column("Returning", COUNT, BLUE, 0),
    "repeat_rate": Column("Bought more than once", SHARE, PURPLE, 1),
    "days_between_orders": Column("Days between orders", RATIO, GREY, 1),
    "pipeline_value": Column("Pipeline", MONEY, SKY),
    "deals_created": Column("Created", COUNT, SKY, 0),
    "deals_won": Column("Won", COUNT, GREEN, 0),
    "deals_lost": Column("Lost", COUNT, VERMILLION, 0),
    "won_value": Column("Value won", MONEY, GREEN),
    "win_rate": Column("Win rate", SHARE, GREEN, 1),
    "days_to_close": Column("Days to close", RATIO, GREY, 1),
    "mrr": Column("MRR", MONEY, BLUE),
    "mrr_new": Column("New", MONEY, GREEN),
    "mrr_reactivation": Column("Reactivation", MONEY, SKY),
    "mrr_expansion": Column("Expansion", MONEY, BLUE),
    "mrr_contraction": Column("Contraction", MONEY, ORANGE),
    "mrr_churn": Column("Churn", MONEY, VERMILLION),
    "mrr_moved": Column("Moved", MONEY, GREY),
    "churn_rate": Column("Churn rate", SHARE, VERMILLION, 1),
    "subscribers": Column("Subscribers", COUNT, GREY, 0),
    "recognised_revenue": Column("Recognised", MONEY, BLUE),
    "severity": Column("Severity"),
    "title": Column("Alert"),
    "summary": Column("What it says"),
    "at_risk": Column("At risk"),
    "split": Column("The shortfall's parts"),
    "explained_by": Column("Mostly"),
    "fired_at": Column("Fired (UTC)"),
    "updated_at": Column("Changed (UTC)"),
    "acknowledged_by": Column("Acknowledged by"),
    "acknowledge": Column("Acknowledge"),
    "runbook": Column("Runbook"),
    "earned_for": Column("What for"),
    "dates": Column("Period"),
    "given": Column("Given"),
    "prize_money": Column("Worth", MONEY, GREEN),
    "given_for": Column("Why"),
    "given_by": Column("From"),
    "public_at": Column("Since (UTC)"),
    "given_by_rule": Column("How"),
    "confirmed_points": Column("Confirmed", COUNT, GREEN, 0),
    "pending_points": Column("Pending", COUNT, ORANGE, 0),
    "corrected_points": Column("Corrected", COUNT, GREY, 0),
    "confirmed_awards": Column("Confirmed", COUNT, GREEN, 0),
    "pending_awards": Column("Pending", COUNT, ORANGE, 0),
    "withdrawn_awards": Column("Withdrawn", COUNT, GREY, 0),
    "of_whom": Column("Of"),
    "weeks_behind": Column("Weeks behind", COUNT, None, 0),
    "usual_week": Column("Usual week", MONEY, GREEN),
    "by_orders": Column("By orders", MONEY, GREY),
    "by_basket": Column("By basket", MONEY, GREY),
    "by_discounts": Column("By discounts", MONEY, GREY),
    "by_returns": Column("By returns", MONEY, GREY),
    "listed_now": Column("Coaching"),
    "notes_kept": Column("Notes", COUNT, None, 0),
    "last_note": Column("Last note"),
    "noted_at": Column("Noted (UTC)"),
    "noted_by": Column("By"),
    "note_text": Column("Note"),
    "decided_at": Column("Decided (UTC)"),
    "receiver": Column("Receiver"),
    "status": Column("Status"),
    "about": Column("About"),
    "error": Column("Error"),
    "store": Column("Store"),
    "store_name": Column("Name"),
    "region": Column("Region"),
    "channel": Column("Channel"),
    "revenue_stream": Column("Revenue stream"),
    "product": Column("Product"),
    "product_name": Column("Product name"),
    "staff": Column("Seller"),
    "till": Column("Till"),
    "order": Column("Order"),
    "event": Column("Event"),
    "position": Column("Position in the log"),
    "business_date": Column("Business date"),
    "oldest_business_date": Column("Oldest business date"),
    "wall_time": Column("Time at the store"),
    "state": Column("State"),
    "closes_at": Column("Closes at (UTC)"),
    "newest": Column("Newest (UTC)"),
    "newest_id": Column("Newest id"),
    "reason": Column("Reason"),
    "producer": Column("Producer"),
    "replayable": Column("Can be replayed", COUNT, None, 0),
    "period": Column("Begins"),
    "week": Column("Week of"),
    "hour": Column("Hour at the store"),
    **{
        day.lower(): Column(day, MONEY)
        for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    },
}


def money_columns(names: tuple[str, ...]) -> str:
    """A pattern for those of the columns that hold money, as Grafana matches fields; empty if none does."""
    found = [name for name in names if COLUMNS[name].unit == MONEY]
    return f"/^({'|'.join(found)})$/" if found else ""


def properties(name: str, *, labelled: bool = True) -> list[DynamicConfigValue]:
    """What Grafana is told of a column: its name for people, unit, decimals, colour, a dash for no value."""
    column = COLUMNS[name]
    found = [DynamicConfigValue("displayName", column.label)] if labelled else []
    found.append(DynamicConfigValue("noValue", "-"))
    if column.unit not in (None, MONEY):
        found.append(DynamicConfigValue("unit", column.unit))
    if column.decimals is not None:
        found.append(DynamicConfigValue("decimals", column.decimals))
    if column.color is not None:
        found.append(DynamicConfigValue("color", {"mode": "fixed", "fixedColor": column.color}))
    return found
