"""The mistakes that stop the document from being made."""

from reporting.artifacts import UserError


class RenderError(UserError):
    """Part of the document is missing, placed twice, or cannot be drawn."""


class MissingLibraries(UserError):
    """WeasyPrint is installed, but the system libraries that it loads are not."""
