"""What the tests stand on: a real Kafka, a ClickHouse over HTTP, a browser, and how to ask for them."""
