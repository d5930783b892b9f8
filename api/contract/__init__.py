"""The typed contract: every type, event, problem and rule that a client can meet.

Add a field here and run `make generate`; `schema.graphql`, the generated clients and the
controls that frontends draw follow from it.
"""

CONTRACT_VERSION = "1.1.0"
"""Semantic version of the contract. Additions raise the minor part; it never breaks."""
