"""Who acts: the person behind a request, and what the person's roles and token allow."""

from dataclasses import dataclass

from gateway.services.permissions import MAY, Action
from gateway.services.refusals import NotAllowed
from gateway.sight import EVERY_COURT

SYSTEM = "system"
"""The name under which the scheduler's changes stand in the record."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person of one court (or the platform operator, whose court is None) at one door.

    `scopes` is None where the person is present (desk, command line), else what the token may be used for.
    """

    user_id: str
    court_id: str | None
    roles: frozenset[str]
    scopes: frozenset[str] | None = None

    @property
    def person(self) -> str | None:
        """The user's id; None for the scheduler."""
        return None if self.user_id == SYSTEM else self.user_id

    @property
    def court(self) -> str:
        """The person's court; an operator has none and gets nowhere with case data."""
        if self.court_id is None:
            raise _no_role()
        return self.court_id

    @property
    def sees(self) -> str:
        """Whose rows this person sees, see gateway/sight.py: the platform's people work for every court."""
        return self.court_id or EVERY_COURT

    def may(self, action: Action) -> bool:
        grant = MAY[action]
        return bool(self.roles & grant.roles) and (self.scopes is None or grant.scope in self.scopes)

    def must(self, action: Action) -> None:
        """Raise NotAllowed unless a role, and the token's scope if there is a token, allow this."""
        grant = MAY[action]
        if not self.roles & grant.roles:
            raise _no_role()
        if self.scopes is not None and grant.scope not in self.scopes:
            raise NotAllowed(
                "scope", f"The token lacks the scope “{grant.scope}”.", f"该令牌没有“{grant.scope}”权限范围。"
            )

    def must_differ_from(self, *others: str | None) -> None:
        """Raise NotAllowed where this person already stands behind the step before: speaking takes two."""
        if self.user_id in others:
            raise NotAllowed(
                "second-person",
                "A second person must do this: you did the step before.",
                "此步骤须由另一人办理：上一步由您本人完成。",
            )


def _no_role() -> NotAllowed:
    return NotAllowed("role", "Your role does not include this.", "您的角色无权办理此事项。")
