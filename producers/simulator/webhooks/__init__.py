"""The simulated web shop as other systems would tell of it: signed webhooks for the real routes."""

from daybook.producers.simulator.webhooks.notices import SYSTEMS, Notice, System, disordered
from daybook.producers.simulator.webhooks.orders import WebOrder, web_orders

__all__ = ["SYSTEMS", "Notice", "System", "WebOrder", "disordered", "web_orders"]
