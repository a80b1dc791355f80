"""Jurisdictions: the law of a country as a profile, and the profiles that this build knows.

A profile is data and pure functions. A new country is a new package beside `cn_spc_2017_7` and one more name
here. Before real use a lawyer admitted in that country confirms each constraint; `Profile.confirmed_by` says
whether that was done.
"""

import copyreg
from collections.abc import Callable, Mapping
from types import MappingProxyType

from gateway.jurisdictions import cn_spc_2017_7
from gateway.jurisdictions.profile import Profile

__all__ = ["PROFILES", "Profile", "UnknownProfile", "profile_named"]

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {profile.name: profile for profile in (cn_spc_2017_7.PROFILE,)}
)


class UnknownProfile(LookupError):
    """No profile of that name ships with this build."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no jurisdiction profile is named {name!r}; known: {', '.join(sorted(PROFILES))}")
        self.name = name


def profile_named(name: str) -> Profile:
    """The profile of that name. Raises UnknownProfile."""
    try:
        return PROFILES[name]
    except KeyError:
        raise UnknownProfile(name) from None


def _by_name(profile: Profile) -> tuple[Callable[[str], Profile], tuple[str]]:
    return profile_named, (profile.name,)


copyreg.pickle(Profile, _by_name)
"""To another process a profile goes by its name."""
