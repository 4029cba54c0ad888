"""What travels on each topic: event models, their JSON Schema, and examples."""
