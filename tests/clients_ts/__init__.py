"""Tests of the TypeScript client, most of them written in TypeScript and run by Node."""
