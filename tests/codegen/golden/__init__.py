"""A small contract with everything in it."""
