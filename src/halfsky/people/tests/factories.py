"""Makes units, persons, accounts and grants for tests."""

from __future__ import annotations

from datetime import date
from typing import Any

import factory

from halfsky.people.models import Account, Grant, Person, Unit, UnitKind
from halfsky.people.rules.names import name_key, name_search

PASSWORD = "correct horse battery"


class UnitFactory(factory.django.DjangoModelFactory):
    """A unit; `parent=` hangs it below another."""

    class Meta:
        model = Unit

    name = factory.Sequence(lambda n: f"第{n}单位")
    short_name = factory.SelfAttribute("name")
    code = factory.Sequence(lambda n: f"U{n:04d}")
    kind = UnitKind.DEPARTMENT

    @classmethod
    def _create(cls, model_class: type[Unit], *args: Any, **kwargs: Any) -> Unit:
        parent = kwargs.pop("parent", None)
        unit = model_class(**kwargs)
        if parent is None:
            return Unit.objects.add_root(instance=unit)
        return Unit.objects.add_child(Unit.objects.get(pk=parent.pk), instance=unit)


class PersonFactory(factory.django.DjangoModelFactory):
    """A woman in a unit of her own, unless told otherwise."""

    class Meta:
        model = Person

    unit = factory.SubFactory(UnitFactory)
    name = factory.Sequence(lambda n: "王" + chr(0x4E00 + n % 5000))
    name_key = factory.LazyAttribute(lambda o: name_key(o.name))
    name_search = factory.LazyAttribute(lambda o: name_search(o.name))
    sex = "f"


class AccountFactory(factory.django.DjangoModelFactory):
    """An account with the password PASSWORD and no grant."""

    class Meta:
        model = Account

    username = factory.Sequence(lambda n: f"account{n}")
    display_name = factory.Sequence(lambda n: f"账号{n}")

    @classmethod
    def _create(cls, model_class: type[Account], *args: Any, **kwargs: Any) -> Account:
        account = model_class(**kwargs)
        account.set_password(PASSWORD)
        account.save()
        return account


class GrantFactory(factory.django.DjangoModelFactory):
    """A grant without end."""

    class Meta:
        model = Grant

    account = factory.SubFactory(AccountFactory)
    unit = factory.SubFactory(UnitFactory)
    role = "officer"


def account_with(role: str, unit: Unit, **kwargs: Any) -> Account:
    """An account at home in `unit` that holds `role` there."""
    account = AccountFactory(home_unit=unit, **kwargs)
    GrantFactory(account=account, unit=unit, role=role)
    return account


def day(text: str) -> date:
    """A date from 2026-03-08."""
    return date.fromisoformat(text)
