"""Tests of the model providers: over real HTTP against the fake upstream, and one real model."""
