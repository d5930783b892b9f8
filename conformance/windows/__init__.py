"""How a frontend is opened: as tabs of a browser, or as terminals."""
