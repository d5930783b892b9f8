"""The conformance kit: one suite of scenarios that every frontend passes, and what proves it."""
