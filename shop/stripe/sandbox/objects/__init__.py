"""Builders of the objects, each complete in the fields that Stripe would answer."""
