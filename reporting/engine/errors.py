"""What can go wrong when the document is made."""

from reporting.artifacts import UserError


class RenderError(UserError):
    """The document is not what it should be: something is missing, placed twice, or cannot be drawn."""


class MissingLibraries(UserError):
    """WeasyPrint is there, the system libraries that it draws with are not."""
