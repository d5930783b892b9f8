"""What an operator sees of a running server: numbers and traces, never a message's content."""
