"""What the room of general tasks declares."""

from django.utils.translation import gettext_lazy as _

from halfsky.general import permissions as p
from halfsky.general.kinds import GeneralTask
from halfsky.general.queries import year_figures
from halfsky.kernel.modules import Module

module = Module(
    key="general",
    label=_("一般任务"),
    permissions=(p.SEE_RECORDS, p.START_RECORDS, p.WORK_ON_RECORDS),
    kinds=(GeneralTask(),),
    figures=year_figures,
)
