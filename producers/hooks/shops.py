"""The shops file: the connections to foreign systems, with their secrets read from where the file says."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from pydantic import ValidationError, model_validator
from pydantic_core import PydanticCustomError

from daybook.producers.adapters.contract import Adapter, SecretReference, Shop
from daybook.producers.adapters.mapping import MappingAdapter
from daybook.producers.adapters.mapping.document import MappingFile
from daybook.producers.adapters.registry import ADAPTERS
from daybook.schemas.lines import Strict
from daybook.schemas.validation import first_problem

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_LONGEST_SECRET: Final = 4096


class ShopsFileError(Exception):
    """The shops file, or something that it names, cannot be used; the message is one sentence."""


class ShopsFile(Strict):
    """All connections to foreign systems."""

    shops: list[Shop]

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        for what, found in (
            ("name", [shop.name for shop in self.shops]),
            ("source", [shop.source for shop in self.shops]),
        ):
            if len(set(found)) != len(found):
                raise PydanticCustomError("duplicate_shop", f"shops: two have the same {what}")
        return self


@dataclass(frozen=True, slots=True)
class Connection:
    """A shop with its adapter, its secrets and its token, which no ``repr`` shows."""

    shop: Shop
    adapter: Adapter
    secrets: tuple[bytes, ...] = field(repr=False)
    api_token: str | None = field(default=None, repr=False)


def load_shops(path: Path, environment: Mapping[str, str]) -> dict[str, Connection]:
    """The connections by name. Relative paths in the file are meant from its folder.

    Raises:
        ShopsFileError: the file is not valid, or a secret cannot be had; never tells what a secret holds.
    """
    try:
        shops = ShopsFile.model_validate_json(path.read_bytes()).shops
    except OSError as error:
        raise ShopsFileError(f"The shops file {path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise ShopsFileError(f"The shops file {path} is not valid: {first_problem(error)}.") from None
    return {shop.name: _connection(shop, path.parent, environment) for shop in shops}


def _connection(shop: Shop, folder: Path, environment: Mapping[str, str]) -> Connection:
    secrets = tuple(_secret(shop, reference, folder, environment) for reference in shop.secrets)
    token = None
    if shop.api_token is not None:
        token = _secret(shop, shop.api_token, folder, environment).decode("utf-8", "replace")
    return Connection(shop, _adapter(shop, folder), secrets, token)


def _adapter(shop: Shop, folder: Path) -> Adapter:
    if shop.adapter != "mapping":
        return ADAPTERS[shop.adapter]()
    if shop.mapping_file is None:
        raise ShopsFileError(f"Shop {shop.name}: the adapter `mapping` needs a mapping_file.")
    path = folder / shop.mapping_file
    try:
        return MappingAdapter(MappingFile.model_validate_json(path.read_bytes()).root)
    except OSError as error:
        raise ShopsFileError(f"Shop {shop.name}: {path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise ShopsFileError(f"Shop {shop.name}: {path} is no mapping: {first_problem(error)}.") from error


def _secret(shop: Shop, reference: SecretReference, folder: Path, environment: Mapping[str, str]) -> bytes:
    if reference.env is not None:
        found = environment.get(reference.env, "").encode("utf-8", "surrogateescape")
        where = f"the environment variable {reference.env}"
    else:
        assert reference.file is not None
        path = folder / reference.file
        where, found = str(path), _private(shop, path)
    if not found.strip():
        raise ShopsFileError(f"Shop {shop.name}: {where} holds no secret.")
    return found.strip()


def _private(shop: Shop, path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise ShopsFileError(f"Shop {shop.name}: {path} can be read by others: run chmod 600 on it.")
            return file.read(_LONGEST_SECRET)
    except OSError as error:
        raise ShopsFileError(f"Shop {shop.name}: {path} cannot be read: {error.strerror}.") from error
