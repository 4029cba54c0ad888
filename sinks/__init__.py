"""What leaves: the ClickHouse writer with its numbered migrations, and notifiers."""
