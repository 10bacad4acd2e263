"""How to reach an S3-compatible store."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class S3Options:
    """How to reach the store; what is None is left to boto3's own search.

    Attributes:
        endpoint_url: Address of an S3-compatible store other than Amazon's.
        region: Region name; many stores take any.
        access_key: Key id.
        secret_key: Its secret.
    """

    endpoint_url: str | None = None
    region: str | None = None
    access_key: str | None = None
    secret_key: str | None = None
