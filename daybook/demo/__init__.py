"""The embedded demo: broker, gateway, worker, sink, simulator and live page in one process."""
