"""`make soak`: a long mixed load with faults, which must lose nothing and leak nothing."""
