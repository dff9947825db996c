"""Lists of plan documents and of plans, page by page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from halfsky.people import access
from halfsky.people import queries as people
from halfsky.people.models import Account, Unit
from halfsky.people.queries import Page
from halfsky.plans.models import Plan, SourceDocument
from halfsky.plans.permissions import SEE_PLANS
from halfsky.plans.queries.visible import visible_documents, visible_plans

PAGE = 30


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a list of documents or plans is narrowed to; all of it stands in the URL."""

    unit_id: int | None = None
    year: int | None = None
    state: str = ""

    def __bool__(self) -> bool:
        return bool(self.unit_id or self.year or self.state)

    def plans(self, plans: QuerySet[Plan]) -> QuerySet[Plan]:
        """Those plans that fit."""
        if self.unit_id:
            unit = Unit.objects.filter(pk=self.unit_id).first()
            plans = plans.filter(access.below(unit.path)) if unit else plans.none()
        if self.year:
            plans = plans.filter(year=self.year)
        if self.state:
            plans = plans.filter(state=self.state)
        return plans


def document_rows(
    account: Account, narrowed: Narrowed, *, after: str = "", before: str = ""
) -> Page[SourceDocument]:
    """The documents within reach, newest first, each with its plans (newest version first)."""
    documents = visible_documents(account).select_related("unit", "added_by", "file")
    if narrowed:
        documents = documents.filter(
            Exists(narrowed.plans(Plan.objects.filter(document=OuterRef("pk"))))
        )
    plans = Plan.objects.order_by("-version", "-pk").only(
        "pk", "document_id", "title", "year", "version", "state", "year_settled"
    )
    documents = documents.defer("raw_text", "blocks").prefetch_related(Prefetch("plans", plans))
    return people.keyset(
        documents, fields=("id",), descending=True, after=after, before=before, size=PAGE
    )


def plan_rows(
    account: Account, narrowed: Narrowed, *, after: str = "", before: str = ""
) -> Page[Plan]:
    """The plans within reach by year, newest first, with who adopted them."""
    plans = narrowed.plans(visible_plans(account)).select_related("unit", "adopted_by")
    return people.keyset(
        plans, fields=("year", "id"), descending=True, after=after, before=before, size=PAGE
    )


def plans_from_same_file(account: Account, sha256: str, unit_id: int) -> list[Plan]:
    """Plans that came from a file with this content, in this unit; those the account may see."""
    return list(
        visible_plans(account)
        .filter(access.scope(account, SEE_PLANS).q("unit"), unit_id=unit_id)
        .filter(document__file__sha256=sha256)
        .order_by("-version", "-pk")[:5]
    )


def years_within_reach(account: Account) -> list[int]:
    """The years of the plans that the account may see, newest first."""
    return list(
        visible_plans(account).order_by("-year").values_list("year", flat=True).distinct()[:30]
    )
