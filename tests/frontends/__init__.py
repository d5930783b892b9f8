"""What holds of several frontends together, over one API."""
