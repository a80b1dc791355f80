"""Keys and what is done with them: sealing values at rest, and keyed hashes for looking numbers up."""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ivr.keyed_hash import KeyedHash

_LONGEST_ID = 8
LONGEST_MARK = 1 + _LONGEST_ID
"""Bytes with which a sealed value names its key: the length of an id, and the id."""
_NONCE = 12
_HASH = 16


class KeysUnusable(Exception):
    """The key file is missing, readable by others, or not what it should be."""


class SealBroken(Exception):
    """A sealed value does not open: another key, another purpose, or altered bytes."""


@dataclass(frozen=True)
class Keyring:
    """Master keys by id (1 to 8 letters or digits); `current` seals and hashes, the others still read."""

    current: str
    masters: Mapping[str, bytes]

    @classmethod
    def generate(cls) -> "Keyring":
        return cls("k1", {"k1": secrets.token_bytes(32)})

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read the JSON key file: {"current": id, "keys": {id: base64 of 32 bytes}}."""
        try:
            if path.stat().st_mode & 0o077:
                raise KeysUnusable(f"{path}: other users may read the keys; run chmod 600 on it")
            stored = json.loads(path.read_text())
            masters = {key_id: base64.b64decode(key, validate=True) for key_id, key in stored["keys"].items()}
            ring = cls(str(stored["current"]), masters)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
            raise KeysUnusable(f"{path}: not a key file ({type(fault).__name__})") from fault
        if ring.current not in masters or any(len(key) != 32 for key in masters.values()):
            raise KeysUnusable(f"{path}: every key has 32 bytes and `current` names one of them")
        if any(not (each.isascii() and each.isalnum() and len(each) <= _LONGEST_ID) for each in masters):
            raise KeysUnusable(f"{path}: a key id has 1 to {_LONGEST_ID} letters or digits")
        return ring

    def save(self, path: Path) -> None:
        """Write the key file whole or not at all, readable by its owner only."""
        keys = {key_id: base64.b64encode(key).decode() for key_id, key in self.masters.items()}
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"current": self.current, "keys": keys}, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync(path.parent)

    def rotated(self) -> "Keyring":
        """A ring with one more key, which seals and hashes from now on."""
        fresh = f"k{1 + max((int(k[1:]) for k in self.masters if k[1:].isdigit()), default=0)}"
        return Keyring(fresh, {**self.masters, fresh: secrets.token_bytes(32)})


def _sync(folder: Path) -> None:
    """Make a new name in a folder durable: with the key file all that is sealed would be lost."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Vault:
    """Seals, opens and hashes with keys derived from the ring, one for each purpose.

    A sealed value is: length of the key id, key id, 12 bytes nonce, AES-256-GCM text and tag; the purpose is
    authenticated with it, so that a value sealed for one use does not open for another.
    """

    def __init__(self, ring: Keyring) -> None:
        self._ring = ring
        self._derived: dict[tuple[str, str], bytes] = {}

    def __reduce__(self) -> tuple[type["Vault"], tuple[Keyring]]:
        """Through a pipe to a process of our own, see gateway/judging.py; what was derived stays here."""
        return Vault, (self._ring,)

    def seal(self, plain: str, purpose: str) -> bytes:
        return self.seal_bytes(plain.encode(), purpose)

    def seal_bytes(self, plain: bytes, purpose: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return self._mark + nonce + self._current.encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> str:
        """The plain text again; raises SealBroken."""
        try:
            return self.open_bytes(sealed, purpose).decode()
        except ValueError as fault:
            raise SealBroken(f"what was sealed for {purpose} is no text") from fault

    def open_bytes(self, sealed: bytes, purpose: str) -> bytes:
        """The plain bytes again; raises SealBroken."""
        begin = 1 + sealed[0] if sealed else 0
        cipher = self._by_mark.get(sealed[:begin])
        if cipher is None:
            raise SealBroken(f"sealed for {purpose} with a key that this gateway does not hold")
        text = begin + _NONCE
        try:
            return cipher.decrypt(sealed[begin:text], sealed[text:], purpose.encode())
        except (InvalidTag, ValueError) as fault:
            raise SealBroken(f"what was sealed for {purpose} has been altered") from fault

    @staticmethod
    def key_of(sealed: bytes) -> str:
        """The id of the key under which this was sealed."""
        size = sealed[0] if sealed else 0
        return sealed[1 : 1 + size].decode("ascii", "replace")

    @cached_property
    def _mark(self) -> bytes:
        """What all that is sealed now begins with."""
        return _mark_of(self._ring.current)

    @cached_property
    def _current(self) -> AESGCM:
        return self._by_mark[self._mark]

    @cached_property
    def _by_mark(self) -> dict[bytes, AESGCM]:
        return {_mark_of(key_id): AESGCM(self._key(key_id, "seal")) for key_id in self._ring.masters}

    @property
    def current_key(self) -> str:
        return self._ring.current

    @cached_property
    def key_ids(self) -> tuple[str, ...]:
        """The current key first, then the ones that are still read."""
        return (self._ring.current, *sorted(set(self._ring.masters) - {self._ring.current}))

    @cached_property
    def _look_up(self) -> dict[str, KeyedHash]:
        """By key, in the order of `key_ids`."""
        return {key_id: KeyedHash(self._key(key_id, "look-up"), "sha256") for key_id in self.key_ids}

    def look_up_hash(self, value: str, key_id: str | None = None) -> bytes:
        """16 bytes that find a number or identity again without showing it."""
        return self._look_up[key_id or self._ring.current].digest(value.encode())[:_HASH]

    def look_up_hashes(self, value: str) -> tuple[bytes, ...]:
        """The hash under every key that is still read, the current one first."""
        text = value.encode()
        return tuple([hashing.digest(text)[:_HASH] for hashing in self._look_up.values()])

    def signing_keys(self, use: str) -> tuple[bytes, ...]:
        """Keys with which a library signs for one use, the current one first, the others to check only."""
        return tuple(self._key(key_id, f"sign {use}") for key_id in self.key_ids)

    def digest(self, value: str, salt: str) -> str:
        """A salted digest for the audit record: tells whether a value is the same, never which it is."""
        return self._audit.digest(f"{salt}\0{value}".encode()).hex()[:32]

    @cached_property
    def _audit(self) -> KeyedHash:
        return KeyedHash(self._key(self._ring.current, "audit"), "sha256")

    def _key(self, key_id: str, use: str) -> bytes:
        if (key_id, use) not in self._derived:
            master = self._ring.masters[key_id]
            derive = HKDF(
                algorithm=hashes.SHA256(), length=32, salt=None, info=f"court-gateway {use}".encode()
            )
            self._derived[key_id, use] = derive.derive(master)
        return self._derived[key_id, use]


def _mark_of(key_id: str) -> bytes:
    return bytes([len(key_id)]) + key_id.encode()


def token_hash(token: str) -> bytes:
    """How a bearer token of 256 random bits is kept: it needs no salt, and cannot be read back."""
    return hashlib.sha256(token.encode()).digest()
