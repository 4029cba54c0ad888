"""Who is told of alerts: chat and email, PagerDuty, Alertmanager, a signed webhook. One file per receiver."""
