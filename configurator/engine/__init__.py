"""The configuration engine: pure functions over a product model. It imports no Django."""
