"""What can be found: one row for each object of a room, with its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from halfsky.search.rules import Tokens

if TYPE_CHECKING:
    AnyField = models.Field[Any, Any]
else:
    AnyField = models.Field


class TokensField(AnyField):
    """The tokens of an entry: text on SQLite, read by its full-text table; a tsvector on PostgreSQL."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if isinstance(value, Tokens):
            return value.vector() if connection.vendor == "postgresql" else value.plain()
        return value if prepared else self.get_prep_value(value)


class SearchEntry(models.Model):
    """An object of a room as the search knows it. Its unit's path is that of the indexing."""

    kind = models.CharField(max_length=60)  # "plans.measure"
    object_id = models.BigIntegerField()
    title = models.CharField(_("标题"), max_length=300)
    body = models.TextField(_("正文"), blank=True)
    url = models.CharField(max_length=500)
    unit_path = models.CharField(max_length=255)
    dated = models.DateField(_("日期"), null=True)
    tokens = TokensField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="search_object_once")
        ]
        indexes: ClassVar = [models.Index(fields=["unit_path"], name="search_unit_path")]

    class Privacy:
        personal: ClassVar = ("title", "body", "tokens")

    def __str__(self) -> str:
        return self.title
