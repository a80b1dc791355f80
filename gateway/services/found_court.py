"""Founding a court: a tenant with a record of its own, switched on by somebody else than its founder."""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from gateway.jurisdictions import PROFILES
from gateway.models import Court
from gateway.services.audit import PLATFORM, Chain, open_chain
from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.work import Work

_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class NewCourt:
    """A court as the operator founds it: switched on only with a profile and a legal basis.

    `at_once`: whoever sets the machine up has it on from the start. Else it is switched off, by its founder:
    somebody else switches it on.
    """

    name: str
    zone: str = "Asia/Shanghai"
    country: str = "CN"
    profile: str | None = None
    legal_basis: str | None = None
    demo: bool = False
    api_approval: bool = False
    shadow: bool = False
    parent_id: str | None = None
    at_once: bool = False


def found_court(work: Work, new: NewCourt) -> Court:
    """A new court with a chain of its own."""
    work.actor.must(Action.FOUND_COURT)
    name, basis = _check_court(work, new)
    on = new.at_once and new.profile is not None and basis is not None
    court = Court(
        id=work.new_id(),
        name=name,
        parent_id=new.parent_id,
        zone=new.zone,
        country=new.country,
        profile=new.profile,
        legal_basis=basis,
        enabled=on,
        disabled_by=None if on else work.actor.person,
        demo=new.demo,
        shadow=new.shadow,
        api_approval=new.api_approval,
        created_at=work.now,
    )
    work.session.add(court)
    open_chain(work.session, Chain(court.id))
    work.enter(PLATFORM, "founded", "court", court.id)
    return court


def _check_court(work: Work, new: NewCourt) -> tuple[str, str | None]:
    """The court's name and legal basis, trimmed."""
    fields = Fields()
    name = fields.text("name", new.name, 100)
    basis = fields.text("legal_basis", new.legal_basis) if new.legal_basis is not None else None
    if work.session.scalars(select(Court.id).where(Court.name == name)).first() is not None:
        fields.add("name", "duplicate-court", "A court of this name exists.", "已有同名法院。")
    if new.parent_id is not None and work.session.get(Court, new.parent_id) is None:
        fields.add("parent", "unknown", "There is no such court.", "没有此法院。")
    if new.profile is not None:
        check_profile(fields, new.profile)
    check_country(fields, new.country)
    try:
        ZoneInfo(new.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fields.add(
            "zone", "zone", "Enter a time zone such as Asia/Shanghai.", "请填写时区，例如 Asia/Shanghai。"
        )
    fields.done()
    return name, basis


def check_profile(fields: Fields, profile: str) -> None:
    """The profile is one that ships with this build."""
    if profile not in PROFILES:
        fields.add(
            "profile",
            "unknown-profile",
            f"Choose one of: {', '.join(PROFILES)}.",
            f"请选择：{'、'.join(PROFILES)}。",
        )


def check_country(fields: Fields, country: str) -> None:
    """Two capital letters: the country in which numbers are read."""
    if not _COUNTRY.fullmatch(country):
        fields.add(
            "country",
            "country",
            "Enter a country as two capital letters, such as CN.",
            "请填写两个大写字母的国家代码，例如 CN。",
        )
