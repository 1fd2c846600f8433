"""The works that the document cites, in the order of their first citation."""
