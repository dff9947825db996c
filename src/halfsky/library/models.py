"""Files as they were brought, kept by the hash of their content and never changed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from halfsky.people.models import Unit


class StoredFile(models.Model):
    """A file (文件) that belongs to a unit. Equal contents share one place on the disk."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="files")
    name = models.CharField(_("文件名"), max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(_("大小（字节）"))
    kind = models.CharField(max_length=20)  # found from the content: docx, pdf, txt …
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["unit", "-id"], name="file_unit")]

    class Privacy:
        personal: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return self.name
