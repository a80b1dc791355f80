"""A page of a list as it is answered."""

from collections.abc import Callable
from typing import TypeVar

from gateway.services.list_rows import Page
from gateway.web.api.cursors import cursor_of
from gateway.web.api.shapes import Listed, Shown

Item = TypeVar("Item")
R = TypeVar("R", bound=Shown)


def listed(page: Page[Item], show: Callable[[Item], R], shape: type[Listed[R]]) -> Listed[R]:
    """The page in its shape."""
    return shape(items=tuple(show(each) for each in page.items), next=cursor_of(page.next))
