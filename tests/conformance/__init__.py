"""The conformance kit itself is tested: its tables, its sentences, and a slice of its scenarios."""
