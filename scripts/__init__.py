"""What `make` and the tests run around the product: set-up, locks, the browser."""
