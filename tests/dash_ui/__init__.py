"""The Dash page in a real browser, over a real API and a scripted model."""
