"""Keys: what is sealed opens for its purpose only, and what cannot be used is refused at the start."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.vault import Keyring, KeysUnusable, SealBroken, Vault, token_hash

RING = Keyring("k1", {"k1": bytes(range(32))})
VAULT = Vault(RING)


@given(st.text(max_size=200))
def test_what_was_sealed_opens_again(plain: str) -> None:
    assert VAULT.open(VAULT.seal(plain, "number"), "number") == plain


def test_no_two_seals_of_one_value_are_alike() -> None:
    assert VAULT.seal("x", "number") != VAULT.seal("x", "number")


def test_a_value_sealed_for_one_purpose_does_not_open_for_another() -> None:
    with pytest.raises(SealBroken):
        VAULT.open(VAULT.seal("x", "number"), "person")


def test_every_altered_byte_and_every_cut_is_found() -> None:
    sealed = VAULT.seal("+8617100001234", "number")
    for index in range(len(sealed)):
        altered = bytearray(sealed)
        altered[index] ^= 1
        for broken in (bytes(altered), sealed[:index]):
            with pytest.raises(SealBroken):
                VAULT.open(broken, "number")


@given(st.binary(max_size=80))
def test_what_was_never_sealed_never_opens(anything: bytes) -> None:
    with pytest.raises(SealBroken):
        VAULT.open(anything, "number")


def test_a_broken_seal_tells_nothing_of_the_value() -> None:
    with pytest.raises(SealBroken) as broken:
        VAULT.open(VAULT.seal("+8617100001234", "number"), "person")
    assert "1710000" not in str(broken.value)


def test_after_a_rotation_old_seals_open_and_new_ones_use_the_new_key() -> None:
    rotated = Vault(RING.rotated())
    assert rotated.open(VAULT.seal("x", "number"), "number") == "x"
    assert (rotated.current_key, rotated.key_ids) == ("k2", ("k2", "k1"))
    with pytest.raises(SealBroken):
        VAULT.open(rotated.seal("x", "number"), "number")


def test_after_a_rotation_a_number_is_found_under_both_keys() -> None:
    rotated = Vault(RING.rotated())
    assert rotated.look_up_hashes("x")[1:] == VAULT.look_up_hashes("x")
    assert rotated.look_up_hash("x") == rotated.look_up_hashes("x")[0] != VAULT.look_up_hash("x")
    assert rotated.look_up_hash("x", "k1") == VAULT.look_up_hash("x")


def test_hashes_are_of_sixteen_bytes_and_tell_values_apart() -> None:
    hashes = {VAULT.look_up_hash(f"+861710000{last:04d}") for last in range(100)}
    assert len(hashes) == 100
    assert {len(each) for each in hashes} == {16}


def test_a_digest_is_of_its_salt() -> None:
    assert VAULT.digest("x", "a") == VAULT.digest("x", "a") != VAULT.digest("x", "b")


def test_a_token_is_kept_as_its_sha256() -> None:
    # printf abc | sha256sum
    assert token_hash("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


# The key file.


def _file(folder: Path, content: object, mode: int = 0o600) -> Path:
    path = folder / "keys.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(mode)
    return path


GOOD = base64.b64encode(bytes(32)).decode()


def test_a_saved_ring_is_read_again_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "keys.json"
    RING.save(path)
    RING.rotated().save(path)
    assert Keyring.load(path).current == "k2"
    assert Keyring.load(path).masters["k1"] == RING.masters["k1"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["keys.json"]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o620])
def test_a_file_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = _file(tmp_path, {"current": "k1", "keys": {"k1": GOOD}}, mode)
    with pytest.raises(KeysUnusable, match="chmod 600"):
        Keyring.load(path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        {},
        {"current": "k1"},
        {"current": "k1", "keys": []},
        {"current": "k1", "keys": {}},
        {"current": "k2", "keys": {"k1": GOOD}},
        {"current": ["k1"], "keys": {"k1": GOOD}},
        {"current": None, "keys": {"k1": GOOD}},
        {"current": "k1", "keys": {"k1": "AAAA"}},
        {"current": "k1", "keys": {"k1": "not base64!"}},
        {"current": "k1", "keys": {"k1": 5}},
        {"current": "k-1", "keys": {"k-1": GOOD}},
        {"current": "k12345678", "keys": {"k12345678": GOOD}},
        {"current": "ключ", "keys": {"ключ": GOOD}},
        {"current": "", "keys": {"": GOOD}},
    ],
)
def test_what_is_no_key_file_is_refused_by_name_and_without_its_content(
    tmp_path: Path, content: object
) -> None:
    with pytest.raises(KeysUnusable, match=r"keys\.json") as refused:
        Keyring.load(_file(tmp_path, content))
    assert GOOD not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable):
        Keyring.load(tmp_path / "none.json")


def test_a_generated_ring_is_of_chance() -> None:
    assert Keyring.generate().masters != Keyring.generate().masters
