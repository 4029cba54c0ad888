"""Custom measures: exact expressions over the stored measures, such as ``-reversals / gross``.

An expression knows names, whole and decimal numbers, ``+ - * /``, a sign and brackets, and nothing else. It
is read by Python's own parser and then held against a list of what is allowed, so nothing in it is ever run.
Values are Fractions; what divides by zero has no value. Money and counts are never added to each other.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from operator import add, mul, sub, truediv
from typing import Final, NamedTuple

from daybook.ledger import measures as m

MAX_LENGTH: Final = 500
_MAX_DEPTH: Final = 40
DERIVED: Final[dict[str, str]] = {
    "net": "gross + discounts + reversals",
    "total": "gross + discounts + reversals + tax + shipping + fees",
    "charged": "gross + discounts + reversals + tax + shipping + fees + tips + gift_cards + adjustments",
    "net_units": "units - returned_units",
    "aov": "(gross + discounts) / orders",
    "upt": "(units - returned_units) / orders",
}
"""Names beside the stored measures, and what they stand for (``docs/definitions.md``)."""
_MONEY_SHIFTS: Final = frozenset(name for name in m.SHIFTS if name.removesuffix("_shift") in m.MONEY)
_OPERATORS: Final[dict[type[ast.operator], str]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_APPLY: Final[dict[str, Callable[[Fraction, Fraction], Fraction]]] = {
    "+": add, "-": sub, "*": mul, "/": truediv,
}  # fmt: skip


class ExpressionError(ValueError):
    """An expression that cannot be read. ``column`` counts from 1; the text says what is wrong there."""

    def __init__(self, problem: str, column: int) -> None:
        super().__init__(f"column {column}: {problem}")
        self.problem = problem
        self.column = column


class Number(NamedTuple):
    """A constant."""

    value: Fraction


class Stored(NamedTuple):
    """A stored measure, by its place in a vector."""

    place: int


class Operation(NamedTuple):
    """Two nodes and what is done with them: ``+``, ``-``, ``*`` or ``/``."""

    sign: str
    left: Node
    right: Node


Node = Number | Stored | Operation
_Dimension = int | None
"""Power of money in a value: 1 for money, 0 for a count or a ratio; None for a number, which fits any."""


class Expression(NamedTuple):
    """A checked expression. ``unit``: ``minor units``, ``count`` or ``millionths`` (a ratio)."""

    text: str
    node: Node
    unit: str

    def value(self, vector: Sequence[int]) -> Fraction | None:
        """The exact value for a vector of stored measures; None where it divides by zero."""
        return _value(self.node, vector)


class Vocabulary(NamedTuple):
    """The measures that expressions are about: those kept, in order; which are money; and derived ones."""

    stored: tuple[str, ...]
    money: frozenset[str]
    derived: Mapping[str, str]


SALES: Final = Vocabulary(m.STORED, frozenset(m.MONEY) | _MONEY_SHIFTS, DERIVED)
"""The measures of sales."""


def parse(
    text: str, custom: Mapping[str, Expression] | None = None, vocabulary: Vocabulary = SALES
) -> Expression:
    """Read an expression. ``custom`` holds measures that it may use beside the stored and derived ones.

    Raises:
        ExpressionError: it is not one, with the column at which it goes wrong.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters", MAX_LENGTH + 1)
    foreign = next((place for place, character in enumerate(text, 1) if not " " <= character <= "~"), None)
    if foreign:
        raise ExpressionError("only letters, digits and signs of ASCII can stand here", foreign)
    reader = _Reader(text, custom or {}, vocabulary)
    node, dimension = reader.read()
    if dimension not in (None, 0, 1):
        raise ExpressionError("the result is neither money nor a count nor a ratio", 1)
    return Expression(text, node, _unit(node, dimension))


def parse_all(texts: Mapping[str, str]) -> dict[str, Expression]:
    """Read named expressions; each may use those before it.

    Raises:
        ExpressionError: one cannot be read, or its name is taken. The problem begins with the name.
    """
    found: dict[str, Expression] = {}
    for name, text in texts.items():
        if name in m.STORED or name in DERIVED:
            raise ExpressionError(f"{name}: is the name of a measure that there is", 1)
        try:
            found[name] = parse(text, found)
        except ExpressionError as error:
            raise ExpressionError(f"{name}: {error.problem}", error.column) from None
    return found


def stored_names(node: Node, vocabulary: Vocabulary = SALES) -> Iterator[str]:
    """The stored measures in an expression, each as often as it stands there."""
    if isinstance(node, Stored):
        yield vocabulary.stored[node.place]
    elif isinstance(node, Operation):
        yield from stored_names(node.left, vocabulary)
        yield from stored_names(node.right, vocabulary)


class _Reader:
    """Turns Python's syntax tree into ours, or says where it cannot."""

    def __init__(self, text: str, custom: Mapping[str, Expression], vocabulary: Vocabulary) -> None:
        # Leading blanks would be an indentation to Python; columns are told of the text as it came.
        self._text = text.lstrip(" ")
        self._before = len(text) - len(self._text) + 1
        self._custom = custom
        self._known = vocabulary

    def read(self) -> tuple[Node, _Dimension]:
        """The tree and its dimension."""
        try:
            tree = ast.parse(self._text, mode="eval")
        except SyntaxError as error:
            end = len(self._text) + 1
            column = min(error.offset or end, end)
            raise ExpressionError("cannot be read from here on", column + self._before - 1) from None
        except (ValueError, RecursionError, MemoryError):
            raise ExpressionError("cannot be read", self._before) from None
        return self._node(tree.body, 0)

    def _node(self, tree: ast.expr, depth: int) -> tuple[Node, _Dimension]:
        if depth > _MAX_DEPTH:
            raise self._error("nested too deeply", tree)
        if isinstance(tree, ast.Name):
            return self._name(tree)
        if isinstance(tree, ast.Constant):
            return self._number(tree), None
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, (ast.USub, ast.UAdd)):
            node, dimension = self._node(tree.operand, depth + 1)
            return (_negative(node) if isinstance(tree.op, ast.USub) else node), dimension
        if isinstance(tree, ast.BinOp) and type(tree.op) in _OPERATORS:
            return self._operation(tree, _OPERATORS[type(tree.op)], depth)
        raise self._error("only names, numbers, + - * / and brackets can stand here", tree)

    def _name(self, tree: ast.Name) -> tuple[Node, _Dimension]:
        name = tree.id
        if name in self._known.stored:
            return Stored(self._known.stored.index(name)), int(name in self._known.money)
        if name in self._custom:
            known = self._custom[name]
        elif name in self._known.derived:
            known = parse(self._known.derived[name], vocabulary=self._known)
        else:
            shown = [each for each in self._known.stored if not each.endswith("_shift")]
            names = ", ".join((*shown, *self._known.derived, *self._custom))
            raise self._error(f"{name} is no measure; there are {names}", tree)
        return known.node, 1 if known.unit == "minor units" else 0

    def _number(self, tree: ast.Constant) -> Number:
        text = ast.get_source_segment(self._text, tree) or ""
        # The text, not Python's value: 0.1 is a tenth here and not the float beside it.
        whole, _, part = text.partition(".")
        if not (whole + part).isdigit():
            raise self._error("a number is written as 12 or 0.05", tree)
        return Number(Fraction(f"{whole or 0}.{part or 0}"))

    def _operation(self, tree: ast.BinOp, sign: str, depth: int) -> tuple[Node, _Dimension]:
        left, one = self._node(tree.left, depth + 1)
        right, other = self._node(tree.right, depth + 1)
        node = Operation(sign, left, right)
        if sign == "*":
            return node, other if one is None else one if other is None else one + other
        if sign == "/":
            return node, one if other is None else (one or 0) - other
        if one is not None and other is not None and one != other:
            raise self._error("money and counts cannot be added to each other", tree)
        return node, other if one is None else one

    def _error(self, problem: str, tree: ast.expr) -> ExpressionError:
        return ExpressionError(problem, tree.col_offset + self._before)


def _negative(node: Node) -> Node:
    return Operation("-", Number(Fraction(0)), node)


def _unit(node: Node, dimension: _Dimension) -> str:
    if dimension == 1:
        return "minor units"
    return "count" if dimension == 0 and _whole(node) else "millionths"


def _whole(node: Node) -> bool:
    """Whether the value is a whole number whatever the measures are."""
    if isinstance(node, Operation):
        return node.sign != "/" and _whole(node.left) and _whole(node.right)
    return isinstance(node, Stored) or node.value.denominator == 1


def _value(node: Node, vector: Sequence[int]) -> Fraction | None:
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Stored):
        return Fraction(vector[node.place])
    left, right = _value(node.left, vector), _value(node.right, vector)
    if left is None or right is None or (node.sign == "/" and right == 0):
        return None
    return _APPLY[node.sign](left, right)
