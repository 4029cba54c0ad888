"""The import-linter contract "this folder may import those": one line per folder in pyproject.toml."""

from __future__ import annotations

from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

ROOT = "daybook"


def package_of(module: str) -> str:
    """The child of the root package that a module is in: ``daybook.ledger`` of ``daybook.ledger.money``."""
    return ".".join(module.split(".")[:2])


class MayImport(Contract):
    """Holds a package to a list of the others that it may import.

    Import-linter's own forbidden contract wants every forbidden module named; here a new module of the
    composition root is forbidden to the folders from the day it is made.
    """

    package = fields.StringField()
    may_import = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - its caller
        """Looks at direct imports only: every way round through others is made of those."""
        package = cast("str", self.package)
        allowed = {package, *cast("list[str]", self.may_import)}
        illegal = [
            (importer, imported)
            for importer in sorted({package} | graph.find_descendants(package))
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported.split(".")[0] == ROOT and package_of(imported) not in allowed
        ]
        return ContractCheck(kept=not illegal, metadata={"illegal": illegal})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Prints one line for each import that has to go."""
        for importer, imported in check.metadata["illegal"]:
            output.print_error(f"{importer} may not import {imported}")
