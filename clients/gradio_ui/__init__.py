"""The Gradio page: a conversation, painted from `clients.python.Transcript`."""

import os

# Gradio reads it when it is imported; with analytics on, it looks up hosts.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
