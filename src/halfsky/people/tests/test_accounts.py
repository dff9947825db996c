"""Accounts, grants, deputies, tokens, the first account, the last administrator."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from halfsky.audit.models import AuditEntry
from halfsky.people import access, queries, services, sign_in
from halfsky.people.models import Account, Unit
from halfsky.people.permissions import EDIT_PERSONS
from halfsky.people.services import Refused
from halfsky.people.tests.factories import (
    PASSWORD,
    AccountFactory,
    GrantFactory,
    PersonFactory,
    UnitFactory,
    account_with,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Unit:
    return UnitFactory(name="清江市生态环境局", code="B")


@pytest.fixture
def admin(bureau: Unit) -> Account:
    return account_with("system_admin", bureau)


def test_create_account_makes_a_password_that_must_be_changed(admin: Account, bureau: Unit) -> None:
    person = PersonFactory(unit=bureau)
    account, plain = services.create_account(
        by=admin, username="liMin", display_name="李敏", home_unit=bureau, person=person
    )
    assert account.check_password(plain)
    assert account.must_change_password
    assert plain not in str(list(AuditEntry.objects.values()))
    assert AuditEntry.objects.get(action="people.account.create").object_id == account.pk


@pytest.mark.parametrize(
    ("username", "sentence"),
    [("LIMIN", "已有人用"), ("a", "2 到 60"), ("a b", "2 到 60"), ("<b>", "2 到 60")],
)
def test_create_account_refuses_bad_user_names(
    username: str, sentence: str, admin: Account, bureau: Unit
) -> None:
    AccountFactory(username="limin")
    with pytest.raises(Refused, match=sentence):
        services.create_account(by=admin, username=username, display_name="李敏", home_unit=bureau)


def test_nobody_grants_to_herself_and_the_attempt_is_logged(admin: Account, bureau: Unit) -> None:
    with pytest.raises(Refused, match="不能给自己授权"):
        services.grant_role(account=admin, role="officer", unit=bureau, by=admin)
    assert not access.may(admin, EDIT_PERSONS, bureau)
    entry = AuditEntry.objects.get(action="people.grant.refused")
    assert (entry.actor_id, entry.after) == (admin.pk, {"role": "officer"})


def test_a_grant_outside_the_administrators_reach_is_not_made(admin: Account) -> None:
    with pytest.raises(access.OutOfReach):
        services.grant_role(account=AccountFactory(), role="officer", unit=UnitFactory(), by=admin)


@pytest.mark.parametrize("role", ["officer", "chair", "leader", "auditor", "liaison"])
def test_only_a_system_administrator_grants(role: str, bureau: Unit) -> None:
    with pytest.raises(access.OutOfReach):
        services.grant_role(
            account=AccountFactory(), role="staff", unit=bureau, by=account_with(role, bureau)
        )


def test_a_deputy_needs_an_end_and_somebody_who_has_the_role(admin: Account, bureau: Unit) -> None:
    chair, deputy = account_with("chair", bureau), AccountFactory(home_unit=bureau)
    today = timezone.localdate()
    with pytest.raises(Refused, match="止期"):
        services.grant_role(account=deputy, role="chair", unit=bureau, by=admin, deputy_of=chair)
    with pytest.raises(Refused, match="不能由人代理"):
        services.grant_role(
            account=deputy, role="leader", unit=bureau, by=admin, deputy_of=chair, ends_on=today
        )
    services.grant_role(
        account=deputy, role="chair", unit=bureau, by=admin, deputy_of=chair, ends_on=today
    )
    assert access.on_behalf_of(deputy, EDIT_PERSONS, bureau) == chair


def test_a_deputy_falls_with_the_grant_and_with_the_account_it_stands_for(
    admin: Account, bureau: Unit
) -> None:
    today = timezone.localdate()
    for how in ("grant", "account"):
        chair, deputy = account_with("chair", bureau), AccountFactory(home_unit=bureau)
        services.grant_role(
            account=deputy, role="chair", unit=bureau, by=admin, deputy_of=chair, ends_on=today
        )
        if how == "grant":
            services.end_grant(grant=chair.grants.get(), by=admin)
        else:
            services.disable_account(account=chair, by=admin)
        assert not access.may(Account.objects.get(pk=deputy.pk), EDIT_PERSONS, bureau)


def test_the_last_system_administrator_stays(admin: Account, bureau: Unit) -> None:
    local = account_with("system_admin", UnitFactory(parent=bureau))
    other = account_with("system_admin", bureau)
    services.disable_account(account=admin, by=other)
    with pytest.raises(Refused):  # herself
        services.disable_account(account=other, by=other)
    with pytest.raises(Refused, match="最后一位系统管理员"):
        services.end_grant(grant=other.grants.get(), by=other)
    services.disable_account(account=local, by=other)  # the one above covers the department


def test_a_local_administrator_does_not_take_over_a_higher_account(
    bureau: Unit, admin: Account
) -> None:
    office = UnitFactory(parent=bureau)
    local = account_with("system_admin", office)
    GrantFactory(account=admin, unit=office, role="officer")
    assert admin in queries.visible_accounts(local)
    for step in (services.reset_password, services.disable_account, services.reset_second_factor):
        with pytest.raises(Refused, match="管理范围之外"):
            step(account=admin, by=local)
    with pytest.raises(access.OutOfReach):
        services.reset_password(account=account_with("officer", UnitFactory()), by=local)


def _signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    assert client.get("/people/me/").status_code == 200
    return client


def test_disabling_ends_sessions_and_tokens_at_once(admin: Account, bureau: Unit) -> None:
    officer = account_with("officer", bureau)
    _token, plain = services.create_token(account=officer, by=officer, label="报表", purpose="api")
    client = _signed_in(officer)
    assert sign_in.account_of_token(plain, purpose="api") == officer

    services.disable_account(account=officer, by=admin)

    assert client.get("/people/me/").status_code == 302
    assert sign_in.account_of_token(plain, purpose="api") is None
    services.enable_account(account=officer, by=admin)
    assert sign_in.account_of_token(plain, purpose="api") is None


def test_reset_password_ends_sessions_and_asks_for_a_new_one(admin: Account, bureau: Unit) -> None:
    officer = account_with("officer", bureau)
    client = _signed_in(officer)
    plain = services.reset_password(account=officer, by=admin)
    officer.refresh_from_db()
    assert officer.check_password(plain)
    assert officer.must_change_password
    assert client.get("/people/me/").status_code == 302


def test_reset_second_factor_takes_all_of_them(admin: Account, bureau: Unit) -> None:
    officer = account_with("officer", bureau)
    Authenticator.objects.create(user=officer, type="totp", data={})
    assert services.reset_second_factor(account=officer, by=admin) == 1
    assert not Authenticator.objects.filter(user=officer).exists()


def test_a_token_works_for_its_purpose_until_it_ends(bureau: Unit) -> None:
    officer = account_with("officer", bureau)
    today = timezone.localdate()
    token, plain = services.create_token(
        account=officer, by=officer, label="日历", purpose="calendar", expires_on=today
    )
    assert sign_in.account_of_token(plain, purpose="calendar") == officer
    assert sign_in.account_of_token(plain, purpose="api") is None
    assert plain not in str(list(AuditEntry.objects.values())) + token.digest
    token.expires_on = today - timedelta(days=1)
    token.save()
    assert sign_in.account_of_token(plain, purpose="calendar") is None


def test_nobody_revokes_anothers_token(bureau: Unit, admin: Account) -> None:
    officer = account_with("officer", bureau)
    token, _plain = services.create_token(account=officer, by=officer, label="x", purpose="api")
    with pytest.raises(access.OutOfReach):
        services.revoke_token(token=token, by=admin)


def test_preferences_are_ones_own_and_only_known_values_count(bureau: Unit) -> None:
    officer = account_with("officer", bureau)
    services.update_preferences(account=officer, by=officer, theme="dark", large_print=True)
    officer.refresh_from_db()
    assert (officer.theme, officer.large_print, officer.language) == ("dark", True, "zh-hans")
    assert AuditEntry.objects.get(action="people.account.preferences").after == {
        "theme": "dark", "large_print": True,
    }  # fmt: skip
    with pytest.raises(Refused):
        services.update_preferences(account=officer, by=officer, language="xx")
    with pytest.raises(access.OutOfReach):
        services.update_preferences(account=officer, by=AccountFactory(), theme="dark")


# ---------------------------------------------------------------- the command


def test_tidy_says_what_it_did() -> None:
    out = io.StringIO()
    call_command("tidy", stdout=out)
    assert "0 次导入" in out.getvalue()


# ---------------------------------------------------------------- the door


def test_sign_in_by_user_name_and_password_is_logged(bureau: Unit) -> None:
    officer = account_with("officer", bureau)
    client = Client()
    page = client.post("/account/login/", {"login": officer.username, "password": "wrong"})
    assert page.status_code == 200
    client.post("/account/login/", {"login": officer.username, "password": PASSWORD})
    assert client.get("/people/me/").status_code == 200
    client.post("/account/logout/")
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == [
        "people.account.sign_in_failed", "people.account.sign_in", "people.account.sign_out",
    ]  # fmt: skip


def test_sign_in_is_throttled_per_account(bureau: Unit) -> None:
    officer = account_with("officer", bureau)
    client = Client()
    for _attempt in range(5):
        client.post("/account/login/", {"login": officer.username, "password": "wrong"})
    client.post("/account/login/", {"login": officer.username, "password": PASSWORD})
    assert client.get("/people/me/").status_code == 302


def test_a_first_password_opens_nothing_but_its_own_change(bureau: Unit) -> None:
    officer = account_with("officer", bureau, must_change_password=True)
    client = Client()
    client.force_login(officer)
    for address in ("/people/me/", "/people/units/"):
        assert client.get(address).headers["Location"] == "/account/password/change/"
    assert client.get("/api/v1/people/units").status_code == 403
    assert client.get("/account/password/change/").status_code == 200

    same = {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    assert "和现在的一样" in client.post("/account/password/change/", same).content.decode()
    other = {
        "oldpassword": PASSWORD,
        "password1": "a much better one",
        "password2": "a much better one",
    }
    client.post("/account/password/change/", other)
    assert client.get("/people/me/").status_code == 200
    officer.refresh_from_db()
    assert not officer.must_change_password
