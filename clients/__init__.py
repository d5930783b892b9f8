"""The frontends and what they share; they know `schema.graphql` only."""
