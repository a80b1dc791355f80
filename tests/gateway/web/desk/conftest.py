"""People before browsers that know no JavaScript, at the desk of one gateway."""

import pytest

from tests.factories import Gateway
from tests.gateway.web.desk.people import Office


@pytest.fixture
def office(sqlite_gateway: Gateway) -> Office:
    """The desk over SQLite."""
    return Office.of(sqlite_gateway)


@pytest.fixture
def office_on_each(gateway: Gateway) -> Office:
    """The desk over each database, where a page's SQL matters."""
    return Office.of(gateway)
