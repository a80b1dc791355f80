"""Trying a text with the draft voice: heard by whoever tries it, kept nowhere, never a recording."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.services.permissions import Action
from gateway.services.read_numbers import Fields
from gateway.services.refusals import NotFound
from gateway.services.upload_prompt import LANGUAGES, NewPrompt, wording_of
from gateway.services.work import Work
from gateway.vault import SealBroken
from prompts import workshop
from prompts.draft import MAX_CHARACTERS, Draft, NoDraftVoice, NotSpoken, is_installed
from prompts.wording import WordingFinding

HEARD_FOR = timedelta(minutes=15)
_PURPOSE = "draft voice"
_NOT_INSTALLED = (
    "The draft voice is not installed here; ask the platform operator.",
    "此处未安装草稿语音，请联系平台运营人员。",
)

__all__ = ["HEARD_FOR", "Text", "Tried", "is_installed", "open_text", "seal_text", "speak", "try_text"]


@dataclass(frozen=True, slots=True)
class Text:
    """What is to be spoken, and in which language."""

    words: str
    language: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What the lint says of a text, and the token with which the same person hears it."""

    wording: tuple[WordingFinding, ...]
    token: str


def try_text(work: Work, text: Text) -> Tried:
    """Look at a text and let it be heard for a while. What the lint refuses can be heard all the same."""
    work.actor.must(Action.ENROL)
    fields = Fields()
    if not is_installed():
        fields.add("words", "no-draft-voice", *_NOT_INSTALLED)
    if text.language not in LANGUAGES:
        fields.add("language", "language", "Choose the language.", "请选择语言。")
    if not 1 <= len(text.words.strip()) <= MAX_CHARACTERS:
        fields.add(
            "words",
            "text",
            f"Enter 1 to {MAX_CHARACTERS} characters.",
            f"请填写1至{MAX_CHARACTERS}个字符。",
        )
    fields.done()
    return Tried(wording_of(work, NewPrompt("draft", text.language, text.words)), seal_text(work, text))


def speak(text: Text) -> Draft:
    """The marked draft of a text. Raises NotValid. Takes about a second: hold no transaction."""
    fields = Fields()
    try:
        return workshop.speak(text.words.strip(), text.language)
    except NoDraftVoice:
        fields.add("words", "no-draft-voice", *_NOT_INSTALLED)
    except NotSpoken:
        fields.add(
            "words", "not-spoken", "The draft voice cannot speak this text.", "草稿语音无法朗读该文字。"
        )
    fields.done()
    raise AssertionError


def seal_text(work: Work, text: Text) -> str:
    """The text inside an address that only this person can use, for a quarter of an hour."""
    until = (work.now + HEARD_FOR).isoformat()
    plain = json.dumps([work.actor.user_id, until, text.language, text.words], ensure_ascii=False)
    return base64.urlsafe_b64encode(work.vault.seal(plain, _PURPOSE)).decode().rstrip("=")


def open_text(work: Work, token: str) -> Text:
    """The text again; raises NotFound for another person's token, an old one, and for what is none."""
    work.actor.must(Action.ENROL)
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        user_id, until, language, words = json.loads(work.vault.open(sealed, _PURPOSE))
    except (SealBroken, ValueError, binascii.Error):
        raise NotFound from None
    if user_id != work.actor.user_id or datetime.fromisoformat(until) <= work.now:
        raise NotFound
    return Text(words, language)
