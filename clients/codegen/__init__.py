"""Turns `schema.graphql` and `clients/operations` into packages: `python -m clients.codegen`."""
