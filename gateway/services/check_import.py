"""Checking an import's rows by the rules of every enrolment: shape, law, numbers, recordings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from gateway.jurisdictions import Profile, facts
from gateway.jurisdictions.calendar import PrcCalendar
from gateway.jurisdictions.refusal import Refusal
from gateway.models import Connection, ImportBatch, Platform, Prompt, Recording
from gateway.services.calendar import calendar_of
from gateway.services.check_activation import Span, check_court, check_serves_public, span_between
from gateway.services.draft_notice import check_recordings
from gateway.services.enrol_case import check_case, profile_of
from gateway.services.enrol_line import add_unknown_connection, read_line
from gateway.services.read_csv import Row
from gateway.services.read_import import Declared, Entry, read_entry
from gateway.services.read_numbers import Fields
from gateway.services.work import Work

GIVEN_UP = timedelta(hours=1)
"""How long nobody but its own clerk takes an import that is still being written for dead."""


@dataclass(frozen=True, slots=True)
class Sound:
    """An approved recording that a row may name."""

    id: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What a row is judged by, read once for a file. `dead` are imports that crashed: they do not count.

    `change_no` is the last change to lines that all that was read can have missed nothing of.
    """

    profile: Profile
    calendar: PrcCalendar
    zone: ZoneInfo
    now: datetime
    today: date
    connections: dict[str, Connection]
    sounds: dict[str, tuple[Sound, ...]]
    declared: Declared
    dead: tuple[str, ...]
    change_no: int
    asks_art3: dict[frozenset[int], bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """A row that breaks no rule: what it says, its numbers, what plays, and from when until when."""

    line: int
    entry: Entry
    numbers: tuple[str, str, str]
    connection_id: str
    recordings: tuple[str, ...]
    span: Span


def read_rules(work: Work, declared: Declared) -> Rules:
    """The rules of the actor's court today; raises NotValid or WrongState where it may enrol nobody."""
    fields, court, profile = Fields(), work.court(), profile_of(work)
    check_court(fields, court)
    fields.done()
    return Rules(
        profile=profile,
        calendar=calendar_of(work),
        zone=ZoneInfo(court.zone),
        now=work.now,
        today=work.today(),
        connections={row.slug: row for row in work.session.scalars(select(Connection))},
        sounds=_sounds(work),
        declared=declared,
        dead=_dead(work),
        change_no=work.session.scalars(select(Platform.change_no)).one(),
    )


def _sounds(work: Work) -> dict[str, tuple[Sound, ...]]:
    """Approved recordings by their id, by the name of their prompt, and by name and language.

    Of a prompt's versions the latest counts; a name that stands for several languages has several.
    """
    query = (
        select(Prompt.name, Prompt.language, Recording.id, Recording.duration_ms)
        .join(Recording, Recording.prompt_id == Prompt.id)
        .where(Prompt.court_id == work.actor.court, Recording.state == "approved")
        .order_by(Prompt.name, Prompt.language, Recording.number)
    )
    by_language: dict[tuple[str, str], Sound] = {}
    named: dict[str, tuple[Sound, ...]] = {}
    for name, language, recording_id, duration_ms in work.session.execute(query):
        sound = by_language[name, language] = Sound(recording_id, duration_ms)
        named[recording_id] = (sound,)
    for (name, language), sound in by_language.items():
        named[f"{name} ({language})"] = (sound,)
        named[name] = tuple(each for (other, _), each in by_language.items() if other == name)
    return named


def _dead(work: Work) -> tuple[str, ...]:
    query = select(ImportBatch.id).where(
        ImportBatch.court_id == work.actor.court,
        or_(
            ImportBatch.state == "failed",
            (ImportBatch.state == "writing")
            & or_(
                ImportBatch.submitted_by == work.actor.user_id,
                ImportBatch.created_at <= work.now - GIVEN_UP,
            ),
        ),
    )
    return tuple(work.session.scalars(query))


def check_row(rules: Rules, row: Row, fields: Fields) -> Checked | None:
    """A row judged by itself; None where it was refused, by column."""
    entry = _entry(rules, row, fields)
    if entry is None:
        return None
    check_case(fields, entry.case)
    _ask_the_law(rules, entry, fields)
    check_serves_public(fields, entry.case.debtor.kind, entry.line.serves_public)
    return _resolved(rules, row, entry, fields)


def _entry(rules: Rules, row: Row, fields: Fields) -> Entry | None:
    entry = read_entry(row.cells, fields, rules.declared)
    return _with_declarations(rules, entry) if entry else None


def _resolved(rules: Rules, row: Row, entry: Entry, fields: Fields) -> Checked | None:
    """With what the row names looked up, and its numbers read."""
    connection = rules.connections.get(entry.line.connection)
    if connection is None:
        add_unknown_connection(fields)
    recordings = _recordings(rules, entry.prompt, fields)
    if connection is None:
        return None
    numbers = read_line(fields, entry.line, connection, rules.today)
    if fields.refusals:
        return None
    decisions = (entry.case.decision,)
    span = span_between(rules.profile, decisions, entry.dates, rules.zone, rules.now)
    return Checked(row.line, entry, numbers, connection.id, recordings, span)


def _with_declarations(rules: Rules, entry: Entry) -> Entry:
    """The row with the clerk's declarations, where the law asks for them."""
    if rules.declared.art3 is None or not _asks_art3(rules, entry):
        return entry
    decision = replace(entry.case.decision, art3=rules.declared.art3)
    return replace(entry, case=replace(entry.case, decision=decision))


def _asks_art3(rules: Rules, entry: Entry) -> bool:
    grounds = entry.case.decision.grounds
    if grounds not in rules.asks_art3:
        debtor = facts.Debtor(entry.case.debtor.kind, entry.case.debtor.birth_date)
        found = rules.profile.check_enrolment(debtor, entry.case.decision, rules.today, rules.calendar)
        rules.asks_art3[grounds] = any("art3_declarations" in each.field for each in found)
    return rules.asks_art3[grounds]


def _ask_the_law(rules: Rules, entry: Entry, fields: Fields) -> None:
    """What the law demands at submission, which takes in every rule of enrolment, each refusal once."""
    debtor = facts.Debtor(entry.case.debtor.kind, entry.case.debtor.birth_date)
    decision = entry.case.decision
    found = rules.profile.check_activation(debtor, (decision,), entry.dates, rules.today, rules.calendar)
    if found:
        found += rules.profile.check_enrolment(debtor, decision, rules.today, rules.calendar)
    fields.refusals += dict.fromkeys(found)


def _recordings(rules: Rules, name: str, fields: Fields) -> tuple[str, ...]:
    """The recordings that a row names, one or two with a semicolon between them."""
    parts = (name,) if name in rules.sounds else tuple(part.strip() for part in name.split(";"))
    found = [rules.sounds.get(part, ()) for part in parts]
    if not all(found):
        fields.add("prompts", *_NO_PROMPT)
    elif any(len(each) > 1 for each in found):
        fields.add("prompts", *_TWO_LANGUAGES)
    else:
        sounds = [each[0] for each in found]
        ids = tuple(sound.id for sound in sounds)
        check_recordings(fields, ids, sum(sound.duration_ms for sound in sounds))
        return ids
    return ()


_COLUMN = {
    "debtor.credit_code": "identity_number",
    "decision.number": "decision_number",
    "decision.extension": "term_months",
    "debtor.name": "debtor_name",
    "prompts": "prompt",
    "line": "public_number",
    "starts_on": "grace_until",
}
_PREFIX: Sequence[tuple[str, Callable[[str], str]]] = (
    ("decision.art3_declarations", lambda _rest: "grounds"),
    ("attestation.", lambda rest: f"attestation_{rest}" if rest != "attested_on" else rest),
    ("decision.", lambda rest: rest),
    ("debtor.", lambda rest: rest),
    ("obligation.", lambda rest: rest if rest != "kind" else "amount"),
)


def as_columns(refusals: Sequence[Refusal]) -> list[Refusal]:
    """The same refusals, each with the column of the file that it is about."""
    return [replace(each, field=_column(each.field)) for each in refusals]


def _column(name: str) -> str:
    if name in _COLUMN:
        return _COLUMN[name]
    for prefix, column in _PREFIX:
        if name.startswith(prefix):
            return column(name.removeprefix(prefix))
    return name


_NO_PROMPT = (
    "unknown-prompt",
    "Name one or two approved prompts of the court, with a semicolon between them.",
    "请填写本院一至两个已批准的提示音名称，以分号分隔。",
)
_TWO_LANGUAGES = (
    "prompt-language",
    "The prompt exists in several languages; write “name (language)”.",
    "该提示音有多个语种，请写作“名称 (语种)”。",
)
