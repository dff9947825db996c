import pytest

from halfsky.library.readers.numerals import written


@pytest.mark.parametrize(
    ("format", "numbers", "shown"),
    [
        ("decimal", (1, 10), "1 10"),
        ("decimalZero", (1, 12), "01 12"),
        ("chineseCounting", (1, 10, 11, 20, 21, 99, 100), "一 十 十一 二十 二十一 九十九 一〇〇"),
        (
            "chineseCountingThousand",
            (9, 10, 105, 110, 1010, 12),
            "九 十 一百零五 一百一十 一千零一十 十二",
        ),
        ("japaneseCounting", (1, 10, 15, 120), "一 十 十五 百二十"),
        ("chineseLegalSimplified", (1, 10, 25), "壹 壹拾 贰拾伍"),
        ("ideographTraditional", (1, 2, 10, 11), "甲 乙 癸 11"),
        ("ideographZodiac", (1, 12), "子 亥"),
        ("ideographZodiacTraditional", (1, 60), "甲子 癸亥"),
        ("ideographDigital", (10, 26), "一〇 二六"),
        ("decimalEnclosedCircle", (1, 20, 21, 35, 36, 50, 51), "① ⑳ ㉑ ㉟ ㊱ ㊿ 51"),
        ("decimalEnclosedCircleChinese", (10, 11), "⑩ 11"),
        ("decimalEnclosedFullstop", (1, 21), "⒈ 21."),
        ("decimalEnclosedParen", (3, 21), "⑶ (21)"),
        ("ideographEnclosedCircle", (1, 10), "㊀ ㊉"),
        ("decimalFullWidth", (12,), "１２"),
        ("upperRoman", (4, 9, 14), "IV IX XIV"),
        ("lowerRoman", (3,), "iii"),
        ("upperLetter", (1, 26, 27), "A Z AA"),
        ("lowerLetter", (2,), "b"),
        ("ordinal", (1, 2, 3, 11), "1st 2nd 3rd 11th"),
        ("numberInDash", (2,), "- 2 -"),
        ("something new", (7,), "7"),
        ("chineseCountingThousand", (0, 100_000), "0 100000"),
    ],
)
def test_written_in_each_format(format: str, numbers: tuple[int, ...], shown: str) -> None:
    assert " ".join(written(number, format).replace(" ", " ") for number in numbers) == shown
