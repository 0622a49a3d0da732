"""Bills of material in the console: read over all levels, written as drafts, released."""
