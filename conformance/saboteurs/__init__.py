"""Frontends that are broken on purpose, each in one thing: the kit must catch every one of them."""

from conformance.saboteurs.pages import PAGES, Saboteur, caught

__all__ = ["PAGES", "Saboteur", "caught"]
