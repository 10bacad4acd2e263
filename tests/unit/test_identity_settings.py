"""Settings of mail and single sign-on: what does not fit, or leaves no way in, does not start."""

import re
from typing import get_args

import pytest
from pydantic import ValidationError

from app.accounts.oidc_problems import Problem
from app.settings import Settings
from tests.architecture.checkout import ROOT, text_of


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"smtp_url": "http://mail.example.com"}, "smtp://"),
        ({"smtp_url": "smtp://"}, "smtp://"),
        ({"smtp_url": "smtp://mail.example.com"}, "LUMEN_SMTP_FROM"),
        ({"oidc_issuer": "login.example.com", "oidc_client_id": "x"}, "https://"),
        ({"oidc_issuer": "https://login.example.com?x=1", "oidc_client_id": "x"}, "https://"),
        ({"oidc_issuer": "https://login.example.com"}, "LUMEN_OIDC_CLIENT_ID"),
        ({"oidc_scopes": "profile email"}, "openid"),
        ({"local_sign_in": False}, "LUMEN_OIDC_ISSUER"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(values: dict[str, object], named: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(named)):
        Settings(**values)  # pyright: ignore[reportArgumentType]


def test_what_is_set_to_nothing_is_not_set() -> None:
    settings = Settings(smtp_url="", oidc_issuer="")  # pyright: ignore[reportArgumentType]
    assert (settings.smtp_url, settings.oidc_issuer) == (None, None)


def test_a_refusal_shows_no_password() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(smtp_url="http://me:secret-word@mail")  # pyright: ignore[reportArgumentType]
    assert "secret-word" not in str(refused.value)


def test_every_problem_of_single_sign_on_is_explained() -> None:
    page = text_of(ROOT / "runbooks" / "sign-in-refused.md")
    assert not [problem for problem in get_args(Problem) if f"| `{problem}` |" not in page]
