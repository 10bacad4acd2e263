from uuid import uuid4

import pytest

from providers.errors import ModelUnknown, NoProvider
from providers.resolution import Offer, resolve

ACME = Offer(uuid4(), "acme", ["small", "large"], is_default=True)
ZETA = Offer(uuid4(), "zeta", ["large", "meta/llama", "acme/small"])
BETA = Offer(uuid4(), "beta", ["tiny", "meta/llama"])
OFF = Offer(uuid4(), "off", ["secret"], is_enabled=False)
ALL = [ZETA, OFF, BETA, ACME]


@pytest.mark.parametrize(
    ("requested", "project", "wanted"),
    [
        (None, None, "acme/small"),
        ("", "", "acme/small"),
        ("large", None, "acme/large"),
        ("zeta/large", None, "zeta/large"),
        ("meta/llama", None, "beta/meta/llama"),
        ("zeta/meta/llama", None, "zeta/meta/llama"),
        ("acme/small", None, "acme/small"),
        (None, "tiny", "beta/tiny"),
        ("zeta/large", "tiny", "zeta/large"),
        (None, "gone", "acme/small"),
        (None, "off/secret", "acme/small"),
    ],
)
def test_the_request_goes_before_the_project_and_both_before_the_default(
    requested: str | None, project: str | None, wanted: str
):
    assert resolve(ALL, requested=requested, project=project).id == wanted


@pytest.mark.parametrize("requested", ["gone", "secret", "off/secret", "acme", "acme/", "/small"])
def test_an_unknown_request_is_an_error_and_never_another_model(requested: str):
    with pytest.raises(ModelUnknown):
        resolve(ALL, requested=requested, project="tiny")


def test_the_order_of_rows_changes_nothing():
    assert resolve([ZETA, BETA], requested="meta/llama") == resolve(
        [BETA, ZETA], requested="meta/llama"
    )
    assert resolve([ZETA, BETA]).id == "beta/tiny"


@pytest.mark.parametrize("offers", [[], [OFF], [Offer(uuid4(), "bare", [])]])
def test_without_an_enabled_provider_there_is_no_model(offers: list[Offer]):
    with pytest.raises(NoProvider):
        resolve(offers)
