"""Every verb that people do to something of their court, in one table: who may, and how it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from gateway.jurisdictions import facts
from gateway.models import Notice, Objection, PhoneLine, Recording
from gateway.services.add_decision import add_decision
from gateway.services.approve_notice import Seen, approve_notice
from gateway.services.attest_line import attest_line
from gateway.services.change_delivery import approve_delivery, propose_delivery
from gateway.services.check_fallback import check_fallback, route_of
from gateway.services.close_case import close_case
from gateway.services.court_switch import disable_court
from gateway.services.decide_objection import reject_objection, uphold_objection
from gateway.services.end_notice import end_notice
from gateway.services.enrol_line import Attestation
from gateway.services.judge_prompt import approve_prompt, reject_prompt, submit_prompt, withdraw_prompt
from gateway.services.record_objection import NewObjection, record_objection
from gateway.services.reject_notice import reject_notice
from gateway.services.release_line import release_line
from gateway.services.resume_notice import resume_notice
from gateway.services.review_notice import review_notice
from gateway.services.submit_notice import submit_notice
from gateway.services.suspend_notice import suspend_notice
from gateway.services.work import Work
from tests.factories import Gateway, new_case, number

Ids = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verb:
    """`roles` may do it; `do` does it to what `subject` names, in the world that `stage` has made.

    `do` takes the version seen as its last argument where the verb asks for one.
    """

    roles: frozenset[str]
    stage: str
    subject: str
    action: str
    do: Callable[[Work, Ids, int | None], object]
    versioned: bool = True


def _may(roles: str) -> frozenset[str]:
    return frozenset(roles.split())


SILENCERS = _may("clerk judge president administrator")
OBJECTORS = _may("clerk judge administrator")
CLERK, JUDGE = _may("clerk"), _may("judge")


def _attestation(work: Work) -> Attestation:
    return Attestation("carrier-api", "again", work.today())


def _seen(work: Work, notice_id: str) -> Seen:
    notice = work.find(Notice, notice_id)
    return Seen(notice.version, (work.session.get_one(Recording, notice.recording_id).sha256,))


def _delete_early(work: Work, ids: Ids, seen: int | None) -> object:
    decision = replace(
        new_case(work.today()).decision,
        kind=facts.DecisionKind.EARLY_DELETION,
        number="(2026)川1302执1号之二",
        made_on=work.today(),
        term_months=None,
    )
    return add_decision(work, ids["case"], decision, seen)


def _check(work: Work, ids: Ids, seen: int | None) -> object:
    where = route_of(work, work.find(PhoneLine, ids["line"])).deliver_to
    return check_fallback(work, ids["line"], True, "again", where, seen)


VERBS = {
    "submit a notice": Verb(
        CLERK,
        "draft",
        "notice",
        "submitted",
        lambda w, i, v: submit_notice(w, i["notice"], None, v),
    ),
    "approve a notice": Verb(
        JUDGE,
        "submitted",
        "notice",
        "approved",
        lambda w, i, _v: approve_notice(w, i["notice"], "lawful", _seen(w, i["notice"])),
        versioned=False,
    ),
    "reject a notice": Verb(
        JUDGE,
        "submitted",
        "notice",
        "rejected",
        lambda w, i, v: reject_notice(w, i["notice"], "unclear", v),
    ),
    "suspend a notice": Verb(
        SILENCERS,
        "approved",
        "notice",
        "suspended",
        lambda w, i, v: suspend_notice(w, i["notice"], "doubt", v),
    ),
    "resume a notice": Verb(
        JUDGE,
        "suspended",
        "notice",
        "resumed",
        lambda w, i, v: resume_notice(w, i["notice"], "clear", v),
    ),
    "end a notice": Verb(
        SILENCERS,
        "approved",
        "notice",
        "ended",
        lambda w, i, v: end_notice(w, i["notice"], "over", v),
    ),
    "review a notice": Verb(
        JUDGE,
        "approved",
        "notice",
        "reviewed",
        lambda w, i, v: review_notice(w, i["notice"], w.today() + timedelta(days=60), "still due", v),
    ),
    "close a case": Verb(
        SILENCERS,
        "approved",
        "case",
        "closed",
        lambda w, i, v: close_case(w, i["case"], 1, "paid", v),
    ),
    "delete a listing early": Verb(CLERK, "approved", "case", "", _delete_early),
    "attest a line": Verb(
        CLERK,
        "approved",
        "line",
        "attested",
        lambda w, i, v: attest_line(w, i["line"], _attestation(w), v),
    ),
    "check a fallback": Verb(CLERK, "approved", "line", "fallback_checked", _check),
    "release a line": Verb(
        CLERK,
        "draft",
        "line",
        "released",
        lambda w, i, v: release_line(w, i["line"], "carrier's letter", v),
    ),
    "propose a delivery": Verb(
        CLERK,
        "approved",
        "line",
        "delivery_proposed",
        lambda w, i, v: propose_delivery(w, i["line"], number(4444), v),
    ),
    "approve a delivery": Verb(
        JUDGE,
        "proposed",
        "line",
        "delivery_changed",
        lambda w, i, v: approve_delivery(w, i["line"], v),
    ),
    "submit a prompt": Verb(
        CLERK,
        "rejected prompt",
        "recording",
        "submitted",
        lambda w, i, v: submit_prompt(w, i["recording"], v),
    ),
    "approve a prompt": Verb(
        JUDGE,
        "submitted prompt",
        "recording",
        "approved",
        lambda w, i, v: approve_prompt(w, i["recording"], None, v),
    ),
    "reject a prompt": Verb(
        JUDGE,
        "submitted prompt",
        "recording",
        "rejected",
        lambda w, i, v: reject_prompt(w, i["recording"], "noise", v),
    ),
    "withdraw a prompt": Verb(
        SILENCERS,
        "approved",
        "recording",
        "withdrawn",
        lambda w, i, v: withdraw_prompt(w, i["recording"], "old", v),
    ),
    "object to a notice": Verb(
        OBJECTORS,
        "approved",
        "notice",
        "suspended",
        lambda w, i, _v: record_objection(w, NewObjection("removal", "paid", notice=i["notice"])),
        versioned=False,
    ),
    "object to a line": Verb(
        OBJECTORS,
        "approved",
        "line",
        "",
        lambda w, i, _v: record_objection(w, NewObjection("wrong_number", "not me", line=i["line"])),
        versioned=False,
    ),
    "uphold an objection": Verb(
        SILENCERS,
        "objected",
        "objection",
        "upheld",
        lambda w, i, v: uphold_objection(w, i["objection"], "right", v),
    ),
    "reject an objection": Verb(
        JUDGE,
        "objected",
        "objection",
        "rejected",
        lambda w, i, v: reject_objection(w, i["objection"], "wrong", v),
    ),
    "switch a court off": Verb(
        _may("administrator operator"),
        "approved",
        "court",
        "disabled",
        lambda w, i, v: disable_court(w, i["court"], "audit", v),
    ),
}

MODELS = {"notice": Notice, "line": PhoneLine, "recording": Recording, "objection": Objection}


def set_up(gateway: Gateway, stage: str) -> dict[str, str]:
    """The ids of a world in this state: a case, a line, a recording, a notice, an objection."""
    recording = gateway.recording(approved=not stage.endswith("prompt"))
    ids = {"court": gateway.court_a, "recording": recording.id}
    if stage.endswith("prompt"):
        if stage == "rejected prompt":
            with gateway.work("judge") as work:
                reject_prompt(work, recording.id, "noise")
        return ids
    state = stage if stage in {"draft", "submitted"} else "approved"
    notice = gateway.notice(recording=recording, state=state)
    ids |= {"notice": notice.id, "case": notice.case_id, "line": notice.line_id}
    with gateway.work("clerk2") as work:
        if stage == "suspended":
            suspend_notice(work, notice.id, "doubt")
        if stage == "proposed":
            propose_delivery(work, notice.line_id, number(4444), None)
        if stage == "objected":
            ids["objection"] = record_objection(
                work, NewObjection("correction", "a mistake", notice=notice.id)
            ).id
    return ids
