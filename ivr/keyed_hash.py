"""HMAC (RFC 2104) with one key for many texts: what depends on the key alone is hashed once."""

import hashlib

_BLOCK = 64
"""Bytes that SHA-1 and SHA-256 take at a time (FIPS 180-4, section 1)."""
_INNER, _OUTER = (bytes(each ^ pad for each in range(256)) for pad in (0x36, 0x5C))


class KeyedHash:
    """`hmac.digest` with this key, which looks its algorithm up and prepares the key anew each time.

    `algorithm` is sha1 or sha256.
    """

    def __init__(self, key: bytes, algorithm: str) -> None:
        block = (hashlib.new(algorithm, key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = hashlib.new(algorithm, block.translate(_INNER))
        self._outer = hashlib.new(algorithm, block.translate(_OUTER))
        assert self._inner.block_size == _BLOCK

    def digest(self, text: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text)
        outer.update(inner.digest())
        return outer.digest()
