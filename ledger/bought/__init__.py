"""Who bought, and by which campaign: what the events say of it beside what totals know."""
