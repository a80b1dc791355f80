"""The API of a whole gateway; where SQL differs a test asks for `api_on_both`."""

import pytest

from tests.factories import Gateway
from tests.gateway.web.api.harness import Api, open_api


@pytest.fixture
def api(sqlite_gateway: Gateway) -> Api:
    return open_api(sqlite_gateway)


@pytest.fixture
def api_on_both(gateway: Gateway) -> Api:
    return open_api(gateway)
