"""What the formulas refuse, by name.

Every refusal is a `FormulaError` with a `code` and its `parameters`, so that an outer floor can word it in another
language; `str(error)` is the English sentence.
"""


class FormulaError(ValueError):
    """The input cannot be computed with. `code` is stable; `parameters` are what the sentence names."""

    code = "formula_error"
    sentence = "The input cannot be computed with: {name}."

    def __init__(self, **parameters: object) -> None:
        self.parameters = parameters
        super().__init__(self.sentence.format(**parameters))


class EmptyInputError(FormulaError):
    """Nothing to compute with: no rows, no agents, no criteria."""

    code = "empty_input"
    sentence = "{name} is empty: pass at least one value."


class ShapeError(FormulaError):
    """Two inputs that belong together have different lengths."""

    code = "shape_mismatch"
    sentence = "{name} has {got} values where {expected} are needed: pass one value for each."


class ValueRangeError(FormulaError):
    """A number is missing, infinite or outside of its range."""

    code = "value_out_of_range"
    sentence = "{name} must be {rule}; found {value}."


class MissingColumnError(FormulaError):
    """A frame lacks a column that the formula reads."""

    code = "missing_column"
    sentence = "The frame has no column {name}; it has {columns}. Rename the column or add it."


class UnknownOptionError(FormulaError):
    """An option, rule or criterion that does not exist was asked for."""

    code = "unknown_option"
    sentence = "{name} cannot be {value}; choose one of {options}."


class NotIdentifiedError(FormulaError):
    """The data cannot tell the wanted quantities apart."""

    code = "not_identified"
    sentence = "{name} cannot be told from the data: {reason}."
