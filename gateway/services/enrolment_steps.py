"""The steps of an enrolment in the order in which they are asked, one thing at a time, and their fields."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.jurisdictions.refusal import Refusal
from gateway.services.read_decision import DECLARATIONS

Typed = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Step -> field -> what was typed or chosen, as it was."""


@dataclass(frozen=True, slots=True)
class Step:
    """`fields` carry the names by which refusals name them; `prefixes` of refusals belong here as well."""

    name: str
    fields: tuple[str, ...]
    also: tuple[str, ...] = ()


_BARS = tuple(
    f"decision.art3_declarations.{bar}.{part}" for bar in DECLARATIONS for part in ("applies", "evidence")
)

STEPS = (
    Step(
        "case",
        ("use_case", "case_number", "obligation.kind", "obligation.amount", "obligation.currency"),
        ("case",),
    ),
    Step(
        "debtor",
        (
            "debtor.kind",
            "debtor.name",
            "debtor.identity_number",
            "debtor.birth_date",
            "debtor.credit_code",
            "debtor.legal_representative",
        ),
    ),
    Step(
        "decision",
        (
            "decision.number",
            "decision.made_on",
            "decision.signed_by",
            "decision.grounds",
            "decision.term_months",
            "decision.extension",
            "decision.reasons",
            "decision.publication_ref",
        ),
        ("decision", "decision.kind"),
    ),
    Step(
        "service",
        (
            "decision.warned_on",
            "decision.served_on",
            "decision.service_method",
            "decision.grace_until",
        ),
    ),
    Step("declarations", _BARS, tuple(f"decision.art3_declarations.{bar}" for bar in DECLARATIONS)),
    Step(
        "line",
        (
            "use_line",
            "public_number",
            "gateway_number",
            "deliver_to",
            "connection",
            "caller_id_policy",
            "serves_public",
        ),
        ("line",),
    ),
    Step("attestation", ("attestation.source", "attestation.reference", "attestation.attested_on")),
    Step("recordings", ("prompts",)),
    Step(
        "times",
        ("starts_on", "ends_on", "review_on", "cap_days", "hours.from", "hours.to", "skip_key"),
        ("hours",),
    ),
)
BY_NAME = {step.name: step for step in STEPS}
CHECK = "check"
"""The last page: everything once more, before it is submitted."""
_STEP_OF = {field: step.name for step in STEPS for field in (*step.fields, *step.also)}
_OF_A_NEW_CASE = {"debtor", "decision", "service", "declarations"}
_SHOWN_AT = {
    "case": "case_number",
    "decision": "decision.number",
    "decision.kind": "decision.number",
    "line": "public_number",
    "hours": "hours.from",
}
_SHOWN_AT_BY_RULE = {"serves-public": "serves_public"}


def value(typed: Typed, step: str, field: str) -> str:
    """What stands in a field, trimmed; empty where nothing was typed."""
    return next(iter(typed.get(step, {}).get(field, ())), "").strip()


def asked(typed: Typed) -> tuple[Step, ...]:
    """The steps that this enrolment needs: an existing case brings its decision, an existing line its proof,
    and the bars of Art. 3 are declared on only where ground 1 is among the grounds."""
    left_out: set[str] = set()
    if value(typed, "case", "use_case"):
        left_out |= _OF_A_NEW_CASE
    if value(typed, "line", "use_line"):
        left_out.add("attestation")
    if "1" not in typed.get("decision", {}).get("decision.grounds", ()):
        left_out.add("declarations")
    return tuple(step for step in STEPS if step.name not in left_out)


def step_after(typed: Typed, name: str) -> str:
    """The step that follows in this enrolment; CHECK after the last."""
    names = [step.name for step in asked(typed)]
    after = names[names.index(name) + 1 :] if name in names else names[:1]
    return after[0] if after else CHECK


@dataclass(frozen=True, slots=True)
class Missed:
    """A refusal, with the step and the form's field at which it is told; neither where it is the court's."""

    step: str | None
    field: str | None
    refusal: Refusal


def placed(refusal: Refusal) -> Missed:
    """Where a person mends what was refused."""
    step = _STEP_OF.get(refusal.field)
    if step is None:
        return Missed(None, None, refusal)
    field = _SHOWN_AT_BY_RULE.get(refusal.rule) or _SHOWN_AT.get(refusal.field, refusal.field)
    if step == "declarations":
        field += ".evidence" if refusal.rule == "art3-evidence-required" else ".applies"
    return Missed(step, field, refusal)
