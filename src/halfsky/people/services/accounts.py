"""Writing accounts, grants, tokens and preferences."""

from __future__ import annotations

import re
import secrets
from datetime import date, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from halfsky.audit.services import record
from halfsky.people import access
from halfsky.people.models import THEMES, Account, ApiToken, Grant, Person, Purpose, Unit
from halfsky.people.permissions import GRANT
from halfsky.people.roles import ROLE_KEYS, Role
from halfsky.people.rules.cells import plain_text
from halfsky.people.rules.passwords import first_password
from halfsky.people.services.errors import Refused
from halfsky.people.sign_in import token_digest

USERNAME = re.compile(r"[\w.@-]{2,60}")
MAX_TOKENS = 20


def _unit_of(account: Account) -> Unit | None:
    """Where an account is at home; its entries in the log belong there."""
    if account.home_unit is not None:
        return account.home_unit
    if account.person is not None:
        return account.person.unit
    grant = account.grants.select_related("unit").order_by("unit__path").first()
    return grant.unit if grant else None


def _holding(today: date) -> Q:
    """Grants that hold on a day."""
    return Q(Q(starts_on__isnull=True) | Q(starts_on__lte=today)) & Q(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    )


def require_whole(by: Account, account: Account) -> None:
    """Raise Refused unless `by` administers every unit in which `account` can act.

    Otherwise who administers one department could take over the account of who administers all.
    """
    reach = access.scope(by, GRANT)
    units = [grant.unit for grant in account.grants.select_related("unit").all()]
    home = _unit_of(account)
    if home is not None:
        units.append(home)
    if not units or not any(reach.covers(unit) for unit in units):
        raise access.OutOfReach
    if not all(reach.covers(unit) for unit in units):
        raise Refused(_("这个账号在您管理范围之外也有授权，请由上级单位的系统管理员办理。"))


def _check_names(username: str, display_name: str) -> tuple[str, str]:
    username, display_name = plain_text(username), plain_text(display_name)
    if not USERNAME.fullmatch(username):
        raise Refused(
            _("用户名要 2 到 60 个字符，可用文字、字母、数字和 . - _ @，请改。"), code="username"
        )
    if not display_name:
        raise Refused(_("请填写显示名。"), code="display_name")
    return username, display_name[:60]


@transaction.atomic
def create_account(
    *,
    by: Account | None,
    username: str,
    display_name: str,
    home_unit: Unit,
    person: Person | None = None,
    password: str | None = None,
) -> tuple[Account, str]:
    """Make an account at home in `home_unit`. Returns it with its first password.

    The password is made here unless the command line (`by=None`) gives one; whoever gets it must
    change it at the first sign-in. It is kept only as a hash: show it now or never.
    Raises OutOfReach, Refused.
    """
    if by is not None:
        access.require(by, GRANT, home_unit)
        if person is not None:
            access.require(by, GRANT, person.unit)
    username, display_name = _check_names(username, display_name)
    if Account.objects.filter(username__iexact=username).exists():
        raise Refused(
            _("用户名“%(name)s”已有人用，请换一个。") % {"name": username}, code="username"
        )
    if person is not None and Account.objects.filter(person=person).exists():
        raise Refused(_("%(name)s 已有账号，不用再建。") % {"name": person.name}, code="person")
    plain = password or first_password()
    account = Account(
        username=username, display_name=display_name, home_unit=home_unit, person=person,
        must_change_password=password is None,
    )  # fmt: skip
    account.set_password(plain)
    account.save()
    record(
        action="people.account.create", obj=account, by=by, unit=home_unit,
        after={"username": username, "display_name": display_name, "person_id": person.pk if person else None},
    )  # fmt: skip
    return account, plain


@transaction.atomic
def change_account(
    *, account: Account, by: Account, display_name: str, home_unit: Unit, person: Person | None
) -> Account:
    """Change an account's shown name, home and person. Raises OutOfReach, Refused."""
    require_whole(by, account)
    access.require(by, GRANT, home_unit)
    if person is not None and person.pk != account.person_id:
        access.require(by, GRANT, person.unit)
        if Account.objects.filter(person=person).exclude(pk=account.pk).exists():
            raise Refused(_("%(name)s 已有账号，不用再建。") % {"name": person.name}, code="person")
    _username, display_name = _check_names(account.username, display_name)
    names = ("display_name", "home_unit_id", "person_id")
    before = {name: getattr(account, name) for name in names}
    account.display_name, account.home_unit, account.person = display_name, home_unit, person
    account.save(update_fields=["display_name", "home_unit", "person"])
    after = {name: getattr(account, name) for name in names}
    if after != before:
        record(
            action="people.account.change",
            obj=account,
            by=by,
            unit=home_unit,
            before=before,
            after=after,
        )
    return account


def end_sessions(account: Account) -> int:
    """Sign an account out everywhere. Returns how many sessions ended."""
    sessions = list(UserSession.objects.filter(user=account))
    for session in sessions:
        session.end()
    return len(sessions)


def tidy_sessions() -> int:
    """Forget sessions that have run out. Returns how many devices fell off the lists."""
    from importlib import import_module

    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return sum(1 for session in UserSession.objects.iterator() if session.purge())


def _revoke_all(account: Account) -> int:
    return account.api_tokens.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())


def _require_another_admin(account: Account, grants: list[Grant]) -> None:
    """Refuse if without these grants some unit had no system administrator left."""
    today = timezone.localdate()
    gone = [grant for grant in grants if grant.role == Role.SYSTEM_ADMIN]
    if not gone:
        return
    others = list(
        Grant.objects.select_for_update(of=("self",))
        .filter(_holding(today), role=Role.SYSTEM_ADMIN, account__is_active=True)
        .exclude(pk__in=[grant.pk for grant in gone])
        .select_related("unit")
    )
    for grant in gone:
        if not any(grant.unit.path.startswith(other.unit.path) for other in others):
            raise Refused(
                _("%(name)s 是“%(unit)s”最后一位系统管理员。请先授权另一位，再做这一步。")
                % {"name": account.display_name, "unit": grant.unit.name}
            )


@transaction.atomic
def disable_account(*, account: Account, by: Account, reason: str = "") -> Account:
    """Shut an account: sessions, tokens and grants as deputy of it end at once. What it wrote stays.

    Raises OutOfReach, Refused (herself; the last system administrator of a unit).
    """
    require_whole(by, account)
    if account.pk == by.pk:
        raise Refused(_("不能停用自己的账号，请由另一位系统管理员办理。"))
    today = timezone.localdate()
    _require_another_admin(
        account, list(account.grants.filter(_holding(today)).select_related("unit"))
    )
    account.is_active = False
    account.save(update_fields=["is_active"])
    sessions, tokens = end_sessions(account), _revoke_all(account)
    for grant in Grant.objects.filter(deputy_of=account).select_related("unit", "account"):
        _end(grant, by=by, reason=_("被代理人的账号已停用"))
    record(
        action="people.account.disable", obj=account, by=by, unit=_unit_of(account), reason=reason,
        before={"is_active": True}, after={"is_active": False, "sessions": sessions, "tokens": tokens},
    )  # fmt: skip
    return account


@transaction.atomic
def enable_account(*, account: Account, by: Account) -> Account:
    """Open an account again. Tokens and deputies stay ended. Raises OutOfReach, Refused."""
    require_whole(by, account)
    account.is_active = True
    account.save(update_fields=["is_active"])
    record(
        action="people.account.enable", obj=account, by=by, unit=_unit_of(account),
        before={"is_active": False}, after={"is_active": True},
    )  # fmt: skip
    return account


@transaction.atomic
def reset_password(*, account: Account, by: Account) -> str:
    """Give an account a new first password and end its sessions and tokens. Returns the password.

    Raises OutOfReach, Refused.
    """
    require_whole(by, account)
    if account.pk == by.pk:
        raise Refused(_("自己的密码请在“改密码”里改。"))
    plain = first_password()
    account.set_password(plain)
    account.must_change_password = True
    account.save(update_fields=["password", "must_change_password"])
    sessions, tokens = end_sessions(account), _revoke_all(account)
    record(
        action="people.account.reset_password", obj=account, by=by, unit=_unit_of(account),
        after={"sessions": sessions, "tokens": tokens},
    )  # fmt: skip
    return plain


@transaction.atomic
def reset_second_factor(*, account: Account, by: Account) -> int:
    """Take an account's authenticator app, passkeys and recovery codes away, and end its sessions.

    For who has lost them. Returns how many there were. Raises OutOfReach, Refused.
    """
    require_whole(by, account)
    if account.pk == by.pk:
        raise Refused(_("自己的两步验证请在账号页里改。"))
    factors = Authenticator.objects.filter(user=account)
    kinds = sorted(factors.values_list("type", flat=True))
    factors.delete()
    end_sessions(account)
    record(
        action="people.account.reset_second_factor", obj=account, by=by, unit=_unit_of(account),
        before={"factors": kinds}, after={"factors": []},
    )  # fmt: skip
    return len(kinds)


@transaction.atomic
def note_password_changed(*, account: Account) -> None:
    """Note that an account has changed its own password: the duty to change it is done."""
    account.must_change_password = False
    account.save(update_fields=["must_change_password"])
    record(action="people.account.change_password", obj=account, by=account, unit=_unit_of(account))


@transaction.atomic
def note_sign_in(*, account: Account, action: str, detail: str = "") -> None:
    """Log a sign-in, a sign-out or a change of the second factor."""
    record(
        action=f"people.account.{action}", obj=account, by=account, unit=_unit_of(account),
        after={"detail": detail} if detail else None,
    )  # fmt: skip


# ---------------------------------------------------------------- grants


def _as_logged(grant: Grant) -> dict[str, Any]:
    return {
        "role": grant.role,
        "account": grant.account.username,
        "starts_on": grant.starts_on,
        "ends_on": grant.ends_on,
        "deputy_of": grant.deputy_of.username if grant.deputy_of else None,
    }


def grant_role(
    *,
    account: Account,
    role: str,
    unit: Unit,
    by: Account | None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    deputy_of: Account | None = None,
) -> Grant:
    """Grant `account` a role in a unit and below it, for a time, perhaps as deputy of another.

    Nobody grants to herself: it is refused and the attempt logged. `by=None` is the command line.
    Raises OutOfReach, Refused.
    """
    if by is not None:
        access.require(by, GRANT, unit)
        if by.pk == account.pk:
            with transaction.atomic():
                record(
                    action="people.grant.refused", obj=account, by=by, unit=unit,
                    after={"role": role}, reason=_("不能给自己授权"),
                )  # fmt: skip
            raise Refused(_("不能给自己授权，请由另一位系统管理员办理。这次尝试已记入日志。"))
    with transaction.atomic():
        return _grant(account, role, unit, by, starts_on, ends_on, deputy_of)


def _grant(
    account: Account, role: str, unit: Unit, by: Account | None,
    starts_on: date | None, ends_on: date | None, deputy_of: Account | None,
) -> Grant:  # fmt: skip
    if role not in ROLE_KEYS:
        raise Refused(_("没有这个角色，请重选。"), code="role")
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused(_("止期不能早于起期，请改其中一个。"), code="ends_on")
    if ends_on and ends_on < timezone.localdate():
        raise Refused(_("止期已经过去，请改。"), code="ends_on")
    if not account.is_active:
        raise Refused(_("账号已停用，请先启用再授权。"))
    if unit.valid_to and unit.valid_to < timezone.localdate():
        raise Refused(_("“%(unit)s”已停用，请选它的承接单位。") % {"unit": unit.name}, code="unit")
    if deputy_of is not None:
        _check_deputy(account, role, unit, deputy_of, ends_on)
    double = account.grants.filter(
        _holding(timezone.localdate()), role=role, unit=unit, deputy_of=deputy_of
    )
    if double.exists():
        raise Refused(_("已有同样的授权，不用再加。"))
    grant = Grant.objects.create(
        account=account,
        role=role,
        unit=unit,
        starts_on=starts_on,
        ends_on=ends_on,
        deputy_of=deputy_of,
    )
    access.forget_grants(account)
    record(
        action="people.grant.create", obj=grant, by=by, unit=unit, after=_as_logged(grant),
        object_name=f"{account.display_name} · {grant.get_role_display()}",
    )  # fmt: skip
    return grant


def _check_deputy(
    account: Account, role: str, unit: Unit, deputy_of: Account, ends_on: date | None
) -> None:
    """A deputy has no more than whom she stands for, and an end is set."""
    if deputy_of.pk == account.pk:
        raise Refused(_("不能代理自己，请重选被代理人。"), code="deputy_of")
    if ends_on is None:
        raise Refused(_("代理要写明止期。"), code="ends_on")
    own = deputy_of.grants.filter(
        _holding(timezone.localdate()), role=role, deputy_of__isnull=True
    ).select_related("unit")
    if not deputy_of.is_active or not any(unit.path.startswith(grant.unit.path) for grant in own):
        raise Refused(
            _("%(name)s 在这个单位没有这个角色，不能由人代理。") % {"name": deputy_of.display_name},
            code="deputy_of",
        )


def _end(grant: Grant, *, by: Account | None, reason: str = "") -> None:
    """End a grant yesterday, or delete it if it has not begun before today."""
    today = timezone.localdate()
    before = _as_logged(grant)
    name = f"{grant.account.display_name} · {grant.get_role_display()}"
    if grant.ends_on is not None and grant.ends_on < today:
        return
    ends_on = today - timedelta(days=1)
    record(
        action="people.grant.end", obj=grant, by=by, unit=grant.unit, before=before,
        after=before | {"ends_on": ends_on}, reason=reason, object_name=name,
    )  # fmt: skip
    if grant.starts_on is not None and grant.starts_on >= today:
        grant.delete()
    else:
        grant.ends_on = ends_on
        grant.save(update_fields=["ends_on"])
    access.forget_grants(grant.account)


@transaction.atomic
def end_grant(*, grant: Grant, by: Account, reason: str = "") -> None:
    """End a grant as of now; those who stand in for it end with it. Raises OutOfReach, Refused."""
    access.require(by, GRANT, grant.unit)
    _require_another_admin(grant.account, [grant])
    deputies = Grant.objects.filter(
        deputy_of=grant.account, role=grant.role, unit__path__startswith=grant.unit.path
    ).select_related("unit", "account")
    if grant.deputy_of_id is None:
        for deputy in deputies:
            _end(deputy, by=by, reason=_("被代理的授权已结束"))
    _end(grant, by=by, reason=reason)


# ---------------------------------------------------------------- the account's own


@transaction.atomic
def create_token(
    *, account: Account, by: Account, label: str, purpose: Purpose, expires_on: date | None = None
) -> tuple[ApiToken, str]:
    """Make a token for the API or for a calendar. Returns it with its text: shown now or never.

    Raises OutOfReach (not one's own account), Refused.
    """
    if account.pk != by.pk:
        raise access.OutOfReach
    label = plain_text(label)[:60]
    if not label:
        raise Refused(_("请写明用途，以后好认。"), code="label")
    if expires_on is not None and expires_on < timezone.localdate():
        raise Refused(_("有效期已经过去，请改。"), code="expires_on")
    if account.api_tokens.filter(revoked_at__isnull=True).count() >= MAX_TOKENS:
        raise Refused(_("最多留 %(n)s 个令牌，请先撤销不用的。") % {"n": MAX_TOKENS})
    plain = secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        account=account,
        label=label,
        digest=token_digest(plain),
        purpose=purpose,
        expires_on=expires_on,
    )
    record(
        action="people.token.create", obj=token, by=by, unit=_unit_of(account),
        after={"purpose": purpose, "expires_on": expires_on},
    )  # fmt: skip
    return token, plain


@transaction.atomic
def revoke_token(*, token: ApiToken, by: Account) -> None:
    """Make a token worthless. Raises OutOfReach if it is another's."""
    if token.account_id != by.pk:
        raise access.OutOfReach
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(action="people.token.revoke", obj=token, by=by, unit=_unit_of(by))


@transaction.atomic
def update_preferences(
    *,
    account: Account,
    by: Account,
    language: str | None = None,
    theme: str | None = None,
    large_print: bool | None = None,
    single_keys: bool | None = None,
) -> Account:
    """Change how an account sees the pages; None leaves a setting as it is.

    Raises OutOfReach (not one's own account), Refused for a language or theme that does not exist.
    """
    if account.pk != by.pk:
        raise access.OutOfReach
    if language is not None and language not in {code for code, _name in settings.LANGUAGES}:
        raise Refused(_("没有这种语言，请重选。"), code="language")
    if theme is not None and theme not in THEMES:
        raise Refused(_("没有这种主题，请重选。"), code="theme")
    wanted = {
        "language": language, "theme": theme, "large_print": large_print, "single_keys": single_keys,
    }  # fmt: skip
    after = {n: v for n, v in wanted.items() if v is not None and v != getattr(account, n)}
    if not after:
        return account
    before = {name: getattr(account, name) for name in after}
    for name, value in after.items():
        setattr(account, name, value)
    account.save(update_fields=list(after))
    record(
        action="people.account.preferences", obj=account, by=by, unit=_unit_of(account),
        before=before, after=after,
    )  # fmt: skip
    return account
