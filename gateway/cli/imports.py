"""`import` and `export`: files of enrolments and of closures, in and out, as one of the court's people."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
from sqlalchemy import select

from gateway.cli.common import acting, language, open_runtime, told
from gateway.cli.progress import bar
from gateway.database import reading
from gateway.judging import Judges, spare_processors
from gateway.models import User
from gateway.runtime import Runtime
from gateway.services.actor import Actor
from gateway.services.check_file import check_file
from gateway.services.export_notices import export_notices
from gateway.services.import_closures import import_closures
from gateway.services.read_csv import RowRefusal, RowsRefused
from gateway.services.read_import import Declared
from gateway.services.stage_import import stage_import
from gateway.services.transactions import Transactions
from gateway.sight import EVERY_COURT

_AS = "Who does it; needed where more than one clerk of a court with a judge has an account."


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--closures", is_flag=True, help="The file lists cases that are over; each is closed at once.")
@click.option("--dry-run", is_flag=True, help="Check everything and write nothing.")
@click.option("--user", "--as", "username", help=_AS)
@click.option("--rows", type=click.IntRange(0), help="How many rows you believe to be there.")
@click.option(
    "--declare-art3",
    "evidence",
    metavar="EVIDENCE",
    help="Declare of every row that none of the bars of Art. 3 applies, and on what this rests.",
)
@click.option("--declare-not-public", "not_public", is_flag=True, help="No entity's line serves the public.")
def import_(
    file: BinaryIO,
    closures: bool,
    dry_run: bool,
    username: str | None,
    rows: int | None,
    evidence: str | None,
    not_public: bool,
) -> None:
    """Import FILE: enrolments, all or nothing, for a judge to approve; or closures, at once.

    Exit 1 where rows were refused; each is told as line:column:rule.
    """
    if closures and (rows is not None or evidence or not_public):
        raise click.UsageError("--closures takes no --rows and no declarations")
    if not file.seekable():
        raise click.UsageError("FILE is read twice: save it first")
    runtime = open_runtime()
    transactions = _transactions(runtime, username)
    try:
        with _told_by_line():
            if closures:
                _close(transactions, file, dry_run)
            else:
                _enrol(transactions, file, Declared.of(evidence, not_public), rows, dry_run)
    finally:
        runtime.close()


def _enrol(
    transactions: Transactions, file: BinaryIO, declared: Declared, rows: int | None, dry_run: bool
) -> None:
    total = _lines(file)
    if dry_run:
        with bar("checking", total) as advance, Judges(spare_processors()) as judges:
            found = check_file(transactions, file, declared, rows, advance, judges)
        click.echo(f"{found.rows} rows would be imported; sha256 {found.sha256}")
        return
    with bar("importing", 2 * total) as advance, Judges(spare_processors()) as judges:
        batch = stage_import(transactions, file, declared, rows, advance, judge_all=judges)
    click.echo(f"import {batch.id}: {batch.rows} rows wait for approval; sha256 {batch.sha256}")


def _close(transactions: Transactions, file: BinaryIO, dry_run: bool) -> None:
    with bar("closing", _lines(file)) as advance:
        done = import_closures(transactions, file, dry_run=dry_run, advance=advance)
    verb = "would be closed" if dry_run else "closed"
    click.echo(f"{done.rows} rows: {done.closed} cases {verb}, {done.closed_before} were closed before")
    if done.refused_in_all:
        _tell(done.refused, done.refused_in_all)
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--user", "--as", "username", help=_AS)
def export(file: Path | None, username: str | None) -> None:
    """Write the court's enrolled rows, in the import's columns, to FILE or to the terminal.

    The file names people: it is readable by you alone, and that you made it is recorded.
    """
    runtime = open_runtime()
    transactions = _transactions(runtime, username)
    try:
        with told(), bar("exporting", None) as advance:
            if file is None:
                rows = export_notices(transactions, _to_terminal, advance)
            else:
                rows = _write_whole(file, lambda write: export_notices(transactions, write, advance))
    finally:
        runtime.close()
    click.echo(f"{rows} rows", err=True)


def _to_terminal(text: str) -> None:
    click.echo(text.encode(), nl=False)


def _write_whole(file: Path, fill: Callable[[Callable[[str], object]], int]) -> int:
    """Fill a file that is there whole or not at all, and that its owner alone may read."""
    descriptor, part = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
            rows = fill(out.write)
        os.replace(part, file)
    finally:
        Path(part).unlink(missing_ok=True)
    return rows


def _transactions(runtime: Runtime, username: str | None) -> Transactions:
    actor = acting(runtime, username) if username else _only_clerk(runtime)
    return Transactions(runtime.engine, runtime.clock, runtime.vault, actor=actor)


def _only_clerk(runtime: Runtime) -> Actor:
    """The one clerk who can be meant: what a court without a judge has can never be heard."""
    with reading(runtime.engine, EVERY_COURT) as session:
        users = session.scalars(select(User).where(User.disabled_at.is_(None))).all()
        judged = {user.court_id for user in users if "judge" in user.role_names}
        clerks = [user for user in users if "clerk" in user.role_names and user.court_id in judged]
        if len(clerks) != 1:
            raise click.UsageError(f"name the person with --user: there are {len(clerks)} clerks")
        return Actor(clerks[0].id, clerks[0].court_id, clerks[0].role_names)


@contextmanager
def _told_by_line() -> Iterator[None]:
    """Tell refused rows line by line, everything else as every command does; exit with 1."""
    with told():
        try:
            yield
        except RowsRefused as refused:
            _tell(refused.rows, refused.total)
            sys.exit(1)
        except ChildProcessError as fault:
            raise click.ClickException(_DIED[language()]) from fault


_DIED = {
    "en": "A process that judged rows died, perhaps for want of memory. Nothing was imported; try again.",
    "zh": "核对数据行的进程意外终止（可能因内存不足）。未导入任何数据，请重试。",
}


def _tell(rows: Sequence[RowRefusal], total: int) -> None:
    for row in rows:
        click.echo(f"{row.line}:{row.field}:{row.rule} {getattr(row, language())}", err=True)
    if total > len(rows):
        click.echo(
            {"en": f"and {total - len(rows)} more", "zh": f"另有{total - len(rows)}处"}[language()], err=True
        )


def _lines(file: BinaryIO) -> int:
    """About how many rows there are, for the progress bar."""
    count = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    file.seek(0)
    return count
