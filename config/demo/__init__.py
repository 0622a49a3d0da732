"""The whole shop on one machine: its processes, its demo data, and a check that buys something."""
