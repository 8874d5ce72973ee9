"""The questions of a category manager, each answered by one command: writes docs/ANSWERS.md, or compares it.

    python answers.py SHOPSCORE SAMPLE RULES ANSWERS [renew]

Publishes the sample's nights in a scratch folder and runs each command there. What the file says is what the commands print; exit
code 1 where it says something else, 0 where it was renewed.
"""

import os
import re
import subprocess
import sys
import tempfile

from documents import compare_or_renew

SHOP = 3605
DAY, BEFORE = "2022-03-15", "2022-03-14"
# Question in English and Chinese, and the command that answers it.
QUESTIONS = [
    ("Why is my score what it is?", "为什么是这个分？", f"explain --shop {SHOP} --date {DAY}"),
    ("Why did it change since yesterday?", "为什么和昨天不一样？", f"diff {BEFORE} {DAY} --shop {SHOP}"),
    ("What do I need to reach?", "怎样才能达标？", f"explain --shop {SHOP} --date {DAY} --lang zh"),
    ("Who will fail at the end of the month?", "月底谁会不达标？", f"summary --date {DAY}"),
    ("Which categories got worse?", "哪些类目变差了？", f"diff {BEFORE} {DAY} --categories"),
    ("Is the data complete?", "数据完整吗？", f"check --date {DAY}"),
]
# What differs from machine to machine.
FREE = re.compile(r"^(out|state): [0-9]+ MiB free$")
HEAD = """# Six questions, one command each 六个问题，各用一条命令

The answers are those of the sample after `make demo`. `make answers` checks that the commands still say this, and
`make answers RENEW=1` writes it anew.
"""


def run(program, arguments, folder):
    """What a command prints on stdout, in `folder`."""
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def main():
    """Writes or compares."""
    program, sample, rules = (os.path.abspath(given) for given in sys.argv[1:4])
    answers, renew = sys.argv[4], sys.argv[5:] == ["renew"]
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "jobs"))
        os.symlink(rules, os.path.join(folder, "jobs", "rules"))
        os.symlink(sample, os.path.join(folder, "sample_data"))
        run(program, ["backfill", "--from", "2022-01-01", "--to", DAY], folder)
        parts = [HEAD]
        for english, chinese, command in QUESTIONS:
            said = "\n".join(line for line in run(program, command.split(), folder).splitlines() if not FREE.search(line))
            parts.append(f"## {english} {chinese}\n\n```text\n$ shopscore {command}\n{said}\n```\n")
    wanted = "\n".join(parts)
    compare_or_renew(answers, wanted, len(QUESTIONS), renew)


if __name__ == "__main__":
    main()
