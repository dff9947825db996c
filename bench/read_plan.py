"""How long it takes to read a plan document: `python bench/read_plan.py [--pages N] [--json]`.

Generates a document of N pages (default 60, some 640 characters each, as GB/T 9704 sets them) with
headings, items, dates, owners and a task table, reads it several times and prints the middle time.
The target is one second for 60 pages.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from halfsky.library.papers import SourceText  # noqa: E402 -- the path above comes first
from halfsky.plans.rules.reading import read_plan  # noqa: E402 -- the path above comes first

PAGE = 640
TARGET_SECONDS = 1.0
NUMERALS = "一二三四五六七八九"
WORK = (
    "结合全局女职工岗位实际，{month}月{day}日前举办岗位技能比武一次，参加人数不少于{count}人，引导女职工立足岗位创先争优。",
    "依托12338妇女维权热线及时解决职工诉求，每季度末向妇委会报一次台账。（责任单位：办公室、工会；配合单位：各科室）",
    "继续开展寻找“最美家庭”活动，推荐{count}户家庭参加市级评选，把家风展示贯穿全年。",
    "由机关党委牵头，工会配合，{month}月上旬组织一次妇女健康讲座，普及两癌防治知识，提高自我保健能力。",
    "进一步增强妇女组织的凝聚力，不断提升服务水平，着力营造团结和谐的良好氛围。",
)


def document(pages: int) -> str:
    """Return a generated plan of so many pages."""
    lines = [
        "某某市生态环境局2026年妇女工作要点",
        "2026年是“十五五”开局之年，全局妇女工作的总体要求是围绕中心、服务大局。",
    ]
    length, number, work = 0, 0, 0
    while length < pages * PAGE:
        part, item = divmod(number, 6)
        if item == 0 and part < 9 * 11:
            ten, one = divmod(part + 1, 10)
            numeral = ("十" if ten == 1 else NUMERALS[ten - 1] + "十" if ten else "") + (
                NUMERALS[one - 1] if one else ""
            )
            lines.append(f"{numeral}、推动第{part + 1}方面工作见到实效")
        lines.append(f"（{NUMERALS[item]}）办好第{number + 1}件实事。")
        for _ in range(3):
            words = WORK[work % len(WORK)].format(
                month=work % 12 + 1, day=work % 28 + 1, count=work % 50 + 2
            )
            lines.append(words)
            length += len(words)
            work += 1
        number += 1
    lines += ["序号\t重点工作\t具体任务\t责任单位\t完成时限"]
    lines += [
        f"{row + 1}\t第{row + 1}方面工作\t制定第{row + 1}项制度\t办公室\t{row % 12 + 1}月底前"
        for row in range(40)
    ]
    lines += ["某某市生态环境局妇委会", "2026年1月20日"]
    return "\n".join(lines)


def measure(pages: int, rounds: int = 5) -> dict[str, float | int]:
    """Return the middle and the longest time in seconds, and what was found."""
    text = document(pages)
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        reading = read_plan(SourceText(text))
        seconds.append(time.perf_counter() - started)
    return {
        "pages": pages,
        "characters": len(text),
        "seconds": round(median(seconds), 4),
        "longest": round(max(seconds), 4),
        "key_points": len(reading.key_points),
        "measures": len(reading.measures),
        "target_seconds": TARGET_SECONDS,
    }


def main() -> int:
    """Run the command; exit code 1 when the target is missed."""
    parser = argparse.ArgumentParser(description="Time the reading of a generated plan document.")
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options.pages)
    if options.json:
        print(json.dumps(result))
    else:
        print(
            "{pages} pages, {characters} characters: {seconds} s (longest {longest} s), {key_points} key points, {measures} measures".format(
                **result
            )
        )
    return int(options.pages == 60 and result["seconds"] > TARGET_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
