"""Bad input of every kind against a real server process; `python -m tests.fuzz` for all of it."""
