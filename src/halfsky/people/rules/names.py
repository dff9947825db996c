"""How a Chinese name is read, for sorting and for finding.

Surnames come first from the tables below, because as surnames these characters are read unlike
elsewhere. Sources: Xiandai Hanyu Cidian (现代汉语词典, 7th ed., Commercial Press 2016), entries
marked 姓; Tongyong Guifan Hanzi Zidian (通用规范汉字字典, Commercial Press 2013). Where families
differ (乐 yuè or lè, 覃 qín or tán), the reading that the dictionaries give first stands.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# character: reading as a surname
SURNAMES = {
    "单": "shan", "仇": "qiu", "解": "xie", "区": "ou", "朴": "piao", "查": "zha", "乐": "yue",
    "曾": "zeng", "盖": "ge", "翟": "zhai", "缪": "miao", "任": "ren", "华": "hua", "宁": "ning",
    "燕": "yan", "应": "ying", "员": "yun", "贠": "yun", "繁": "po", "秘": "bi", "重": "chong",
    "祭": "zhai", "折": "she", "冼": "xian", "洗": "xian", "召": "shao", "种": "chong",
    "逄": "pang", "郇": "xun", "郗": "xi", "佴": "nai", "妫": "gui", "亓": "qi", "覃": "qin",
    "谌": "chen", "隗": "wei", "卜": "bu", "过": "guo", "哈": "ha", "那": "na", "牟": "mu",
    "莘": "shen", "车": "che", "柏": "bai", "薄": "bo", "阚": "kan", "角": "jue", "句": "gou",
    "勾": "gou", "乜": "nie", "幺": "yao", "么": "yao", "相": "xiang", "行": "xing",
    "强": "qiang", "石": "shi", "曲": "qu", "沈": "shen", "宿": "su", "眭": "sui", "万": "wan",
    "於": "yu", "适": "kuo", "郄": "qie", "訾": "zi", "庹": "tuo", "撒": "sa", "呙": "guo",
    "晁": "chao", "殳": "shu", "贾": "jia", "葛": "ge", "都": "du", "仝": "tong", "粘": "nian",
    "尉": "wei", "纪": "ji", "褚": "chu", "谭": "tan", "夏": "xia", "石抹": "shi mo",
    "黑": "he", "令": "ling", "朝": "chao", "长": "zhang", "干": "gan", "藏": "zang",
    "教": "jiao", "调": "diao", "弹": "tan", "尹": "yin", "俞": "yu", "喻": "yu", "舍": "she",
    "盛": "sheng", "圈": "juan", "钻": "zuan", "便": "pian", "洞": "tong", "术": "zhu",
}  # fmt: skip

# two characters: reading of both
COMPOUND_SURNAMES = {
    "欧阳": "ou yang", "司马": "si ma", "上官": "shang guan", "诸葛": "zhu ge", "东方": "dong fang",
    "皇甫": "huang fu", "尉迟": "yu chi", "公孙": "gong sun", "慕容": "mu rong", "令狐": "ling hu",
    "司徒": "si tu", "司空": "si kong", "夏侯": "xia hou", "宇文": "yu wen", "长孙": "zhang sun",
    "单于": "chan yu", "万俟": "mo qi", "澹台": "tan tai", "鲜于": "xian yu", "独孤": "du gu",
    "南宫": "nan gong", "端木": "duan mu", "百里": "bai li", "呼延": "hu yan", "轩辕": "xuan yuan",
    "拓跋": "tuo ba", "完颜": "wan yan", "闻人": "wen ren", "赫连": "he lian", "钟离": "zhong li",
    "申屠": "shen tu", "太史": "tai shi", "濮阳": "pu yang", "淳于": "chun yu", "公冶": "gong ye",
    "宗政": "zong zheng", "仲孙": "zhong sun", "乐正": "yue zheng", "漆雕": "qi diao",
    "公西": "gong xi", "西门": "xi men", "纳兰": "na lan", "叶赫": "ye he", "第五": "di wu",
}  # fmt: skip

_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿𠀀-𱍏]")
_NOT_A_NAME = re.compile(r"[\s·•・.]+")


def clean_name(text: str) -> str:
    """A name as it is kept: no control characters, one form of the dot, no blanks between Han.

    >>> clean_name(" 王 芳 ")
    '王芳'
    >>> clean_name("阿依古丽•买买提")
    '阿依古丽·买买提'
    """
    kept = "".join(
        c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c)[0] != "C"
    )
    kept = re.sub(r"\s*[•・‧∙⋅]\s*", "·", kept.replace("　", " "))
    kept = re.sub(r"\s+", " ", kept).strip()
    return re.sub(r"(?<=[㐀-鿿]) (?=[㐀-鿿])", "", kept)


def _syllables(text: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin  # 0.2 s: only when a name is read

    return [s.lower() for s in lazy_pinyin(text, style=Style.NORMAL, errors="default")]


@lru_cache(maxsize=4096)
def reading(name: str) -> tuple[str, ...]:
    """The syllables of a name, its surname read as a surname.

    >>> reading("单雄信")
    ('shan', 'xiong', 'xin')
    >>> reading("尉迟恭")
    ('yu', 'chi', 'gong')
    """
    name = clean_name(name)
    for table, length in ((COMPOUND_SURNAMES, 2), (SURNAMES, 1)):
        head = name[:length]
        # a name of one character more than the surname at least: 单于 alone is 单 + 于
        if head in table and len(name) > length and "·" not in name:
            return (*table[head].split(), *_words(name[length:]))
    return tuple(_words(name))


def _words(text: str) -> list[str]:
    found: list[str] = []
    for part in _NOT_A_NAME.split(text):
        if part:
            found += _syllables(part)
    return found


def name_key(name: str) -> str:
    """The key by which names are sorted: syllables apart by blanks, then the name itself.

    Two surnames of one sound stay apart, as in a printed roster. At most 120 characters.

    >>> name_key("曾敏")
    'zeng min 曾敏'
    """
    return f"{' '.join(reading(name))} {clean_name(name)}"[:120]


def name_search(name: str) -> str:
    """What typed letters are sought in: the syllables run together, and their first letters.

    >>> name_search("曾敏")
    'zengmin zm'
    """
    syllables = reading(name)
    return f"{''.join(syllables)} {''.join(s[0] for s in syllables if s)}"[:160]


def typed_letters(text: str) -> str:
    """What someone typed, as it is sought in `name_search`; empty when it holds Han.

    >>> typed_letters("Zeng Min"), typed_letters("曾")
    ('zengmin', '')
    """
    if _HAN.search(text):
        return ""
    return re.sub(r"[^a-z]", "", text.lower().replace("ü", "v"))
