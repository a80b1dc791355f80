"""Signing at the desk: an approval bound to all that was on the page, with the judge's own declarations."""

from dataclasses import dataclass, replace

from gateway.jurisdictions import facts
from gateway.jurisdictions.facts import DecisionKind
from gateway.jurisdictions.refusal import Refusal
from gateway.models import EnforcementCase, Notice
from gateway.services.approve_notice import (
    Seen,
    Waiting,
    approve,
    changed_since_seen,
    lock_waiting,
    refuse_unless_allowed_here,
)
from gateway.services.calendar import calendar_of
from gateway.services.enrol_case import profile_of
from gateway.services.notice_guards import GUARDS
from gateway.services.notice_life import Event, refuse_out_of_turn
from gateway.services.read_decision import debtor_of, decisions_of, declarations_as_json
from gateway.services.read_numbers import Fields
from gateway.services.see_notice import Sight, see, unseal_sight
from gateway.services.work import Work

RECUSAL = "民事诉讼法 (2023) Art. 47"
_BARS = "decision.art3_declarations."


@dataclass(frozen=True, slots=True)
class Declared:
    """What the judge declares himself: whether he has a conflict of interest (None: not answered), and the
    four declarations of Art. 3 where the listing rests on ground 1."""

    conflict_of_interest: bool | None
    art3: facts.Art3Declarations | None = None


def sign_notice(work: Work, notice_id: str, reason: str, sealed_sight: str, declared: Declared) -> Notice:
    """Approve what `sealed_sight` shows to have been seen; raises WrongState with each thing that changed.

    Signing twice is signing once; where somebody else decided meanwhile, that is said before anything else.
    """
    work.actor.must(GUARDS[Event.APPROVE].action)
    refuse_unless_allowed_here(work)
    waiting = lock_waiting(work, notice_id)
    notice = waiting.notice
    work.actor.must_differ_from(*GUARDS[Event.APPROVE].others(notice))
    if (notice.state, notice.approved_by) == ("approved", work.actor.user_id):
        return notice
    refuse_out_of_turn(notice, Event.APPROVE)
    seen = unseal_sight(work, notice_id, sealed_sight)
    _refuse_changed(seen, see(work, notice, waiting.case, waiting.line))
    _refuse_declared(work, waiting, declared)
    entered = {"seen": seen.as_text(), "conflict_of_interest": "none"}
    if declared.art3 is not None and asks_for_bars(work, notice):
        declarations = declarations_as_json(declared.art3)
        notice.approver_declarations_sealed = work.vault.seal(declarations, "declarations")
        entered["art3_declarations"] = declarations
    return approve(work, waiting, reason, Seen(seen.version, seen.recordings), entered)


def _refuse_changed(seen: Sight, present: Sight) -> None:
    difference = seen.difference(present)
    if difference:
        raise changed_since_seen(difference)


def _refuse_declared(work: Work, waiting: Waiting, declared: Declared) -> None:
    """The judge is not party to it, and finds for himself that nothing bars the listing."""
    fields = Fields()
    if declared.conflict_of_interest is None:
        fields.add(
            "conflict_of_interest",
            "conflict-answer-required",
            "Declare whether you have an interest in this case.",
            "请声明您与本案是否存在利害关系。",
            RECUSAL,
        )
    if declared.conflict_of_interest:
        fields.add(
            "conflict_of_interest",
            "conflict-of-interest",
            "Who has an interest in the case does not approve; leave it to another judge.",
            "与本案有利害关系的，应当回避，由其他法官审批。",
            RECUSAL,
        )
    fields.refusals += _broken_bars(work, waiting.notice, declared.art3)
    fields.done()


def asks_for_bars(work: Work, notice: Notice) -> bool:
    """Whether the law asks the approver to declare on the bars of Art. 3 himself."""
    return bool(_broken_bars(work, notice, None))


def _broken_bars(work: Work, notice: Notice, art3: facts.Art3Declarations | None) -> tuple[Refusal, ...]:
    """What the law says of these declarations, made in place of the clerk's."""
    case = work.session.get_one(EnforcementCase, notice.case_id)
    decisions = [
        replace(each, art3=art3) if each.kind is DecisionKind.INITIAL else each
        for each in decisions_of(work, case)
    ]
    dates = facts.NoticeDates(notice.starts_on, notice.ends_on, notice.review_on)
    found = profile_of(work).check_activation(
        debtor_of(work, case), decisions, dates, work.today(), calendar_of(work)
    )
    return tuple(each for each in found if each.field.startswith(_BARS))
