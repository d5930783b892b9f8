"""The Dash page: a conversation, painted from `clients.python.Transcript`."""
