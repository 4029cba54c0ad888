"""Stripe: paid invoices, refunds, and charges where Stripe owns the sale."""

from daybook.producers.adapters.stripe.adapter import StripeAdapter

__all__ = ["StripeAdapter"]
