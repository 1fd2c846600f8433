"""What all tests of training share."""

import pytest
from PIL import ImageFile


@pytest.fixture(autouse=True)
def pictures_are_read_as_by_training(monkeypatch):
    """WeasyPrint, which other tests of this process may have loaded, has Pillow read truncated pictures."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
