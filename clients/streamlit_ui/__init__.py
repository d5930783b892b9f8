"""The Streamlit page: a conversation, painted from `clients.python.Transcript`."""
