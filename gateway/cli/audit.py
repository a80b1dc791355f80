"""`audit`: proving the record whole, saving its heads outside, handing it out."""

import json
import sys
from pathlib import Path

import click
from sqlalchemy import func, select

from gateway.cli.common import open_runtime
from gateway.cli.progress import bar
from gateway.database import reading
from gateway.models import AuditEntry
from gateway.services.audit import Verdict, read_heads, verify_chains
from gateway.sight import EVERY_COURT

_AS_ALWAYS = click.option("--json", is_flag=True, expose_value=False, help="As JSON, which it always is.")


@click.group()
def audit() -> None:
    """The tamper-evident record."""


@audit.command()
@click.option(
    "--head",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Heads saved outside earlier; without them a chain that was rewritten whole looks whole.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def verify(head: Path | None, as_json: bool) -> None:
    """Recompute every chain; exit 1 where one does not hold."""
    runtime = open_runtime()
    known = _read_heads_file(head) if head else None
    with reading(runtime.engine, EVERY_COURT) as session:
        total = session.scalars(select(func.count()).select_from(AuditEntry)).one()
        with bar("verifying", total) as advance:
            verdict = verify_chains(session, known, advance)
    if as_json:
        click.echo(json.dumps(_as_json(verdict)))
    else:
        _tell(verdict)
    sys.exit(0 if verdict.intact else 1)


@audit.command("head")
@_AS_ALWAYS
def print_heads() -> None:
    """Print the end of every chain; keep it where nobody of this machine can change it."""
    with reading(open_runtime().engine, EVERY_COURT) as session:
        click.echo(json.dumps(_heads(read_heads(session)), indent=2))


@audit.command()
@click.option("--chain", help="One chain only: a court's id, or `platform`.")
@_AS_ALWAYS
def export(chain: str | None) -> None:
    """Write every entry as a line of JSON, in order."""
    query = select(AuditEntry).order_by(AuditEntry.chain, AuditEntry.sequence)
    if chain is not None:
        query = query.where(AuditEntry.chain == chain)
    names = [column.name for column in AuditEntry.__table__.columns]
    with reading(open_runtime().engine, EVERY_COURT) as session:
        for entry in session.scalars(query.execution_options(yield_per=1000)):
            click.echo(json.dumps({name: str(getattr(entry, name)) for name in names}, ensure_ascii=False))


def _read_heads_file(file: Path) -> dict[str, tuple[int, str]]:
    try:
        chains = json.loads(file.read_text())["chains"]
        return {chain: (int(head["sequence"]), str(head["hash"])) for chain, head in chains.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise click.UsageError(f"{file}: not a file that `audit head` wrote") from fault


def _heads(heads: dict[str, tuple[int, str]]) -> dict[str, object]:
    return {"chains": {chain: {"sequence": end[0], "hash": end[1]} for chain, end in heads.items()}}


def _as_json(verdict: Verdict) -> dict[str, object]:
    first = verdict.breaks[0] if verdict.breaks else None
    return {
        "intact": verdict.intact,
        "entries": verdict.entries,
        "head": _heads(dict(verdict.heads)),
        "first_bad": {"chain": first.chain, "sequence": first.sequence, "what": first.what}
        if first
        else None,
    }


def _tell(verdict: Verdict) -> None:
    word = "intact" if verdict.intact else "BROKEN"
    click.echo(f"{verdict.entries} entries in {len(verdict.heads)} chains: {word}")
    for each in verdict.breaks:
        click.echo(f"  chain {each.chain}, entry {each.sequence}: {each.what}", err=True)
