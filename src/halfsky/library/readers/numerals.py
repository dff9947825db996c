"""How word processors write the number of a list item (Office Open XML, ST_NumberFormat)."""

from __future__ import annotations

_DIGITS = "〇一二三四五六七八九"
_LEGAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"


def _chinese(number: int, digits: str, units: str, zero: str, *, drop_one: bool) -> str:
    """Write a number from 1 to 99,999 with units (一百零五)."""
    if not 0 < number < 100_000:
        return str(number)
    text, gap = "", False
    for power in range(4, -1, -1):
        digit = number // 10**power % 10
        if digit == 0:
            gap = bool(text)
            continue
        if gap:
            text += zero
            gap = False
        unit = units[power - 1] if power else ""
        text += (
            unit if drop_one and digit == 1 and power == 1 and not text else digits[digit] + unit
        )
    return text


def _digit_by_digit(number: int, digits: str = _DIGITS) -> str:
    return "".join(digits[int(digit)] for digit in str(number))


def _counting(number: int) -> str:
    """十一 up to 九十九, then digit by digit (一〇〇), as chineseCounting does."""
    return (
        _chinese(number, _DIGITS, "十百千万", "零", drop_one=True)
        if number < 100
        else _digit_by_digit(number)
    )


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    text = ""
    for value, letters in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
        (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        text += letters * (number // value)
        number %= value
    return text


def _letters(number: int) -> str:
    return (
        chr(64 + (number - 1) % 26 + 1) * ((number - 1) // 26 + 1)
        if 0 < number <= 780
        else str(number)
    )


def _from(first: str, count: int, number: int) -> str | None:
    return chr(ord(first) + number - 1) if 0 < number <= count else None


def _circled(number: int) -> str:
    """① to ⑳, ㉑ to ㉟, ㊱ to ㊿, then plain."""
    return (
        _from("①", 20, number)
        or _from("㉑", 15, number - 20)
        or _from("㊱", 15, number - 35)
        or str(number)
    )


def written(number: int, format: str) -> str:
    """Return `number` as the numbering format `format` shows it; plain digits if it is unknown."""
    match format:
        case "none" | "bullet":
            return ""
        case "decimalZero":
            return f"{number:02d}"
        case "upperRoman":
            return _roman(number)
        case "lowerRoman":
            return _roman(number).lower()
        case "upperLetter":
            return _letters(number)
        case "lowerLetter":
            return _letters(number).lower()
        case "chineseCounting" | "taiwaneseCounting":
            return _counting(number)
        case "chineseCountingThousand" | "taiwaneseCountingThousand" | "ideographDigitalThousand":
            return _chinese(number, _DIGITS, "十百千万", "零", drop_one=True)
        case "japaneseCounting":
            text = _chinese(number, _DIGITS, "十百千万", "", drop_one=True)
            return text.removeprefix("一") if text[:2] in ("一百", "一千") else text
        case "chineseLegalSimplified":
            return _chinese(number, _LEGAL_DIGITS, "拾佰仟万", "零", drop_one=False)
        case "ideographLegalTraditional" | "japaneseLegal":
            return _chinese(number, "零壹貳參肆伍陸柒捌玖", "拾佰仟萬", "零", drop_one=False)
        case (
            "ideographDigital"
            | "japaneseDigitalTenThousand"
            | "taiwaneseDigital"
            | "koreanDigital2"
        ):
            return _digit_by_digit(number)
        case "ideographTraditional":
            return _STEMS[number - 1] if 0 < number <= 10 else str(number)
        case "ideographZodiac":
            return _BRANCHES[number - 1] if 0 < number <= 12 else str(number)
        case "ideographZodiacTraditional":
            return (
                _STEMS[(number - 1) % 10] + _BRANCHES[(number - 1) % 12]
                if 0 < number <= 60
                else str(number)
            )
        case "decimalEnclosedCircle":
            return _circled(number)
        case "decimalEnclosedCircleChinese":
            return _circled(number) if number <= 10 else str(number)
        case "decimalEnclosedFullstop":
            return _from("⒈", 20, number) or f"{number}."
        case "decimalEnclosedParen":
            return _from("⑴", 20, number) or f"({number})"
        case "ideographEnclosedCircle":
            return _from("㊀", 10, number) or str(number)
        case "decimalFullWidth" | "decimalFullWidth2":
            return "".join(chr(ord(digit) - 48 + 0xFF10) for digit in str(number))
        case "numberInDash":
            return f"- {number} -"
        case "ordinal":
            tail = (
                "th"
                if 10 <= number % 100 <= 20
                else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
            )
            return f"{number}{tail}"
        case _:
            return str(number)


#: HTML's and CSS's names for the same formats.
CSS_FORMATS = {
    "decimal": "decimal",
    "decimal-leading-zero": "decimalZero",
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
    "lower-alpha": "lowerLetter",
    "lower-latin": "lowerLetter",
    "upper-alpha": "upperLetter",
    "upper-latin": "upperLetter",
    "lower-roman": "lowerRoman",
    "upper-roman": "upperRoman",
    "cjk-ideographic": "chineseCountingThousand",
    "simp-chinese-informal": "chineseCountingThousand",
    "trad-chinese-informal": "chineseCountingThousand",
    "simp-chinese-formal": "chineseLegalSimplified",
    "cjk-decimal": "ideographDigital",
    "cjk-heavenly-stem": "ideographTraditional",
    "cjk-earthly-branch": "ideographZodiac",
}
