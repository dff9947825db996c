"""The sentences for papers that cannot be read, and for what a reader had to leave out.

Without Django, so that the readers stay usable from a command before the site is set up: the room
hands its translation in with `use_translation` when it is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping


def _(text: str) -> str:
    """Mark a sentence for the message catalogue; it is translated when it is shown."""
    return text


_translate: Callable[[str], str] = _


def use_translation(gettext: Callable[[str], str]) -> None:
    """Translate every sentence with `gettext` from now on."""
    global _translate  # noqa: PLW0603 - one process shows one site
    _translate = gettext


#: code -> (what is wrong, what to do)
CANNOT_READ: Mapping[str, tuple[str, str]] = {
    # the file itself
    "not_found": (
        _("找不到文件“{name}”。"),
        _("请检查文件名和所在文件夹，确认没有被移走或改名。"),
    ),
    "is_a_folder": (
        _("“{name}”是文件夹，不是文件。"),
        _("请选择文件夹里的那一份文件。"),
    ),
    "not_a_file": (
        _("“{name}”不是普通文件，不能读取。"),
        _("请选择一份保存在磁盘上的文件。"),
    ),
    "no_permission": (
        _("没有权限读取“{name}”。"),
        _("请把文件复制到自己的文件夹后再选，或请系统管理员开放读取权限。"),
    ),
    "disk_fault": (
        _("读取“{name}”时磁盘出错。"),
        _("请把文件复制到另一块磁盘后再试。"),
    ),
    "empty": (
        _("文件是空的（0 字节）。"),
        _("如果文件放在网盘里，请先下载到本机再选；否则请重新保存或重新索取。"),
    ),
    "too_large": (
        _("文件有 {size} MB，超过 {limit} MB 的上限。"),
        _("请去掉其中的图片或只保留计划正文，另存后再试。"),
    ),
    "no_text": (
        _("文件里没有文字。"),
        _("请确认选对了文件；也可以把计划正文复制后直接粘贴进来。"),
    ),
    "picture": (
        _("这是一张图片（{kind}），里面没有可以读取的文字。"),
        _("请用带文字识别（OCR）的软件转成文字，或向发文单位索取 .docx 版本。"),
    ),
    "archive": (
        _("这是一个压缩包（{kind}），不是一份文件。"),
        _("请先解压，再选择其中的计划文件。"),
    ),
    "unsupported": (
        _("这是{kind}，目前不能从中读取计划。"),
        _("请另存为 .docx，或把文字复制后直接粘贴进来。"),
    ),
    "not_text": (
        _("文件内容不是文字，也不是能识别的文件格式。"),
        _("请用 Word 或 WPS 打开，另存为 .docx 后再试；打不开说明文件已损坏，请重新索取。"),
    ),
    "damaged": (
        _("这份{kind}已损坏，读不出来。"),
        _("请用原来的软件打开并另存一份；打不开就请重新下载或重新索取。"),
    ),
    # locked
    "encrypted_office": (
        _("这份 Office 文件设了打开密码，读不出内容。"),
        _("请用 Word 或 WPS 打开，去掉密码（文件 → 信息 → 保护文档）后另存再试。"),
    ),
    "encrypted_pdf": (
        _("这份 PDF 设了打开密码，读不出内容。"),
        _("请用密码打开后“打印为 PDF”或另存为不带密码的一份，再试一次。"),
    ),
    "encrypted_ofd": (
        _("这份 OFD 文件已加密，读不出内容。"),
        _("请用 OFD 阅读器打开后导出不加密的一份，或向发文单位索取 .docx 版本。"),
    ),
    "encrypted_zip": (
        _("文件内部设了压缩密码，读不出内容。"),
        _("请用原来的软件打开并去掉密码，另存后再试。"),
    ),
    # pictures of text
    "scanned": (
        _("这份{kind}有 {pages} 页，全是图片（扫描件），没有可以读取的文字。"),
        _("请先做文字识别（OCR），或向发文单位索取文字版（.docx）；也可以把文字直接粘贴进来。"),
    ),
    "garbled_pdf": (
        _("这份 PDF 的文字没有附带编码，复制出来是乱码。"),
        _("请向发文单位索取 .docx 版本，或用文字识别（OCR）重新生成 PDF。"),
    ),
    # encodings
    "bad_bytes": (
        _("第 {line} 行有不能识别的字符（按 {encoding} 读取）。"),
        _("请用记事本打开，检查这一行，再“另存为”并把编码选为 UTF-8。"),
    ),
    "mixed_encodings": (
        _("文件混用了两种文字编码：前面是 {first}，从第 {line} 行起是 {second}。"),
        _("请把两部分分别打开，复制到同一个新文件里，保存为 UTF-8 后再试。"),
    ),
    # dangerous
    "zip_bomb": (
        _("文件解开后会超过 {limit} MB，远大于正常文件，已停止读取。"),
        _("如果确实是计划文件，请用 Word 或 WPS 打开，去掉大图片和嵌入对象后另存再试。"),
    ),
    "too_many_members": (
        _("文件内部有 {count} 个部件，超过 {limit} 个的上限，已停止读取。"),
        _("请用原来的软件打开，只保留计划正文，另存后再试。"),
    ),
    "unsafe_xml": (
        _("文件内部带有实体定义，正常软件不会生成，已停止读取。"),
        _("请确认文件来源；可靠的话，用 Word 或 WPS 打开后另存为 .docx 再试。"),
    ),
    "too_many_characters": (
        _("文字超过 {limit} 字，不像一份计划。"),
        _("请只保留计划正文，另存后再试。"),
    ),
    "too_many_pages": (
        _("文件有 {pages} 页，超过 {limit} 页的上限。"),
        _("请只导出计划所在的几页再试。"),
    ),
    "too_many_rows": (
        _("表格超过 {limit} 行或列，不像一份计划。"),
        _("请只保留计划所在的表，另存后再试。"),
    ),
    "too_deep": (
        _("文件内部层层嵌套，超过 {limit} 层，已停止读取。"),
        _("请用 Word 或 WPS 打开，把正文复制到一份新文件里再试。"),
    ),
    "too_slow": (
        _("读取超过 {seconds} 秒，已停止。"),
        _("请用原来的软件打开并另存一份，或只保留计划正文后再试。"),
    ),
    "too_much_memory": (
        _("读取需要的内存超过 {limit} MB，已停止。"),
        _("请只保留计划正文，另存后再试。"),
    ),
    # LibreOffice
    "office_missing": (
        _("读取{kind}需要 LibreOffice，这台服务器上没有安装。"),
        _(
            "请用 Word 或 WPS 另存为 .docx 后再试；或请系统管理员安装：apt-get install libreoffice-writer-nogui。"
        ),
    ),
    "office_failed": (
        _("LibreOffice 打不开这份{kind}，文件可能已损坏或设了密码。"),
        _("请用 Word 或 WPS 打开，另存为不带密码的 .docx 后再试。"),
    ),
    "office_slow": (
        _("LibreOffice 用了 {seconds} 秒还没有转换完这份{kind}，已停止。"),
        _("请用 Word 或 WPS 另存为 .docx 后再试。"),
    ),
}

#: The names of formats as users know them.
KINDS: Mapping[str, str] = {
    "docx": _("Word 文档（.docx）"),
    "docm": _("带宏的 Word 文档（.docm）"),
    "doc": _("旧版 Word 文档（.doc）"),
    "wps": _("WPS 文字（.wps）"),
    "wordxml": _("Word XML 文档"),
    "uot": _("标文通文档（.uot）"),
    "rtf": _("RTF 文档"),
    "odt": _("OpenDocument 文档（.odt）"),
    "pdf": _("PDF 文件"),
    "ofd": _("OFD 文件"),
    "html": _("网页"),
    "mhtml": _("单文件网页（.mht）"),
    "txt": _("纯文本"),
    "md": _("Markdown 文本"),
    "xlsx": _("Excel 表格（.xlsx）"),
    "xls": _("旧版 Excel 表格（.xls、.et）"),
    "xlsb": _("Excel 二进制表格（.xlsb）"),
    "ods": _("OpenDocument 表格（.ods）"),
    "pptx": _("演示文稿（.pptx）"),
    "ppt": _("旧版演示文稿（.ppt）"),
    "odp": _("演示文稿（.odp）"),
    "epub": _("电子书（.epub）"),
    "ole": _("旧版 Office 文件"),
    "program": _("程序文件"),
    "media": _("音视频文件"),
    "database": _("数据库文件"),
    "zip": _("压缩包（.zip）"),
    "xml": _("XML 文件"),
    "pasted": _("粘贴的文字"),
}

#: What was left out or changed, by the code before the first colon of a notice.
NOTICES: Mapping[str, str] = {
    "images_left_out": _("图片没有读取；图片里如有文字，请手工补上。"),
    "wrong_extension": _("扩展名是 .{0}，内容其实是{1}，已按内容读取。"),
    "macros_ignored": _("文件带有宏，只读取了文字，没有运行宏。"),
    "tracked_changes": _("文件带有修订痕迹：保留了插入的文字，去掉了删除的文字。"),
    "comments_left_out": _("批注没有读取。"),
    "footnotes_left_out": _("脚注和尾注没有读取。"),
    "hidden_text_left_out": _("隐藏的文字没有读取。"),
    "embedded_left_out": _("嵌入的其他文件没有读取。"),
    "pages_without_text": _("第 {0} 页只有图片，没有可以读取的文字。"),
    "control_characters_removed": _("去掉了 {0} 个看不见的控制字符。"),
    "bad_bytes_replaced": _("有 {0} 处字符不能识别，用“�”代替。"),
    "sheets_hidden": _("隐藏的工作表“{0}”没有读取。"),
    "encoding_found": _("文字编码是 {0}。"),
    "frames_left_out": _("网页里嵌入的其他页面没有读取。"),
    "converted_by_office": _("由 LibreOffice 转换后读取，编号和版式可能略有不同。"),
}


def kind_name(kind: str) -> str:
    """The name of a format in the user's language; the key itself when it has none."""
    return _translate(KINDS[kind]) if kind in KINDS else kind


def _spaced(kind: str) -> str:
    """The name of a format with the space that Chinese sets before Latin: 这份 PDF 文件."""
    name = kind_name(kind)
    return f" {name}" if name[:1].isascii() else name


def _filled(sentence: str, values: Mapping[str, object]) -> str:
    shown = dict(values)
    kind = values.get("kind")
    if isinstance(kind, str):
        shown["kind"] = _spaced(kind)
    return (
        _translate(sentence)
        .format(**shown)
        .replace("  ", " ")
        .replace("（ ", "（")
        .replace("( ", "(")
        .strip()
    )


def what_is_wrong(code: str, values: Mapping[str, object]) -> str:
    """The sentence that says what is wrong with a paper."""
    return _filled(CANNOT_READ[code][0], values)


def what_to_do(code: str, values: Mapping[str, object]) -> str:
    """The sentence that says what its owner can do."""
    return _filled(CANNOT_READ[code][1], values)


def notice_sentence(notice: str) -> str:
    """The sentence for a notice of `SourceText.notices` ("wrong_extension:docx:pdf")."""
    code, *values = notice.split(":")
    if code == "wrong_extension":
        values[1] = _spaced(values[1])
    return _translate(NOTICES[code]).format(*values).replace("  ", " ")
