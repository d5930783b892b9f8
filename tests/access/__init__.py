"""Tests of who may use the server, and how much."""
