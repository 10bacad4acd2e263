from uuid import uuid4

import pytest

from providers.secrets import KeyVault, SecretUnreadable

SECRET, OTHER = b"s" * 32, b"t" * 32


def test_a_key_opens_in_its_own_row_only():
    vault, row = KeyVault(SECRET), uuid4()
    sealed = vault.seal("sk-test", row)
    assert b"sk-test" not in sealed
    assert vault.open(sealed, row) == "sk-test"
    with pytest.raises(SecretUnreadable):
        vault.open(sealed, uuid4())


def test_the_same_key_is_sealed_differently_each_time():
    vault, row = KeyVault(SECRET), uuid4()
    assert vault.seal("sk-test", row) != vault.seal("sk-test", row)


@pytest.mark.parametrize("position", [0, 1, 5, 17, 20, -1])
def test_one_changed_byte_anywhere_is_noticed(position: int):
    vault, row = KeyVault(SECRET), uuid4()
    sealed = bytearray(vault.seal("sk-test", row))
    sealed[position] ^= 1
    with pytest.raises(SecretUnreadable):
        vault.open(bytes(sealed), row)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 16, b"\x01" * 40])
def test_garbage_is_refused(sealed: bytes):
    with pytest.raises(SecretUnreadable):
        KeyVault(SECRET).open(sealed, uuid4())


def test_after_rotation_old_keys_open_and_are_known_as_old():
    row = uuid4()
    sealed = KeyVault(SECRET).seal("sk-test", row)
    rotated = KeyVault(OTHER, SECRET)
    assert rotated.open(sealed, row) == "sk-test"
    assert not rotated.is_current(sealed)
    assert rotated.is_current(rotated.seal("sk-test", row))
    with pytest.raises(SecretUnreadable):
        KeyVault(OTHER).open(sealed, row)


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        KeyVault(b"short")
