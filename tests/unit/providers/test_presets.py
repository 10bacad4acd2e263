"""Presets lead somewhere that the address rules let through, unless they are filled in first."""

import re

import pytest

from providers.addresses import check_url
from providers.presets import OTHER, PRESET_IDS, PRESETS, Preset

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def test_ids_and_slugs_are_there_once():
    assert len(PRESET_IDS) == len(PRESETS)
    slugs = [preset.slug for preset in PRESETS if preset.id != OTHER]
    assert len(set(slugs)) == len(slugs)
    assert all(SLUG.fullmatch(slug) for slug in slugs)


@pytest.mark.parametrize("preset", [each for each in PRESETS if each.base_url], ids=lambda p: p.id)
def test_an_address_is_one_that_may_be_reached(preset: Preset):
    check_url(preset.base_url, allow_private=preset.is_local)
    assert preset.base_url.endswith("/v1")
    assert preset.is_local == preset.base_url.startswith("http://")
    assert preset.needs_key == bool(preset.key_url)
