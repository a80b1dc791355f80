"""What a judge signs, as it stands at this moment: item by item, so that any change in between is named."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from gateway.jurisdictions import facts
from gateway.models import Connection, Debtor, EnforcementCase, Notice, PhoneLine
from gateway.services.check_activation import recordings_of
from gateway.services.enrol_case import profile_of
from gateway.services.notice_guards import GUARDS
from gateway.services.notice_life import Event
from gateway.services.read_decision import decisions_of
from gateway.services.refusals import NotFound, WrongState
from gateway.services.work import Work
from gateway.vault import SealBroken
from ivr.numbers import mask


@dataclass(frozen=True, slots=True)
class Sight:
    """`items`: name -> (as it is shown, a mark that differs wherever the value behind it differs)."""

    version: int
    recordings: tuple[str, ...]
    items: Mapping[str, tuple[str, str]]

    def difference(self, present: "Sight") -> tuple[tuple[str, str, str], ...]:
        """(item, as seen, as it is now) of everything that is not what it was."""
        seen, now = self._everything(), present._everything()
        nothing = ("", "")
        names = [*seen, *(name for name in now if name not in seen)]
        return tuple(
            (name, seen.get(name, nothing)[0], now.get(name, nothing)[0])
            for name in names
            if seen.get(name) != now.get(name)
        )

    def shown(self, name: str) -> str:
        """An item as it is shown; empty where there is none of that name."""
        return self.items.get(name, ("", ""))[0]

    def as_text(self) -> str:
        """Canonical text: what the record keeps a digest of."""
        return json.dumps([self.version, self.recordings, sorted(self.items.items())], ensure_ascii=False)

    def _everything(self) -> dict[str, tuple[str, str]]:
        version, recordings = str(self.version), " ".join(self.recordings)
        return {"version": (version, ""), "recordings": (recordings, ""), **self.items}


def read_sight(work: Work, notice_id: str) -> tuple[Notice, Sight]:
    """A notice of the court as the judge is to see it, not locked. Raises NotAllowed, NotFound."""
    work.actor.must(GUARDS[Event.APPROVE].action)
    query = select(Notice).where(Notice.id == notice_id, Notice.court_id == work.actor.court)
    notice = work.session.scalars(query).one_or_none()
    if notice is None:
        raise NotFound
    case = work.session.get_one(EnforcementCase, notice.case_id)
    return notice, see(work, notice, case, work.session.get_one(PhoneLine, notice.line_id))


def see(work: Work, notice: Notice, case: EnforcementCase, line: PhoneLine) -> Sight:
    """Everything that the approval of this notice rests on."""
    court = work.court()
    items = {
        "court.legal_basis": court.legal_basis,
        "court.profile": court.profile,
        **_case_items(work, case),
        **_decision_items(work, case),
        **_line_items(work, line),
        **_notice_items(notice),
    }
    marked = {name: (_text(value), "") for name, value in items.items()}
    recordings = tuple(each.sha256 for each in recordings_of(work, notice))
    return Sight(notice.version, recordings, {**marked, **_numbers(work, line)})


def seal_sight(work: Work, notice_id: str, sight: Sight) -> str:
    """The sight as a form carries it: sealed, for this person and this notice only."""
    carried = [notice_id, work.actor.user_id, sight.version, sight.recordings, dict(sight.items)]
    return base64.urlsafe_b64encode(work.vault.seal(json.dumps(carried), "sight")).decode()


def unseal_sight(work: Work, notice_id: str, sealed: str) -> Sight:
    """The sight again; raises WrongState where it is not of this notice, or was another person's."""
    try:
        plain = work.vault.open(base64.urlsafe_b64decode(sealed.encode()), "sight")
    except (SealBroken, binascii.Error, ValueError):
        raise _not_seen() from None
    of_notice, of_user, version, recordings, items = json.loads(plain)
    if (of_notice, of_user) != (notice_id, work.actor.user_id):
        raise _not_seen()
    return Sight(version, tuple(recordings), {name: (one, mark) for name, (one, mark) in items.items()})


def _not_seen() -> WrongState:
    return WrongState(
        "not-seen", "Open the notice and look at it before you sign.", "请先打开并查看该提示音，再行签批。"
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _case_items(work: Work, case: EnforcementCase) -> dict[str, object]:
    debtor = work.session.get_one(Debtor, case.debtor_id)
    return {
        "case.number": case.case_number,
        "case.state": case.state,
        "debtor.kind": debtor.kind,
        "debtor.name": work.vault.open(debtor.name_sealed, "person") if debtor.name_sealed else None,
        "debtor.birth_date": debtor.birth_date,
    }


_OF_DECISION = (
    "number",
    "reasons",
    "term_months",
    "extension",
    "signed_by",
    "made_on",
    "served_on",
    "service_method",
    "grace_until",
    "warned_on",
    "publication_ref",
)


def _decision_items(work: Work, case: EnforcementCase) -> dict[str, object]:
    decisions = decisions_of(work, case)
    initial = next(each for each in decisions if each.kind is facts.DecisionKind.INITIAL)
    later = [f"{each.kind.value} {each.number} {each.term_months or ''}".strip() for each in decisions[1:]]
    return {
        **{f"decision.{name}": getattr(initial, name) for name in _OF_DECISION},
        "decision.grounds": ",".join(str(ground) for ground in sorted(initial.grounds)),
        "decision.later": "; ".join(later),
        "decision.last_day": profile_of(work).listing_term(decisions).last_day,
    }


def _line_items(work: Work, line: PhoneLine) -> dict[str, object]:
    return {
        "line.state": line.state,
        "line.connection": work.session.get_one(Connection, line.connection_id).slug,
        "line.caller_id_policy": line.caller_id_policy,
        "line.serves_public": line.serves_public,
        "line.attestation": f"{line.attestation_source} {line.attestation_reference}",
        "line.attested_on": line.attested_on,
    }


def _numbers(work: Work, line: PhoneLine) -> dict[str, tuple[str, str]]:
    sealed = {
        "line.public_number": line.public_sealed,
        "line.gateway_number": line.gateway_sealed,
        "line.deliver_to": line.deliver_sealed,
    }
    plain = {name: work.vault.open(value, "number") for name, value in sealed.items()}
    return {name: (mask(number), work.vault.digest(number, line.id)) for name, number in plain.items()}


def _notice_items(notice: Notice) -> dict[str, object]:
    return {
        "notice.starts_on": notice.starts_on,
        "notice.ends_on": notice.ends_on,
        "notice.review_on": notice.review_on,
        "notice.cap_days": notice.cap_days,
        "notice.hours": f"{notice.hours_from}-{notice.hours_to}" if notice.hours_from else None,
        "notice.skip_key": notice.skip_key,
    }
