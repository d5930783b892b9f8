"""Frontends that are broken on purpose, each in one thing: the kit must catch every one of them."""
