"""Copies of backups in S3, or what speaks it: BACKUP_S3_URL.

A copy has the files of the backup's folder under its name; the manifest comes last, so
that what has none is not whole. Old ones are the bucket's to delete (a rule of its
lifecycle): the key here need not be allowed to.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from animecollections.ops.backups import MANIFEST, BackupError, sha256

HASH = "sha256"  # as each object's metadata name it


class Bucket:
    """`https://KEY:SECRET@host/bucket/prefix?region=eu-central-1`"""

    def __init__(self, url: str) -> None:
        try:
            import boto3
            from botocore.config import Config
        except ImportError:
            raise BackupError(
                "BACKUP_S3_URL needs boto3: pip install -r requirements-s3.txt."
            ) from None
        parts = urlsplit(url)
        self.name, _, prefix = parts.path.strip("/").partition("/")
        self.prefix = f"{prefix}/" if prefix else ""
        port = f":{parts.port}" if parts.port else ""
        [region] = parse_qs(parts.query).get("region", ["us-east-1"])
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=f"{parts.scheme}://{parts.hostname}{port}",
            aws_access_key_id=unquote(parts.username or ""),
            aws_secret_access_key=unquote(parts.password or ""),
            region_name=region,
            config=Config(
                s3={"addressing_style": "path"},
                # What speaks S3 without being Amazon's mostly knows no newer sums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def copy(self, folder: Path) -> int:
        """Every file of a backup, read back; how many bytes there are."""
        files = sorted(folder.iterdir(), key=lambda file: file.name == MANIFEST)
        with trouble():
            for file in files:
                key, hash_ = f"{self.prefix}{folder.name}/{file.name}", sha256(file)
                more = {"Metadata": {HASH: hash_}}
                self.client.upload_file(str(file), self.name, key, ExtraArgs=more)
                kept = self.client.head_object(Bucket=self.name, Key=key)
                size = file.stat().st_size
                if (kept["ContentLength"], kept["Metadata"].get(HASH)) != (size, hash_):
                    raise BackupError(f"The copy of {file.name} differs.")
        return sum(file.stat().st_size for file in files)

    def names(self) -> list[str]:
        """Of the copies that are whole, oldest first."""
        with trouble():
            return sorted(
                key.removeprefix(self.prefix).removesuffix(f"/{MANIFEST}")
                for key in self.keys(self.prefix)
                if key.endswith(f"/{MANIFEST}")
            )

    def keys(self, prefix: str) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.name, Prefix=prefix):
            yield from (one["Key"] for one in page.get("Contents", ()))

    def fetch(self, name: str, folder: Path) -> None:
        """Into an empty folder."""
        prefix = f"{self.prefix}{name}/"
        with trouble():
            for key in self.keys(prefix):
                file = folder / Path(key).name
                self.client.download_file(self.name, key, str(file))


class trouble:  # noqa: N801  (a context, as contextlib's)
    """What the storage says, as a sentence: never with the key."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        if isinstance(error, Boto3Error | BotoCoreError | ClientError):
            raise BackupError(f"The storage of copies said: {error}.") from None
