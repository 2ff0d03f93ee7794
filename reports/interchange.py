"""The report as canonical JSON: the lossless form, kept in the store and published as ideas.json.

Canonical means that equal reports are equal bytes: keys in the order of the fields, two spaces
of indent, text as it is (UTF-8, not escaped), numbers rounded to `SIGNIFICANT_DIGITS`, whole
numbers without a decimal point.
"""

import ast
import inspect
import json
from dataclasses import is_dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import groundswell.report
from groundswell.errors import StoreError
from groundswell.report import Changes, DraftPreview, IdeaReport, ModelReport, ReleasePlan

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SIGNIFICANT_DIGITS = 10
"""Enough that a waterfall's bars still sum to its priority within 1e-9, few enough that sums
taken in another order (about 1e-13 apart) are written alike."""
_SHORT = f".{SIGNIFICANT_DIGITS}g"


def to_json(report: IdeaReport) -> str:
    """Return the report as canonical JSON, ending in a newline.

    Raises
    ------
    ValueError
        A number is infinite or not a number.
    """
    values = rounded(_adapter().dump_python(report, mode="json"))
    return json.dumps(values, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def changes_json(changes: Changes) -> str:
    """Return what changed since the run before as canonical JSON, ending in a newline."""
    from pydantic import TypeAdapter

    values = rounded(TypeAdapter(Changes).dump_python(changes, mode="json"))
    return json.dumps(values, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def plan_json(plan: ReleasePlan) -> str:
    """Return a release plan as canonical JSON, ending in a newline."""
    from pydantic import TypeAdapter

    values = rounded(TypeAdapter(ReleasePlan).dump_python(plan, mode="json"))
    return json.dumps(values, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def from_json(text: str) -> IdeaReport:
    """Read what `to_json` wrote; fields that a newer program has added are passed over.

    Raises
    ------
    StoreError
        The text is not a report of this version.
    """
    from pydantic import ValidationError

    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the start"
        raise StoreError(
            f"saved report: {place}: {first['msg']}; it was written by another version,"
            " 'groundswell run' writes a new one"
        ) from None


def plan_from_json(text: str) -> ReleasePlan:
    """Read what `plan_json` wrote; fields that a newer program has added are passed over.

    Raises
    ------
    StoreError
        The text is not a plan of this version.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(ReleasePlan).validate_json(text)
    except ValidationError:
        raise StoreError(
            "plan.json: not a release plan of this version; 'groundswell plan' writes a new one"
        ) from None


def preview_json(preview: DraftPreview) -> str:
    """Return what a draft would change as JSON."""
    from pydantic import TypeAdapter

    return TypeAdapter(DraftPreview).dump_json(preview).decode()


def preview_from_json(text: str) -> DraftPreview | None:
    """Read what `preview_json` wrote; None: another version did, so it is to be made anew."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(DraftPreview).validate_json(text)
    except ValidationError:
        return None


def model_json(report: ModelReport) -> str:
    """Return what was found of a challenger as canonical JSON, ending in a newline."""
    from pydantic import TypeAdapter

    values = rounded(TypeAdapter(ModelReport).dump_python(report, mode="json"))
    return json.dumps(values, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def model_from_json(text: str) -> ModelReport | None:
    """Read what `model_json` wrote; None: another version did."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(ModelReport).validate_json(text)
    except ValidationError:
        return None


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of what `to_json` writes."""
    values = _adapter().json_schema(mode="serialization")
    definitions: dict[str, Any] = values.pop("$defs")
    described = _told("IdeaReport", values)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **described,
        "$defs": {name: _told(name, definitions[name]) for name in sorted(definitions)},
    }


def described(kind: object, definition: dict[str, Any]) -> dict[str, Any]:
    """Carry the sentences of a dataclass and of its fields over into its schema."""
    if not isinstance(kind, type) or not is_dataclass(kind):
        return definition
    sentences = _field_sentences(inspect.getsource(kind))
    properties = {
        field: {**found, "description": sentences[field]} if field in sentences else found
        for field, found in definition["properties"].items()
    }
    return {"description": inspect.getdoc(kind), **definition, "properties": properties}


def rounded(value: Any) -> Any:
    """Round every number of a JSON value as `significant` does."""
    if isinstance(value, float):
        return significant(value)
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else value


def significant(value: float) -> float:
    """Round to `SIGNIFICANT_DIGITS`; a whole number becomes an int, so 3.0 is written 3."""
    if type(value) is int and abs(value) < 10**SIGNIFICANT_DIGITS:
        return value
    short = float(format(value, _SHORT))
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def spelt(value: float) -> str:
    """Write a number out as `significant` leaves it; most are spelt so at once."""
    if type(value) is int and abs(value) < 10**SIGNIFICANT_DIGITS:
        return str(value)
    text = format(value, _SHORT)
    plain = "e" not in text and "n" not in text and text != "-0"  # nor nan, nor inf
    return text if plain else repr(significant(value))


@cache
def _adapter() -> "TypeAdapter[IdeaReport]":
    from pydantic import TypeAdapter

    return TypeAdapter(IdeaReport)


def _told(name: str, definition: dict[str, Any]) -> dict[str, Any]:
    return described(getattr(groundswell.report, name, None), definition)


def _field_sentences(source: str) -> dict[str, str]:
    statements = ast.parse(source).body[0].body  # type: ignore[attr-defined]
    sentences = {}
    for field, text in pairwise(statements):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match text:
                case ast.Expr(value=ast.Constant(value=str(sentence))):
                    sentences[field.target.id] = inspect.cleandoc(sentence).replace("\n", " ")
    return sentences
