"""The parts of `engine.check`: one module for each thing that a model is asked."""
