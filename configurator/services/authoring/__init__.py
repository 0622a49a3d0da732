"""Writing product models: drafts, their rules as text, options and rules as files."""

from configurator.services.authoring.drafts import draft_from, make_optional

__all__ = ["draft_from", "make_optional"]
