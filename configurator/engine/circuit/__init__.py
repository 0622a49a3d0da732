"""Models compiled to circuits: one pass over flat arrays answers every option of a click."""
