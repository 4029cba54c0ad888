"""The Faust app: batch transport, tables, thin agents."""
