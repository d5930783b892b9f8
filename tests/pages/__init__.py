"""What the tests of the pages share: the processes, the screen, and scenarios that hold for all."""
