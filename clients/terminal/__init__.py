"""The terminal: a conversation painted with Textual, and `parley ask` for shells and scripts."""
