"""The storm: the whole shop as processes, customers who misbehave, and everything that can die."""
