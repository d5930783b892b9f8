"""What Parley costs beside what one would pick instead, as ratios measured in one interleaved run."""
