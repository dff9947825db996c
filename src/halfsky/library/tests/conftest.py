import os

import pytest

from halfsky.library.readers.office import find_soffice


@pytest.fixture
def soffice() -> str:
    """LibreOffice's command. Under CI it must be there; elsewhere the test is left out."""
    found = find_soffice()
    if found is None:
        reason = "LibreOffice is missing: apt-get install libreoffice-writer-nogui"
        if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
            pytest.fail(reason)
        pytest.skip(reason)
    return found
