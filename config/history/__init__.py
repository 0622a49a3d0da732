"""A year of the plant, made through the services under a virtual clock."""
