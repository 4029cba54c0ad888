"""What publishes sales: the client, the HTTP gateway, importers, the shop simulator."""
