"""What the law asks about: a debtor, the court's decisions about him, and the dates wished for a notice."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DebtorKind(StrEnum):
    """A natural person, or any legal person or organisation."""

    PERSON = "person"
    ENTITY = "entity"


class DecisionKind(StrEnum):
    """What a decision does to a listing."""

    INITIAL = "initial"
    EXTENSION = "extension"
    EARLY_DELETION = "early_deletion"


class Extension(StrEnum):
    """Why a term is longer than the ordinary one."""

    SERIOUS_VIOLENCE = "serious_violence"
    SEVERAL_ACTS = "several_acts"


class ServiceMethod(StrEnum):
    """How a decision reached the debtor."""

    DIRECT = "direct"
    LEFT = "left"
    ELECTRONIC = "electronic"
    ENTRUSTED = "entrusted"
    MAIL = "mail"
    FORWARDED = "forwarded"
    PUBLIC_NOTICE = "public_notice"


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who is listed; a person needs a birth date, an entity has none."""

    kind: DebtorKind
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """The answer to "does this bar the listing?": yes, no, or not answered; and what the answer rests on."""

    applies: bool | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Art3Declarations:
    """The four bars to a listing for mere refusal to perform, each declared on."""

    security: Declaration
    assets_suffice: Declaration
    later_in_order: Declaration
    other: Declaration


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision about a listing, as it was written down; what is not yet known is None.

    `served_on` is the day on which the decision was served; for `public_notice` the day of publication.
    `term_months` of an extension is the whole term, counted from the day of the initial decision.
    `art3` holds the clerk's declarations at enrolment, and the approver's own when a notice is approved.
    """

    number: str | None
    grounds: frozenset[int]
    reasons: str | None
    term_months: int | None
    signed_by: str | None
    made_on: date | None
    served_on: date | None
    service_method: ServiceMethod | None
    warned_on: date | None
    extension: Extension | None = None
    grace_until: date | None = None
    publication_ref: str | None = None
    art3: Art3Declarations | None = None
    kind: DecisionKind = DecisionKind.INITIAL


@dataclass(frozen=True, slots=True)
class NoticeDates:
    """The court's days that a notice asks for; each holds from 00:00 or through 24:00 of its day."""

    starts_on: date | None = None
    ends_on: date | None = None
    review_on: date | None = None
