"""Which words are host names in a project's settings."""

import pytest

from app.api.project_settings import ProjectSettings, WebSettings, merged
from app.errors import InvalidRequest


@pytest.mark.parametrize(
    "domain",
    [
        "https://example.com", "example.com/path", "example.com:80", "*.example.com", "com", "",
        "exa mple.com", "10.0.0.7", "-.example", "a..b", "user@example.com", "x" * 249 + ".com",
        "ex\u202eample.com", "[::1]", "example.com?q", "example.com#f", "ex\u0000ample.com",
    ],
)  # fmt: skip
def test_what_is_no_host_name_is_refused(domain: str):
    with pytest.raises(InvalidRequest) as caught:
        merged({}, ProjectSettings(web=WebSettings(exclude_domains=[domain])))

    assert caught.value.issues[0]["path"] == ["settings", "web", "excludeDomains", "0"]


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("Example.COM", "example.com"),
        (" example.com. ", "example.com"),
        ("www.example.com", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("ｅｘａｍｐｌｅ.com", "example.com"),
        ("a-b.co.uk", "a-b.co.uk"),
    ],
)
def test_a_host_name_is_kept_in_one_spelling(given: str, plain: str):
    kept = merged({}, ProjectSettings(web=WebSettings(include_domains=[given])))

    assert isinstance(web := kept["web"], dict)
    assert web["includeDomains"] == [plain]
