"""The React page in a real browser, served by a real API process."""
