"""What a password must be: long, and not one that is tried first; of which signs is its owner's matter.

The lists of common and breached passwords, and the arithmetic of how soon one would be guessed, are zxcvbn's
(`gateway/guessing.py`).
"""

from collections.abc import Iterable

from gateway.guessing import score_of
from gateway.models import Court, User
from gateway.services.hash_passwords import normal
from gateway.services.refusals import refuse
from gateway.services.work import Work

SHORTEST, LONGEST = 15, 256
WEIGHED = 72
"""zxcvbn weighs no more signs than these: what is long enough by then stays so."""
GOOD_ENOUGH = 4
"""zxcvbn's score from which on a password takes more than 10^10 guesses."""
OWN_WORDS_LEAVE = 8
PRODUCT = ("court", "notice", "gateway", "法院", "通知")


def require_password(password: str, about: Iterable[str] = (), field: str = "password") -> str:
    """The password in its normal form; raises NotValid. `about`: words anybody would try for this person."""
    chosen = normal(password)
    if not SHORTEST <= len(chosen) <= LONGEST:
        raise refuse(
            field,
            "password-length",
            f"Use {SHORTEST} to {LONGEST} characters. Several words with spaces are fine.",
            f"请使用{SHORTEST}至{LONGEST}个字符，可以是带空格的几个词语。",
        )
    words = [word.casefold() for text in (*about, *PRODUCT) for word in text.split() if len(word) > 1]
    if _is_of_own_words(chosen, words):
        raise refuse(
            field,
            "password-context",
            "This password is mostly your name, the court's or this program's. Choose other words.",
            "该密码主要由您的姓名、法院名称或本系统名称组成，请换用其他词语。",
        )
    if _is_guessed_soon(chosen, words):
        raise refuse(
            field,
            "password-common",
            "This password is among those that are tried first. Choose one that nobody else would.",
            "该密码属于最先被尝试的密码，请换一个他人想不到的密码。",
        )
    return chosen


def words_about(work: Work, user: User) -> tuple[str, ...]:
    """What anybody would try as this person's password."""
    court = work.session.get(Court, user.court_id) if user.court_id else None
    return user.username, work.vault.open(user.name_sealed, "person"), court.name if court else ""


def _is_of_own_words(password: str, words: Iterable[str]) -> bool:
    left = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return left != password.casefold() and sum(sign.isalnum() for sign in left) < OWN_WORDS_LEAVE


def _is_guessed_soon(password: str, words: Iterable[str]) -> bool:
    return score_of(password[:WEIGHED], words) < GOOD_ENOUGH
