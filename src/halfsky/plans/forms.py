"""What people type on the document and review pages, read and cleaned. Nothing is saved here."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from halfsky.library import rules as library
from halfsky.plans import labels
from halfsky.plans.models import Measure, Plan, PlanState
from halfsky.plans.queries import review as queries
from halfsky.plans.queries.documents import Narrowed

Option = tuple[str, str | Promise]


def options(of: labels.Labels) -> list[Option]:
    """The choices of a select out of labels."""
    return list(of.items())


def number_or_none(text: str | None) -> int | None:
    """A whole number out of an address or a hidden field; None for anything else."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


class DayInput(forms.DateInput):
    """A date field of the browser."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


# ── documents ──────────────────────────────────────────────────────────────────────────────


class NarrowForm(forms.Form):
    """What a list of documents or plans is narrowed to."""

    unit = forms.TypedChoiceField(label=_("单位"), required=False, coerce=int, empty_value=None)
    year = forms.TypedChoiceField(label=_("年度"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(label=_("状态"), required=False)

    def __init__(self, data: QueryDict, *, units: list[tuple[int, str]], years: list[int]) -> None:
        super().__init__(data)
        self.fields["unit"].choices = [("", _("全部单位")), *units]  # type: ignore[attr-defined]
        self.fields["year"].choices = [("", _("全部年度")), *((y, str(y)) for y in years)]  # type: ignore[attr-defined]
        self.fields["state"].choices = [("", _("全部状态")), *PlanState.choices]  # type: ignore[attr-defined]

    @property
    def narrowed(self) -> Narrowed:
        """The conditions; what an address holds that is no choice narrows nothing."""
        self.is_valid()
        got = self.cleaned_data
        return Narrowed(got.get("unit"), got.get("year"), got.get("state") or "")


class ImportForm(forms.Form):
    """A plan document to read: a file, or pasted text."""

    unit = forms.TypedChoiceField(label=_("单位"), coerce=int)
    file = forms.FileField(
        label=_("文件"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": ".docx,.doc,.wps,.pdf,.html,.htm,.txt,.md,.ofd,.rtf,.odt"}
        ),
    )
    text = forms.CharField(
        label=_("或粘贴文字"),
        required=False,
        strip=False,
        max_length=library.MAX_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    year = forms.IntegerField(
        label=_("计划年度"),
        required=False,
        min_value=1990,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("不填就按文件里写的年度。"),
        error_messages={"invalid": _("请填四位年份，例如2026。")},
    )
    again = forms.BooleanField(label=_("仍要再导入一次"), required=False)

    def __init__(self, *args: Any, units: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Exactly one of file and text."""
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), (cleaned.get("text") or "").strip()
        if "file" in self.errors or "text" in self.errors:
            return cleaned
        if not file and not text:
            raise forms.ValidationError(
                gettext("还没有文件。请选一个文件，或把计划正文粘贴进来。"), code="nothing"
            )
        if file and text:
            raise forms.ValidationError(
                gettext("同时给了文件和文字，不知道该读哪一个。请留下一个，清掉另一个。"),
                code="both",
            )
        return cleaned

    @property
    def pasted_name(self) -> str:
        """A file name for pasted text: its first words."""
        line = next((part for part in self.cleaned_data["text"].split("\n") if part.strip()), "")
        bare = "".join(char for char in line.strip()[:30] if char not in '\\/:*?"<>|')
        return f"{bare or timezone.localdate().isoformat()}.txt"

    @property
    def digest(self) -> str:
        """The hash of what was brought, as the library computes it; "" for what it refuses."""
        made = hashlib.sha256()
        file = self.cleaned_data.get("file")
        if not file:
            made.update(self.cleaned_data["text"].encode("utf-8", "replace"))
            return made.hexdigest()
        if library.is_too_large(file.size or 0):
            return ""
        for piece in file.chunks():
            made.update(piece)
        file.seek(0)
        return made.hexdigest()


# ── review ─────────────────────────────────────────────────────────────────────────────────


class NodesField(forms.Field):
    """Days with their words, out of pairs of inputs `NAME_on` and `NAME_text`; empty rows drop."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: list[tuple[str, str]]) -> list[dict[str, str]]:
        """Raises ValidationError for a day that is none."""
        nodes = []
        for on, text in value:
            if not on.strip():
                if text.strip():
                    raise forms.ValidationError(
                        gettext("节点“%(text)s”还没有日期。") % {"text": text.strip()[:40]}
                    )
                continue
            try:
                day = date.fromisoformat(on.strip())
            except ValueError:
                raise forms.ValidationError(
                    gettext("“%(day)s”不是日期。请按2026-03-08这样填。") % {"day": on[:20]}
                ) from None
            nodes.append({"on": day.isoformat(), "text": text.strip()[:100]})
        return sorted(nodes, key=lambda node: (node["on"], node["text"]))


DAY_ERROR = {"invalid": _("不是日期。请按2026-03-08这样填。")}
NUMBER_ERROR = {"invalid": _("请填整数。"), "min_value": _("请填0或更大的整数。")}


class MeasureForm(forms.Form):
    """Fields of a measure. Only those that the page says it holds (`fields`) are read."""

    text = forms.CharField(
        label=_("举措"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    kind = forms.ChoiceField(label=_("类型"), choices=options(labels.KINDS))
    whose = forms.ChoiceField(label=_("谁来做"), choices=options(labels.WHOSE))
    lead_unit = forms.TypedChoiceField(
        label=_("牵头单位"), coerce=int, required=False, empty_value=None
    )
    supporting_units = forms.TypedMultipleChoiceField(
        label=_("配合单位"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    owner = forms.TypedChoiceField(label=_("责任人"), coerce=int, required=False, empty_value=None)
    owner_name = forms.CharField(label=_("名单里没有，填姓名"), required=False, max_length=60)
    due_on = forms.DateField(
        label=_("完成时限"), required=False, widget=DayInput(), error_messages=DAY_ERROR
    )
    recurrence = forms.ChoiceField(
        label=_("频次"), choices=options(labels.RECURRENCES), required=False
    )
    nodes = NodesField(label=_("时间节点"), required=False)
    deliverable = forms.CharField(label=_("成果"), required=False, max_length=200)
    target_number = forms.IntegerField(
        label=_("目标值"),
        required=False,
        min_value=0,
        max_value=2_000_000_000,
        error_messages=NUMBER_ERROR,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    target_unit = forms.CharField(label=_("计量单位"), required=False, max_length=20)
    counting_rule = forms.CharField(label=_("计数口径"), required=False, max_length=200)
    evidence_kinds = forms.MultipleChoiceField(
        label=_("所需佐证"),
        required=False,
        choices=options(labels.EVIDENCE_KINDS),
        widget=forms.CheckboxSelectMultiple,
    )
    weight = forms.IntegerField(
        label=_("权重"), min_value=1, max_value=100, widget=forms.NumberInput()
    )

    ROW = ("text", "kind", "whose", "lead_unit", "owner", "due_on", "recurrence")
    ALL = (
        "text", "kind", "whose", "lead_unit", "supporting_units", "owner", "due_on", "recurrence",
        "nodes", "deliverable", "target_number", "target_unit", "counting_rule", "evidence_kinds",
        "weight",
    )  # fmt: skip
    SERVICE_NAMES: ClassVar = {
        "lead_unit": "lead_unit_id",
        "supporting_units": "supporting_unit_ids",
        "owner": "owner_id",
    }

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        plan: Plan,
        measure: Measure | None = None,
        only: tuple[str, ...] = ALL,
        choices: queries.Choices | None = None,
        **kwargs: Any,
    ) -> None:
        self.plan, self.measure = plan, measure
        if measure is not None and data is None:
            kwargs["initial"] = initial_of(measure)
        super().__init__(data, **kwargs)
        for name in list(self.fields):
            if name not in only and not (name == "owner_name" and "owner" in only):
                del self.fields[name]
        if choices is not None:
            self.offer(choices)
        if "nodes" in self.fields:
            self.node_rows = self._nodes(data, measure)

    def _nodes(self, data: QueryDict | None, measure: Measure | None) -> list[tuple[str, str]]:
        if data is not None:
            return list(zip(data.getlist("nodes_on"), data.getlist("nodes_text"), strict=False))
        return [(node["on"], node["text"]) for node in (measure.nodes if measure else [])]

    def offer(self, choices: queries.Choices) -> None:
        """Fill the selects; the measure's present unit and owner always stand among them."""
        units, persons = list(choices.units), list(choices.persons)
        measure = self.measure
        if measure is not None:
            if measure.lead_unit and measure.lead_unit_id not in dict(units):
                units.append((measure.lead_unit.pk, str(measure.lead_unit)))
            if measure.owner and measure.owner_id not in dict(persons):
                persons.append((measure.owner.pk, measure.owner.name))
            units += [
                (unit.pk, str(unit))
                for unit in measure.supporting_units.all()
                if unit.pk not in dict(units)
            ]
        lead, supporting = self.fields.get("lead_unit"), self.fields.get("supporting_units")
        if lead is not None:
            lead.choices = [("", _("待指定")), *units]  # type: ignore[attr-defined]
        if supporting is not None:
            supporting.choices = units  # type: ignore[attr-defined]
        if "owner" in self.fields:
            self.fields["owner"].choices = [("", _("待指定")), *persons]  # type: ignore[attr-defined]

    def _clean_fields(self) -> None:
        """Let the ids of units and persons through to `clean`, which asks the database once."""
        for name in ("lead_unit", "supporting_units", "owner"):
            field = self.fields.get(name)
            if field is None:
                continue
            sent = self.data.getlist(name) if hasattr(self.data, "getlist") else []
            field.choices = [  # type: ignore[attr-defined]
                ("", ""), *((pk, pk) for text in sent if (pk := number_or_none(text)) is not None)
            ]  # fmt: skip
        super()._clean_fields()  # type: ignore[misc]

    def clean_nodes(self) -> list[dict[str, str]]:
        """The days with their words."""
        return NodesField().clean(self.node_rows)

    def clean(self) -> dict[str, Any]:
        """Units and persons must be the plan's own."""
        cleaned = super().clean() or {}
        asked = {
            pk
            for name in ("lead_unit", "supporting_units")
            for pk in _as_list(cleaned.get(name))
            if not self._stands(name, pk)
        }
        allowed = queries.unit_ids_of(self.plan, asked) if asked else set()
        for name in ("lead_unit", "supporting_units"):
            if any(pk in asked - allowed for pk in _as_list(cleaned.get(name))):
                self.add_error(name, gettext("这个单位不在计划的范围内。请从列表中选。"))
        typed = (cleaned.pop("owner_name", "") or "").strip()
        owner = cleaned.get("owner")
        if typed:
            person = queries.person_of(self.plan, name=typed)
            if person is None:
                self.add_error(
                    "owner_name",
                    gettext("花名册里没有唯一的“%(name)s”。请核对姓名，或从名单中选。")
                    % {"name": typed},
                )
            else:
                cleaned["owner"] = person.pk
        elif (
            owner is not None
            and not self._stands("owner", owner)
            and queries.person_of(self.plan, pk=owner) is None
        ):
            self.add_error("owner", gettext("这个人不在计划单位的花名册里。请从名单中选。"))
        return cleaned

    def _stands(self, name: str, pk: int) -> bool:
        """Whether the measure already has it: what stood may stay, even when it has left."""
        if self.measure is None:
            return False
        if name == "supporting_units":
            return pk in {unit.pk for unit in self.measure.supporting_units.all()}
        return bool(getattr(self.measure, f"{name}_id") == pk)

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values under the names that the service takes."""
        return {
            self.SERVICE_NAMES.get(name, name): value
            for name, value in self.cleaned_data.items()
            if name in self.ALL
        }


def _as_list(value: Any) -> list[int]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def initial_of(measure: Measure) -> dict[str, Any]:
    """A measure's values under the names of the form's fields."""
    return {
        **{name: getattr(measure, name) for name in MeasureForm.ALL if hasattr(measure, name)},
        "lead_unit": measure.lead_unit_id,
        "owner": measure.owner_id,
        "supporting_units": [unit.pk for unit in measure.supporting_units.all()],
    }


class AssignForm(MeasureForm):
    """What several measures get at once; a field left empty changes nothing."""

    FIELDS = ("owner", "lead_unit", "due_on", "recurrence", "kind", "whose", "weight")

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, only=self.FIELDS, **kwargs)
        keep: Option = ("", _("不改"))
        for name in ("kind", "whose"):
            self.fields[name].required = False
            self.fields[name].choices = [keep, *self.fields[name].choices]  # type: ignore[attr-defined]
        self.fields["recurrence"].choices = [  # type: ignore[attr-defined]
            keep, *(pair for pair in options(labels.RECURRENCES) if pair[0])
        ]  # fmt: skip
        self.fields["weight"].required = False

    def offer(self, choices: queries.Choices) -> None:
        """Fill the selects; what is left alone changes nothing."""
        super().offer(choices)
        for name in ("owner", "lead_unit"):
            field: Any = self.fields[name]
            field.choices = [("", _("不改")), *list(field.choices)[1:]]

    @property
    def values(self) -> dict[str, Any]:
        """Only what was filled in."""
        return {
            name: value for name, value in super().values.items() if value not in (None, "", [])
        }


class YearForm(forms.Form):
    """Which year a plan is for: one of those named, or another."""

    year = forms.CharField(max_length=5)
    other = forms.IntegerField(
        required=False, error_messages={"invalid": _("请选一个年度，或填四位年份。")}
    )

    def clean(self) -> dict[str, Any]:
        """`settled` is the year decided on."""
        cleaned = super().clean() or {}
        chosen = cleaned.get("year", "")
        settled = cleaned.get("other") if chosen == "other" else number_or_none(chosen)
        if settled is None or not 1990 <= settled <= 2100:
            raise forms.ValidationError(gettext("请选一个年度，或填四位年份。"))
        cleaned["settled"] = settled
        return cleaned
