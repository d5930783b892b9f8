"""A server as an operator runs it: behind a proxy, as a service."""
