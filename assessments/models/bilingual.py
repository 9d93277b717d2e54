"""Content kept in both languages: the reader's language is shown, the other one when it is missing."""

from typing import Generic, Self, TypeVar, cast, overload

from django.db import models
from django.utils.translation import get_language

Content = TypeVar("Content")
OTHER = {"en": "ru", "ru": "en"}


class Bilingual(Generic[Content]):
    """Reads `<name>_en` or `<name>_ru` of a row by the active language. Not a column: filter on the columns."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...

    @overload
    def __get__(self, row: models.Model, owner: type) -> Content: ...

    def __get__(self, row: models.Model | None, owner: type) -> Self | Content:
        if row is None:
            return self
        language = "ru" if (get_language() or "").startswith("ru") else "en"
        content = getattr(row, f"{self.name}_{language}") or getattr(row, f"{self.name}_{OTHER[language]}")
        return cast(Content, content)
