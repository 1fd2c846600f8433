"""The smallest document that becomes a PDF."""

from reporting.engine.fonts import font_faces

HEAD = (
    '<!doctype html><html lang="en"><head><title>t</title><style>{} html {{ font-family: STIXGeneral }}</style></head>'
)


def document(body):
    """An HTML document with one section, which holds `body`."""
    return f"{HEAD.format(font_faces(body))}<body><section>{body}</section></body></html>"
