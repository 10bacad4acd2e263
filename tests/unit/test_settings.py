"""Settings: defaults that work, and refusals that say which variable."""

import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings

KEY = "k" * 32


def test_the_defaults_serve_on_loopback_with_an_embedded_database() -> None:
    settings = Settings()
    assert (settings.host, settings.embedded) == ("127.0.0.1", True)
    assert settings.providers_may_be_private


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    secret = settings.secret()
    assert len(secret) == 64
    assert Settings(data_dir=tmp_path).secret() == secret
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_an_external_database_demands_a_secret() -> None:
    with pytest.raises(ValueError, match="LUMEN_SECRET_KEY"):
        Settings(database_url="postgresql://db/lumen").secret()


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        Settings(secret_key="short").secret()  # pyright: ignore[reportArgumentType]


def test_the_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    assert Settings(secret_key_file=file).secret() == KEY


def test_hosts_with_one_secret_agree_on_the_setup_token() -> None:
    one, two = (Settings(secret_key=KEY).setup_secret() for _ in range(2))  # pyright: ignore[reportArgumentType]
    assert one == two
    assert KEY not in one


def test_private_providers_are_off_with_an_external_database_unless_allowed() -> None:
    url = "postgresql://db/lumen"
    assert not Settings(database_url=url).providers_may_be_private
    assert Settings(database_url=url, private_providers=True).providers_may_be_private


def test_proxies_are_a_list_with_commas() -> None:
    proxies = Settings(trusted_proxies="10.0.0.1, 10.1.0.0/16").trusted_proxies  # pyright: ignore[reportArgumentType]
    assert proxies == ["10.0.0.1", "10.1.0.0/16"]


def test_a_port_out_of_range_names_its_field() -> None:
    with pytest.raises(ValidationError, match="port"):
        Settings(port=70000)


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trusted_proxies", "*"),
        ("trusted_proxies", "10.0.0.1/8"),
        ("trusted_proxies", "proxy"),
        ("allowed_hosts", "*"),
        ("allowed_hosts", "https://docs.example.com"),
        ("allowed_hosts", "docs.example.com:8000"),
        ("allowed_hosts", "docs.*.com"),
        ("cors_origins", "*"),
        ("cors_origins", "null"),
        ("cors_origins", "https://*"),
        ("cors_origins", "app.example.com"),
        ("cors_origins", "https://app.example.com/"),
        ("cors_origins", "https://*.example.com,https://a.*.com"),
        ("public_url", "docs.example.com"),
        ("public_url", "ftp://docs.example.com"),
    ],
)
def test_who_is_let_in_is_named_exactly(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=r"no|neither") as refused:
        Settings(**{name: value})  # pyright: ignore[reportArgumentType]
    assert refused.value.errors()[0]["loc"] == (name,)


def test_who_is_let_in_may_be_several() -> None:
    settings = Settings(
        trusted_proxies="10.0.0.0/8, ::1",  # pyright: ignore[reportArgumentType]
        allowed_hosts="docs.example.com, *.docs.lan, 10.0.0.1, ::1",  # pyright: ignore[reportArgumentType]
        cors_origins="https://app.example.com,https://*.example.com:8443,http://[::1]:3000",  # pyright: ignore[reportArgumentType]
        public_url="https://Docs.example.com:8443/lumen",
    )
    assert [len(settings.trusted_proxies), len(settings.allowed_hosts)] == [2, 4]
    assert (settings.public_host, settings.public_scheme) == ("docs.example.com", "https")
    assert Settings(public_url="").public_host is None
