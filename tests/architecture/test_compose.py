"""compose.yaml fits its schema and asks for every secret; its services are wired to each other."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from app.cli import COMMANDS
from app.settings import Settings
from tests.architecture.checkout import ROOT
from tests.architecture.composition import VariableMissing, filled, services, written
from tests.architecture.settings_table import variable

SCHEMA = Path(__file__).parent / "vendor" / "compose-spec.json"
SECRETS = {
    name: f"{name.lower()}-0123456789abcdef0123456789abcdef"
    for name in (
        *("POSTGRES_PASSWORD", "LUMEN_SECRET_KEY", "LUMEN_SETUP_TOKEN"),
        *("S3_ACCESS_KEY", "S3_SECRET_KEY"),
    )
}
LUMEN = ("web", "worker", "models", "migrate")
# What makes no sense with one process a container, or is given in another way.
NOT_IN_COMPOSE = {
    *("LUMEN_SECRET_KEY_FILE", "LUMEN_SECRET_KEY_OLD_FILE"),
    *("LUMEN_WEB_PROCESSES", "LUMEN_WORKER_PROCESSES"),
}


def schema_errors(document: object) -> list[str]:
    validator = Draft7Validator(json.loads(SCHEMA.read_text()))
    return [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(document)]


@pytest.mark.parametrize("variables", [None, SECRETS], ids=["as written", "filled in"])
def test_the_file_fits_the_compose_schema(variables: dict[str, str] | None) -> None:
    document = written()
    assert not schema_errors(document if variables is None else filled(document, variables))


def test_the_schema_would_catch_a_slip() -> None:
    document = written()
    document["services"]["web"]["depend_on"] = ["db"]
    document["services"]["db"]["healthcheck"]["test"] = 5
    assert len(schema_errors(document)) >= 2


@pytest.mark.parametrize("name", SECRETS)
def test_without_a_secret_nothing_starts(name: str) -> None:
    others = {key: value for key, value in SECRETS.items() if key != name}
    with pytest.raises(VariableMissing, match=name):
        services(others)
    with pytest.raises(VariableMissing, match=name):
        services({**others, name: ""})


def test_no_secret_stands_in_the_file() -> None:
    text = (ROOT / "compose.yaml").read_text()
    secret = r"^\s+\w*(?:PASSWORD|SECRET|TOKEN|ACCESS_KEY)\w*: *(\S.*)$"
    given = re.findall(secret, text, re.MULTILINE)
    assert len(given) >= 6
    assert all(value.startswith("${") and ":?" in value for value in given)


def test_the_how_to_makes_every_secret() -> None:
    page = (ROOT / "runbooks" / "how-to" / "run-in-production.md").read_text()
    made = re.search(r"^for name in (.*?); do", page, re.MULTILINE)
    assert made is not None
    assert set(made.group(1).split()) == set(SECRETS)


def test_every_setting_can_be_set() -> None:
    known = {variable(name, field) for name, field in Settings.model_fields.items()}
    for name in LUMEN:
        entries = set(services(SECRETS)[name].definition["environment"])
        assert known - entries == NOT_IN_COMPOSE
        assert entries - known == {"PGPASSWORD"}


def test_what_is_set_is_valid_for_lumen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in services(SECRETS)["web"].environment({}).items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.secret() == SECRETS["LUMEN_SECRET_KEY"]
    assert settings.setup_secret() == SECRETS["LUMEN_SETUP_TOKEN"]
    assert not settings.embedded
    assert settings.blob_location == "s3://lumen/blobs"
    assert str(settings.models_socket_path) == "/run/lumen/models.sock"


def test_services_find_each_other() -> None:
    composed = services(SECRETS)
    networks = {
        name: set(service.definition.get("networks", [])) for name, service in composed.items()
    }
    for name in LUMEN:
        assert composed[name].command[0] in COMMANDS
        entries = composed[name].environment({})
        for place in ("DATABASE_URL", "LUMEN_S3_ENDPOINT_URL"):
            host = re.sub(r"^.*?//(?:.*@)?([^:/]+).*$", r"\1", entries[place])
            assert host in composed
            assert networks[host] & networks[name]
    assert composed["db"].environment({})["POSTGRES_PASSWORD"] == entries["PGPASSWORD"]
    objects = composed["objects"].environment({})
    assert objects["AWS_ACCESS_KEY_ID"] == entries["LUMEN_S3_ACCESS_KEY"]
    assert objects["AWS_SECRET_ACCESS_KEY"] == entries["LUMEN_S3_SECRET_KEY"]
    assert "-bucket=lumen" in composed["objects"].command


def test_only_the_proxy_is_reached_from_outside() -> None:
    composed = services(SECRETS)
    assert [name for name, service in composed.items() if "ports" in service.definition] == [
        "proxy"
    ]
    assert written()["networks"]["inside"]["internal"] is True
    for name in ("db", "objects", "models", "worker", "migrate"):
        assert composed[name].definition["networks"] == ["inside"]
    trusted = composed["web"].environment({})["LUMEN_TRUSTED_PROXIES"]
    front = filled(written(), SECRETS)["networks"]["front"]
    assert front["ipam"]["config"][0]["subnet"] == trusted


def test_whoever_waits_for_health_waits_for_somebody_who_says() -> None:
    composed = services(SECRETS)
    for service in composed.values():
        for other, how in service.definition.get("depends_on", {}).items():
            check = composed[other].definition.get("healthcheck", {})
            if how["condition"] == "service_healthy":
                assert check.get("test"), f"{service.name} waits for {other}"
            else:
                assert composed[other].definition["restart"] == "no"


def test_every_service_is_bounded_and_comes_back() -> None:
    for name, service in services(SECRETS).items():
        if name == "migrate":
            continue
        assert service.definition["restart"] == "unless-stopped"
        assert service.definition["deploy"]["resources"]["limits"]["memory"]
    for name in LUMEN:
        definition = services(SECRETS)[name].definition
        assert definition["cap_drop"] == ["ALL"]
        assert definition["security_opt"] == ["no-new-privileges:true"]


def test_every_volume_and_config_is_declared_and_used() -> None:
    document = written()
    used = {
        volume.split(":")[0]
        for service in document["services"].values()
        for volume in service.get("volumes", [])
    }
    assert used == set(document["volumes"])
    assert document["services"]["proxy"]["configs"][0]["source"] in document["configs"]


def test_images_are_pinned() -> None:
    for service in services(SECRETS).values():
        image, _, tag = service.definition["image"].rpartition(":")
        assert image
        assert re.search(r"\d+\.\d+", tag), service.definition["image"]
