"""The API on an empty database, for one test; where SQL differs the test asks for `api_on_both`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.web.api.harness import Api, opened


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with opened(f"sqlite:///{tmp_path / 'gateway.db'}", tmp_path / "data") as found:
        yield found


@pytest.fixture
def api_on_both(database_url: str, tmp_path: Path) -> Iterator[Api]:
    with opened(database_url, tmp_path / "data") as found:
        yield found
