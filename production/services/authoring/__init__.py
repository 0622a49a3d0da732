"""Writing bills of material: drafts, their lines, steps and checks, release, files, replacement."""
