"""Tests of what the Python frontends share."""
