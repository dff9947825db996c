"""Plain text in any Chinese encoding: UTF-8, UTF-16, GB18030 (GBK, GB2312) and Big5.

No statistics over languages: a short GB18030 text is taken for Korean by such guessers. The order
is fixed. A byte order mark decides. Else strict UTF-8, which other encodings hardly ever satisfy
by accident. Else the candidates that decode strictly are compared by one number, the share of
their characters that are frequent in Chinese writing, and the winner must be plausible.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from dataclasses import dataclass

from halfsky.library import rules
from halfsky.library.papers import CannotRead, SourceText
from halfsky.library.readers.build import TextBuilder

#: Frequent characters of official writing, simplified; about half of any such text.
_FREQUENT_SIMPLIFIED = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形"
    "相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展"
    "五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战"
    "先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白"
    "教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且"
    "究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值"
    "号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严妇女巾帼岗维权"
)
_FREQUENT_TRADITIONAL = (
    "這為個國時來們對會發動過說產種後學經進著電裡現實業從應開還間與關線內數質氣變條結問題無軍當總統黨員設長頭資邊級圖將組見計別論運"
    "農區強決戰則據處隊給門規熱領東導壓爭濟階極聯認權證單風車務萬達積議聲報鬥類離華確張馬節話況傳許廣記須際驗連斷難礦備辦習響約勞團"
    "歷構稱準號維劃選標寫親養層專狀廠識適屬圓調滿縣參細聽該鐵價嚴婦課體機點兩溝書衆眾"
)
FREQUENT = frozenset(
    _FREQUENT_SIMPLIFIED
    + _FREQUENT_TRADITIONAL
    + "，。、；：？！“”‘’（）《》〈〉【】「」『』—…·　〝〞〔〕％－～．０１２３４５６７８９①②③④⑤⑥⑦⑧⑨"
)
_ASCII_TEXT = frozenset("\t\n\r" + "".join(map(chr, range(32, 127))))

ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "utf-32": "UTF-32",
    "gb18030": "GB18030",
    "big5hkscs": "Big5",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Share of frequent characters from which a text counts as Chinese. Official texts reach 0.6 to
#: 0.8, the same bytes read in a wrong encoding stay under 0.15.
PLAUSIBLE = 0.25
#: How much more Chinese the text must look as Big5 than as GB18030, the usual encoding here.
_BIG5_LEAD = 1.3
_SAMPLE = 400_000
#: Three Chinese characters in a row as UTF-8 writes them; without them nothing is mixed.
_CHINESE_IN_UTF8 = re.compile(rb"(?:[\xe3-\xe9\xef][\x80-\xbf]{2}){3}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with the name of the encoding that it was in."""

    text: str
    encoding: str


def chinese_share(text: str) -> float:
    """Return the share of frequent Chinese characters among those beyond ASCII, from 0 to 1.

    Private-use characters, controls and halves of pairs each take one frequent character away:
    they appear only when bytes are read in a wrong encoding. 1 when all is ASCII.
    """
    beyond = frequent = strange = 0
    for char in text:
        if char in _ASCII_TEXT:
            continue
        beyond += 1
        if char in FREQUENT:
            frequent += 1
        elif (
            char < " "
            or "\ue000" <= char <= "\uf8ff"
            or "\ud800" <= char <= "\udfff"
            or char in "\x7f\ufffd"
            or "\x80" <= char <= "\x9f"
        ):
            strange += 1
    if not beyond:
        return 1.0
    return max(0.0, (frequent - strange) / beyond)


def _line_of(data: bytes, position: int) -> int:
    head = data[:position]
    return head.count(b"\n") + (head.count(b"\r") - head.count(b"\r\n")) + 1


def _strictly(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as fault:
        before = data[: fault.start].decode(encoding, "ignore")
        line = len(re.split("\r\n|\r|\n", before))
        raise CannotRead(
            "bad_bytes", line=line, encoding=ENCODING_NAMES.get(encoding, encoding)
        ) from None


def _utf16_without_mark(data: bytes) -> Decoded | None:
    """Decode UTF-16 without a mark when the bytes themselves give evidence for it."""
    if len(data) % 2 or len(data) < 4:
        return None
    best: tuple[float, Decoded] | None = None
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        sample = text[:_SAMPLE]
        if "\x00" in sample:
            continue
        plain = sum(char in _ASCII_TEXT for char in sample)
        share = chinese_share(sample) if plain < len(sample) else 0.9
        if plain and plain > len(sample) * 0.8:
            share = max(share, 0.9)
        if share < PLAUSIBLE and _first_level_share(sample) > 0.95:
            share = PLAUSIBLE
        if share >= PLAUSIBLE and (best is None or share > best[0]):
            best = (share, Decoded(text, encoding))
    return best[1] if best else None


def _looks_utf8(line: bytes) -> bool | None:
    """Tell whether a line is surely UTF-8 (True), surely not (False) or says nothing (None)."""
    if line.isascii():
        return None
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return False if _legacy(line) else None
    long_enough = sum(ord(char) > 0x7FF for char in text) >= 3
    return True if long_enough and chinese_share(text) >= PLAUSIBLE else None


def _refuse_mixture(data: bytes) -> None:
    """Raise CannotRead("mixed_encodings") when some lines are UTF-8 and others surely are not."""
    first: tuple[bool, int] | None = None
    if not _CHINESE_IN_UTF8.search(data):
        return
    lines = re.split(b"\r\n|\r|\n", data)
    for number, line in enumerate(lines, 1):
        verdict = _looks_utf8(line)
        if verdict is None:
            continue
        if first is None:
            first = (verdict, number)
        elif first[0] != verdict:
            legacy = _legacy_name(line if first[0] else lines[first[1] - 1])
            names = ("UTF-8", legacy) if first[0] else (legacy, "UTF-8")
            raise CannotRead("mixed_encodings", first=names[0], line=number, second=names[1])


def _legacy_name(data: bytes) -> str:
    shares = {
        encoding: chinese_share(data.decode(encoding, "replace"))
        for encoding in ("gb18030", "big5hkscs")
    }
    return ENCODING_NAMES[
        "big5hkscs" if shares["big5hkscs"] > shares["gb18030"] * _BIG5_LEAD else "gb18030"
    ]


def decode(data: bytes) -> Decoded:
    """Return the text of `data` and its encoding.

    Raises CannotRead: not_text (binary), bad_bytes (with the line), mixed_encodings (with the
    line where the second begins), too_many_characters.
    """
    if len(data) > rules.MAX_CHARACTERS * 4:  # no encoding takes more than four bytes
        raise CannotRead("too_many_characters", limit=rules.MAX_CHARACTERS)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            found = _strictly(data[len(mark) :], encoding)
            _refuse_binary(found.text)
            return found
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        utf8_fault = fault
    else:
        if "\x00" not in text:
            _refuse_binary(text)
            return Decoded(text, "utf-8")
        found_16 = _utf16_without_mark(data)
        if found_16:
            return found_16
        raise CannotRead("not_text")
    utf16 = _utf16_without_mark(data)
    legacy = _legacy(data)
    if utf16 and (
        legacy is None or chinese_share(utf16.text[:_SAMPLE]) > chinese_share(legacy.text[:_SAMPLE])
    ):
        return utf16
    _refuse_mixture(data)
    if legacy is None:
        raise _nothing_fits(data, utf8_fault)
    _refuse_binary(legacy.text)
    return legacy


def _legacy(data: bytes) -> Decoded | None:
    """Decode GB18030 or Big5, whichever decodes strictly and reads as Chinese.

    GB18030 unless Big5 has clearly more frequent characters: most files here are GB18030.
    """
    texts = {}
    for encoding in ("gb18030", "big5hkscs"):
        with contextlib.suppress(UnicodeDecodeError):
            texts[encoding] = data.decode(encoding)
    shares = {encoding: chinese_share(text[:_SAMPLE]) for encoding, text in texts.items()}
    if (
        shares.get("big5hkscs", 0) >= PLAUSIBLE
        and shares["big5hkscs"] > shares.get("gb18030", 0) * _BIG5_LEAD
    ):
        return Decoded(texts["big5hkscs"], "big5hkscs")
    if shares.get("gb18030", 0) >= PLAUSIBLE or (
        "gb18030" in texts and _first_level_share(texts["gb18030"]) >= 0.9
    ):
        return Decoded(texts["gb18030"], "gb18030")
    return None


def _first_level_share(text: str) -> float:
    """Return the share of GB2312's first level and punctuation among characters beyond ASCII.

    Real Chinese, a list of names too, stays above 0.95; bytes of another encoding read as GB18030
    scatter over the rare characters.
    """
    beyond = [char for char in text[:_SAMPLE] if char > "~"]
    common = 0
    for char in beyond:
        with contextlib.suppress(UnicodeEncodeError):
            lead = char.encode("gb2312")[0]
            common += 0xB0 <= lead <= 0xD7 or 0xA1 <= lead <= 0xA3
    return common / len(beyond) if beyond else 1.0


def _nothing_fits(data: bytes, utf8_fault: UnicodeDecodeError) -> CannotRead:
    """Say where the bytes stop making sense, in the encoding that carries furthest."""
    if (
        data.count(0)
        or sum(byte < 9 or 13 < byte < 27 for byte in data[:4096]) > len(data[:4096]) * 0.02
    ):
        return CannotRead("not_text")
    furthest = ("utf-8", utf8_fault.start)
    for encoding in ("gb18030", "big5hkscs"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError as fault:
            if fault.start > furthest[1]:
                furthest = (encoding, fault.start)
    encoding, position = furthest
    if chinese_share(data[:position].decode(encoding, "ignore")) < PLAUSIBLE:
        return CannotRead("not_text")
    return CannotRead("bad_bytes", line=_line_of(data, position), encoding=ENCODING_NAMES[encoding])


def _refuse_binary(text: str) -> None:
    sample = text[:_SAMPLE]
    strange = sum(char < "\t" or "\r" < char < "\x1b" for char in sample)
    if "\x00" in text or strange > max(3, len(sample) // 200):
        raise CannotRead("not_text")


def read_text(data: bytes, format: str = "txt") -> SourceText:
    """Read plain text; the text stays as it is but for its line ends."""
    decoded = decode(data)
    builder = TextBuilder(format)
    builder.verbatim(decoded.text)
    if decoded.encoding != "utf-8":
        builder.notice(
            "encoding_found", ENCODING_NAMES.get(decoded.encoding, decoded.encoding.upper())
        )
    return builder.done()


def read_string(text: str, format: str = "pasted") -> SourceText:
    """Read text that already is text (pasted into a form)."""
    builder = TextBuilder(format)
    builder.verbatim(text)
    return builder.done()
