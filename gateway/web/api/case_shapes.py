"""How cases, debtors and decisions are written in requests and answers."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.web.api.shapes import Day, Line, Moment, Prose, Resource, Shape, Shown, Whole


class PersonIn(Shape):
    """A natural person."""

    kind: Literal["person"]
    name: Line
    identity_number: Line
    birth_date: Day | None = None


class EntityIn(Shape):
    """A legal person or organisation."""

    kind: Literal["entity"]
    name: Line
    credit_code: Line
    legal_representative: Line | None = None


class ObligationIn(Shape):
    """What is owed."""

    kind: Line
    amount: Line | None = None
    currency: Line | None = None


class DeclarationIn(Shape):
    """Whether one bar of Art. 3 applies, and what the answer rests on."""

    applies: bool | None = None
    evidence: Prose | None = None


_UNDECLARED = DeclarationIn()


class DeclarationsIn(Shape):
    """The four bars of Art. 3."""

    security: DeclarationIn = _UNDECLARED
    assets_suffice: DeclarationIn = _UNDECLARED
    later_in_order: DeclarationIn = _UNDECLARED
    other: DeclarationIn = _UNDECLARED


class DecisionIn(Shape):
    """A decision as it was written down; what is missing the law asks for by name."""

    number: Line | None = None
    grounds: Annotated[tuple[Whole, ...], Field(max_length=20)] = ()
    reasons: Prose | None = None
    term_months: Whole | None = None
    extension: Literal["serious_violence", "several_acts"] | None = None
    signed_by: Line | None = None
    made_on: Day | None = None
    served_on: Day | None = None
    service_method: (
        Literal["direct", "left", "electronic", "entrusted", "mail", "forwarded", "public_notice"] | None
    ) = None
    grace_until: Day | None = None
    warned_on: Day | None = None
    publication_ref: Line | None = None
    art3_declarations: DeclarationsIn | None = None


class FurtherDecision(DecisionIn):
    """A decision that extends the listing or deletes it early."""

    kind: Literal["extension", "early_deletion"]


class EnrolCase(Shape):
    """A case, its debtor, and the decision to list him."""

    case_number: Line
    debtor: Annotated[PersonIn | EntityIn, Field(discriminator="kind")]
    obligation: ObligationIn
    decision: DecisionIn


class CloseCase(Shape):
    """On which of the seven grounds of removal (Art. 10), and why."""

    removal_ground: Whole
    reason: Prose


class DebtorShown(Shown):
    """The debtor: identity masked; names for those who work on cases only."""

    kind: str
    name: str | None
    identity: str | None
    birth_date: Day | None
    legal_representative: str | None


class ObligationShown(Shown):
    """What is owed."""

    kind: str
    amount: str | None
    currency: str | None


class DecisionShown(Shown):
    """A decision in a case."""

    id: str
    kind: str
    number: str
    grounds: tuple[int, ...]
    reasons: str | None
    term_months: int | None
    extension: str | None
    signed_by: str | None
    made_on: Day
    served_on: Day | None
    service_method: str | None
    grace_until: Day | None
    warned_on: Day | None
    publication_ref: str | None
    complete: bool
    created_at: Moment


class CaseShown(Resource):
    """A case. `formal_deletion` is the state of the legal record, which follows its own clock."""

    case_number: str
    debtor: DebtorShown
    obligation: ObligationShown
    decisions: tuple[DecisionShown, ...]
    debtor_dead: bool
    closing_ground: int | None
    closing_reason: str | None
    closed_at: Moment | None
    formal_deletion: str | None
    formal_deletion_due_on: Day | None
