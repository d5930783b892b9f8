"""What a person sees of a frontend and does with it: in a browser, or in a terminal."""

from conformance.screens.screen import Message, Screen

__all__ = ["Message", "Screen"]
