"""Tests of the terminal: the screen through Textual's pilot, `parley ask` as a process."""
