"""What Parley costs beside what one would pick instead, as ratios of one interleaved run."""
