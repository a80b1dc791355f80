"""Keeping a recording's bytes in the database, from where every host brings them into its own store."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.models import Recording, Sound
from gateway.services.upsert import insert_if_new


def keep_sound(session: Session, sha256: str, wav: bytes, now: datetime) -> None:
    """Keep the bytes under their hash; harmless where they are kept already."""
    insert_if_new(session, Sound, {"sha256": sha256, "wav": wav, "created_at": now})


def sounds_since(session: Session, since: datetime) -> dict[str, datetime]:
    """Hash -> when it was kept, of what was kept at `since` or later."""
    rows = session.execute(select(Sound.sha256, Sound.created_at).where(Sound.created_at >= since))
    return {row.sha256: row.created_at for row in rows}


def read_sound(session: Session, sha256: str) -> bytes | None:
    """The bytes as the database has them; whoever takes them proves them by their hash."""
    return session.scalars(select(Sound.wav).where(Sound.sha256 == sha256)).one_or_none()


def sounds_not_kept(session: Session) -> list[str]:
    """Hashes of recordings whose bytes lie on hosts only: they are from before the database kept any."""
    kept = select(Sound.sha256).where(Sound.sha256 == Recording.sha256)
    return list(session.scalars(select(Recording.sha256).where(~kept.exists()).distinct()))
