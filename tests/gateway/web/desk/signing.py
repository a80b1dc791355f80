"""An approval as a judge fills it in."""

import re

from tests.gateway.desk import code_at
from tests.gateway.web.desk.people import Office

BARS = ("security", "assets_suffice", "later_in_order", "other")


def signed(office: Office, page: str, **changes: str) -> dict[str, str]:
    """The form of an approval, filled in as a judge does who has nothing against it."""
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    office.gateway.clock.forward(seconds=30)
    filled = {
        "seen": found.group(1),
        "heard": "y",
        "conflict_of_interest": "no",
        "reason": "lawful",
        "code": code_at(office.gateway),
    }
    for bar in BARS:
        filled[f"decision_art3_declarations_{bar}_applies"] = "no"
        filled[f"decision_art3_declarations_{bar}_evidence"] = "本人已核查"
    return {**filled, **changes}
