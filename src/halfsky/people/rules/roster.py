"""Reading a roster (花名册) out of a table: headings, values, identity numbers.

What cannot be read raises Unreadable with a code; the pages say it in the reader's language.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from halfsky.people.rules.cells import plain_text, read_cell
from halfsky.people.rules.names import clean_name

Cell = str | int | float | bool | date | datetime | time | timedelta | None

MAX_ROWS = 50_000
MAX_COLUMNS = 200

FIELDS: tuple[str, ...] = (
    "name", "sex", "birth_month", "unit", "post", "rank", "staff_kind", "education", "title",
    "politics", "joined_on", "left_on", "phone",
)  # fmt: skip

# heading, as written by units; compared without blanks, brackets and marks
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "名字", "职工姓名", "人员姓名", "员工姓名", "name", "fullname"),
    "sex": ("性别", "sex", "gender"),
    "birth_month": ("出生年月", "出生日期", "生日", "出生年月日", "出生", "出生时间", "birth",
                    "birthmonth", "dateofbirth", "birthday"),
    "unit": ("部门", "科室", "单位", "所在部门", "所在单位", "工作单位", "所属部门", "所属单位",
             "处室", "所在科室", "单位名称", "部门名称", "单位部门", "股室", "机构", "unit",
             "department", "unitcode", "部门代码", "单位代码"),
    "post": ("职务", "岗位", "现任职务", "职位", "工作岗位", "行政职务", "post", "position"),
    "rank": ("职级", "级别", "职务层次", "现任职级", "行政级别", "rank", "grade"),
    "staff_kind": ("人员类别", "编制", "身份", "人员性质", "用工性质", "编制性质", "人员身份",
                   "编制类别", "人员类型", "用工形式", "staffkind", "employment"),
    "education": ("学历", "文化程度", "最高学历", "全日制学历", "education"),
    "title": ("职称", "专业技术职务", "技术职称", "专业技术职称", "专业职称", "title"),
    "politics": ("政治面貌", "党派", "政治身份", "politics"),
    "joined_on": ("到岗日期", "入职日期", "到岗时间", "入职时间", "参加工作时间", "进本单位时间",
                  "来局时间", "调入时间", "任职时间", "joinedon", "joined"),
    "left_on": ("离岗日期", "离职日期", "离职时间", "退休时间", "调出时间", "离岗时间", "lefton", "left"),
    "phone": ("电话", "手机", "联系电话", "手机号", "联系方式", "手机号码", "电话号码", "移动电话",
              "phone", "mobile", "tel"),
}  # fmt: skip
_FIELD_OF = {heading: field for field, headings in HEADINGS.items() for heading in headings}

_ID_HEADING = re.compile(r"身份证|证件号|公民身份号|idcard|identity")
_ID_NUMBER = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dXx])"
)
_OLD_ID_NUMBER = re.compile(
    r"(?<!\d)[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)"
)

LENGTHS = {
    "name": 60,
    "post": 60,
    "rank": 60,
    "education": 40,
    "title": 60,
    "politics": 40,
    "phone": 30,
}

SEX = {"女": "f", "女性": "f", "f": "f", "female": "f", "woman": "f",
       "男": "m", "男性": "m", "m": "m", "male": "m", "man": "m"}  # fmt: skip

STAFF_KINDS = {
    "公务员": "civil_servant", "行政": "civil_servant", "行政编制": "civil_servant",
    "公务员编制": "civil_servant", "civil servant": "civil_servant", "civil_servant": "civil_servant",
    "参公": "managed", "参照公务员": "managed", "参公管理": "managed", "参公人员": "managed",
    "参公编制": "managed", "参公事业": "managed", "参照公务员法管理": "managed", "managed": "managed",
    "事业": "institution", "事业编": "institution", "事业编制": "institution",
    "事业人员": "institution", "工勤": "institution", "institution": "institution",
    "合同": "contract", "合同制": "contract", "合同工": "contract", "聘用": "contract",
    "编外": "contract", "编外聘用": "contract", "聘用制": "contract", "contract": "contract",
    "劳务派遣": "dispatched", "派遣": "dispatched", "劳务": "dispatched", "派遣制": "dispatched",
    "dispatched": "dispatched",
    "退休": "retired", "离退休": "retired", "退休人员": "retired", "retired": "retired",
}  # fmt: skip


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"  # 新增
    UPDATE = "update"  # 更新
    SAME = "same"  # 不变
    DOUBLE = "double"  # 重复: the file has this person in an earlier row
    ERROR = "error"  # 出错


class Unreadable(ValueError):
    """A value that cannot be read. `code` says why, `value` what stood there."""

    def __init__(self, code: str, value: object = "") -> None:
        super().__init__(code)
        self.code = code
        self.value = str(value)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its letter, its heading, the field it fills, or why it is not read.

    `why` is "" (read), "unknown", "double" or "identity".
    """

    letter: str
    heading: str
    field: str = ""
    why: str = ""


def letter_of(index: int) -> str:
    """A column's letter, counted from 0.

    >>> letter_of(0), letter_of(25), letter_of(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def folded(text: str) -> str:
    """Half-width, lower case, one line; for comparing."""
    return plain_text(unicodedata.normalize("NFKC", text)).lower()


def heading_key(cell: Cell) -> str:
    """A heading as it is compared.

    >>> heading_key("姓　名*"), heading_key("出生年月（必填）"), heading_key("Date of birth")
    ('姓名', '出生年月', 'dateofbirth')
    """
    text = folded(str(cell)) if cell is not None else ""
    text = re.sub(r"[(\[【〔][^)\]】〕]*[)\]】〕]", "", text)
    return re.sub(r"[\s*:_\-/、.]+", "", text)


def field_of(cell: Cell) -> str:
    """The field that a heading names, or "".

    >>> field_of("所在科室"), field_of("备注")
    ('unit', '')
    """
    return _FIELD_OF.get(heading_key(cell), "")


def looks_like_identity_number(text: str) -> bool:
    """Whether `text` holds something formed like a resident identity number (18 or old 15 digits).

    Formed means: area, a possible birth date, serial; the check digit is not asked, so that a
    mistyped number counts too. Source: GB 11643-1999.
    """
    text = unicodedata.normalize("NFKC", text).replace(" ", "")
    return bool(_ID_NUMBER.search(text) or _OLD_ID_NUMBER.search(text))


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without ".0", days as 2026-03-08.

    >>> text_of(13800000000.0), text_of(date(2026, 3, 8)), text_of(None)
    ('13800000000', '2026-03-08', '')
    """
    if cell is None or isinstance(cell, (bool, time, timedelta)):
        return "" if cell is None else str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return plain_text(read_cell(str(cell)))


def heading_row(rows: Sequence[Sequence[Cell]]) -> int | None:
    """The index of the row of headings among the first 15, or None.

    The row that names the most fields; it must name the name and one more.
    """
    best, most = None, 1
    for index, row in enumerate(rows[:15]):
        fields = {field_of(cell) for cell in row} - {""}
        if "name" in fields and len(fields) > most:
            best, most = index, len(fields)
    return best


def read_headings(row: Sequence[Cell], body: Sequence[Sequence[Cell]]) -> list[Column]:
    """Say for every column what it fills, or why it is not read.

    A column whose heading or whose values (half of the filled ones, or three) are identity
    numbers is never read: the roster keeps none.
    """
    columns: list[Column] = []
    taken: set[str] = set()
    for index, cell in enumerate(row):
        letter, heading = letter_of(index), text_of(cell)[:60]
        filled = [t for r in body if index < len(r) and (t := text_of(r[index]))]
        if not heading and not filled:
            continue
        numbers = sum(1 for t in filled if looks_like_identity_number(t))
        if (
            _ID_HEADING.search(heading_key(cell))
            or numbers >= 3
            or (numbers and 2 * numbers >= len(filled))
        ):
            columns.append(Column(letter, heading, why="identity"))
            continue
        field = field_of(cell)
        if not field:
            columns.append(Column(letter, heading, why="unknown"))
        elif field in taken:
            columns.append(Column(letter, heading, why="double"))
        else:
            taken.add(field)
            columns.append(Column(letter, heading, field))
    return columns


def read_sex(cell: Cell) -> str:
    """f or m. Raises Unreadable("sex")."""
    text = folded(text_of(cell))
    if text not in SEX:
        raise Unreadable("sex" if text else "sex_missing", text_of(cell))
    return SEX[text]


def read_staff_kind(cell: Cell) -> str:
    """A staff kind's key, "" for an empty cell. Raises Unreadable("staff_kind")."""
    text = folded(text_of(cell))
    if not text:
        return ""
    if text not in STAFF_KINDS:
        raise Unreadable("staff_kind", text_of(cell))
    return STAFF_KINDS[text]


def serial_date(number: float) -> date | None:
    """The day of a spreadsheet's serial number (1900 system) between 1920 and 2080, or None.

    >>> serial_date(31119)
    datetime.date(1985, 3, 13)
    """
    return date(1899, 12, 30) + timedelta(days=int(number)) if 7306 <= number <= 65745 else None


_DAY = re.compile(
    r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?(?: 00:00(?::00)?)?"
)
_MONTH = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?")
_RUN_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_RUN_MONTH = re.compile(r"(\d{4})(\d{2})")
_DOTTED = re.compile(r"(\d{4})\.(\d{1,2})")


def months_are_padded(cells: Iterable[Cell]) -> bool | None:
    """Whether a column writes March as 1985.03 (True) or 1985.3 (False); None when nobody can tell.

    A spreadsheet that takes 1985.10 for a number keeps 1985.1. In a column that writes 1985.03,
    1985.1 is therefore October; in one that writes 1985.3 it is January.
    """
    padded = plain = False
    for cell in cells:
        match = _DOTTED.fullmatch(folded(text_of(cell)))
        if match and match[2].startswith("0"):
            padded = True
        elif match and len(match[2]) == 1 and match[2] != "1":
            plain = True
    return None if padded == plain else padded


def read_month(cell: Cell, *, today: date, padded: bool | None = None) -> str:
    """A birth month as YYYY-MM, "" for an empty cell.

    Understands 1985.03, 1985年3月, 1985-03-12, 198503, 19850312, a date cell and a serial number.
    Raises Unreadable: "month", "month_year_only", "month_short_year", "month_october",
    "month_future", "month_old".
    """
    if isinstance(cell, (date, datetime)):
        return _month(cell.year, cell.month, cell, today)
    text = folded(text_of(cell)).strip("'")
    if not text:
        return ""
    match = _DOTTED.fullmatch(text)
    if match and match[2] == "1":
        if padded is None:
            raise Unreadable("month_october", text)
        return _month(int(match[1]), 10 if padded else 1, text, today)
    match = (
        _DAY.fullmatch(text)
        or _MONTH.fullmatch(text)
        or _RUN_DAY.fullmatch(text)
        or _RUN_MONTH.fullmatch(text)
    )
    if match:
        if len(match.groups()) == 3:
            _day(int(match[1]), int(match[2]), int(match[3]), "month", text)
        return _month(int(match[1]), int(match[2]), text, today)
    if re.fullmatch(r"\d{5}", text) and (day := serial_date(int(text))):
        return _month(day.year, day.month, text, today)
    if re.fullmatch(r"(?:19|20)\d{2}年?", text):
        raise Unreadable("month_year_only", text)
    if re.fullmatch(r"\d{2}[-./年]\d{1,2}月?", text):
        raise Unreadable("month_short_year", text)
    raise Unreadable("month", text)


def _month(year: int, month: int, shown: object, today: date) -> str:
    if not 1 <= month <= 12:
        raise Unreadable("month", shown)
    if (year, month) > (today.year, today.month):
        raise Unreadable("month_future", shown)
    if year < today.year - 120:
        raise Unreadable("month_old", shown)
    return f"{year:04d}-{month:02d}"


def _day(year: int, month: int, day: int, code: str, shown: object) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable(code, shown) from None


def read_day(cell: Cell) -> date | None:
    """A day, None for an empty cell; a month alone means its first day. Raises Unreadable("day")."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = folded(text_of(cell)).strip("'")
    if not text:
        return None
    if match := _DAY.fullmatch(text) or _RUN_DAY.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]), "day", text)
    if re.fullmatch(r"\d{5}", text) and (found := serial_date(int(text))):
        return found
    if match := _MONTH.fullmatch(text) or _RUN_MONTH.fullmatch(text):
        if match[2] == "1" and "." in text:
            raise Unreadable("month_october", text)
        return _day(int(match[1]), int(match[2]), 1, "day", text)
    raise Unreadable("day", text)


def read_phone(cell: Cell) -> str:
    """A telephone number: digits, blanks and hyphens, + and an extension; +86 falls away.

    >>> read_phone("＋86 138-0000-0000"), read_phone("0728-6242338转12")
    ('13800000000', '0728-6242338转12')

    Raises Unreadable("phone").
    """
    text = unicodedata.normalize("NFKC", text_of(cell)).strip()
    text = re.sub(r"^(?:\+|00)86[\s-]*", "", text)
    bare = re.sub(r"[\s\-()]", "", text)
    if not bare:
        return ""
    if re.fullmatch(r"1[3-9]\d{9}", bare):
        return bare
    if (
        re.fullmatch(
            r"\+?\d{3,15}(?:[转x#*]\d{1,6})?(?:[,;、/]\+?\d{3,15}(?:[转x#*]\d{1,6})?)*", bare
        )
        and len(text) <= 30
    ):
        return text
    raise Unreadable("phone", text)


def read_text(field: str, cell: Cell) -> str:
    """A text that fits its field and holds no identity number. Raises Unreadable."""
    text = clean_name(text_of(cell)) if field == "name" else text_of(cell)
    if looks_like_identity_number(text):
        raise Unreadable("identity", "")
    if len(text) > LENGTHS[field]:
        raise Unreadable("long", text[:20])
    if field == "name":
        if not text:
            raise Unreadable("name_missing")
        if text.isdigit() or len(text) < 2:
            raise Unreadable("name", text)
    return text


def read_value(field: str, cell: Cell, *, today: date, padded: bool | None = None) -> str:
    """One value of a person as it is kept, days as text. The unit is read elsewhere."""
    if field == "sex":
        return read_sex(cell)
    if field == "birth_month":
        return read_month(cell, today=today, padded=padded)
    if field == "staff_kind":
        return read_staff_kind(cell)
    if field in {"joined_on", "left_on"}:
        day = read_day(cell)
        return day.isoformat() if day else ""
    if field == "phone":
        if looks_like_identity_number(text_of(cell)):
            raise Unreadable("identity", "")
        return read_phone(cell)
    return read_text(field, cell)


@dataclass(frozen=True, slots=True)
class UnitName:
    """A unit, as far as a roster may name it."""

    id: int
    name: str
    short_name: str
    code: str


class UnitFinder:
    """Finds units by full name, short name or code among those that may be named."""

    def __init__(self, units: Iterable[UnitName]) -> None:
        self._by_code: dict[str, set[int]] = {}
        self._by_name: dict[str, set[int]] = {}
        for unit in units:
            self._by_code.setdefault(folded(unit.code), set()).add(unit.id)
            for name in (unit.name, unit.short_name):
                if name:
                    self._by_name.setdefault(folded(name), set()).add(unit.id)

    def find(self, cell: Cell) -> int:
        """The unit's id. Raises Unreadable: "unit" (none) or "unit_double" (more than one)."""
        text = text_of(cell)
        found = self._by_code.get(folded(text)) or self._by_name.get(folded(text)) or set()
        if not found:
            raise Unreadable("unit", text)
        if len(found) > 1:
            raise Unreadable("unit_double", text)
        return next(iter(found))


def count_fates(fates: Iterable[str]) -> dict[str, int]:
    """How many rows have each fate, every fate named."""
    counted = Counter(fates)
    return {fate.value: counted.get(fate.value, 0) for fate in Fate}
