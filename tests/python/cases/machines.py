"""On what file systems, as which users and under which programs the job runs."""

import re

import pyarrow.parquet as pq

from .market import read
from .registry import NIGHT, case

PLAIN = "--extracts extracts --rules rules --state state --out out"
QUIRKS = "LD_PRELOAD=$PWD/quirks.so"


@case("kubernetes#60099; screamingface#538", says="environment SHOPSCORE_PORT: the address of a service")
def kubernetes_service_links(market):
    return f"""export SHOPSCORE_SERVICE_HOST=10.96.17.4 SHOPSCORE_SERVICE_PORT=80 SHOPSCORE_SERVICE_PORT_HTTP=80
export SHOPSCORE_PORT=tcp://10.96.17.4:80 SHOPSCORE_PORT_80_TCP=tcp://10.96.17.4:80 SHOPSCORE_PORT_80_TCP_PROTO=tcp
export SHOPSCORE_PORT_80_TCP_PORT=80 SHOPSCORE_PORT_80_TCP_ADDR=10.96.17.4
{NIGHT}
"""


@case("rocksdb#9657; NixOS/nix#3749", says="a file system without hard links", first="2022-02-13")
def no_hard_links(market):
    return f""""$SHOPSCORE" nightly --date 2022-03-14 {PLAIN} || exit 99
{QUIRKS} QUIRK=nolink QUIRK_PATH=/out/ {NIGHT}
"""


@case("ipfs/kubo#11429; borg#5770")
def inodes_that_change(market):
    return f"{QUIRKS} QUIRK=inode QUIRK_PATH=/extracts/ {NIGHT}\n"


@case("isce-framework/nisarqa#160", says="WARN", first="2022-02-12")
def folders_that_stay(market):
    """A reader elsewhere holds a file of an old generation open."""
    return f"""for day in 2022-03-13 2022-03-14; do "$SHOPSCORE" nightly --date $day {PLAIN} --set keep_generations=1 || exit 99; done
{QUIRKS} QUIRK=silly QUIRK_PATH=/out/ {NIGHT} --set keep_generations=1
"""


@case("tox-dev/filelock#67; cactus#1299", code=5, says="flock failed")
def no_locks(market):
    return f"{QUIRKS} QUIRK=nolock {NIGHT}\n"


@case("MiSTer_Favorites#24", code=5, says="symlink")
def no_symbolic_links(market):
    return f"{QUIRKS} QUIRK=nosymlink QUIRK_PATH=/out/ {NIGHT}\n"


@case("NousResearch/hermes-agent#71009", code=5, says=["preflight: ", "of user 0"], first="2022-02-12", needs_root=True)
def once_as_root(market):
    return f"""chmod -R a+rX extracts rules; mkdir out state; chown 1234:1234 out state
as() {{ setpriv --reuid 1234 --regid 1234 --clear-groups "$@"; }}
as "$SHOPSCORE" nightly --date 2022-03-13 {PLAIN} || exit 99
"$SHOPSCORE" nightly --date 2022-03-14 {PLAIN} || exit 98
as {NIGHT}
"""


@case("appstream-glib#399; motion#1297", needs_root=True)
def umask_077(market):
    return f"""umask 077
{NIGHT} || exit
setpriv --reuid 4321 --regid 4321 --clear-groups cat out/current/scores/dt=2022-03-15/*.parquet >/dev/null || exit 97
"""


@case("langflow-e2e#1715; systemd-cron#147", says="looked for at /jobs/rules/weights.csv")
def cron_without_home(market):
    return f"""here=$PWD; cd /
env -i PATH=/usr/bin:/bin "$SHOPSCORE" nightly --date 2022-03-15
cd "$here"
env -i SHOPSCORE_X= true; env -i "$SHOPSCORE" {NIGHT.split(" ", 1)[1]}
"""


@case("sharkdp/fd#737")
def closed_outputs(market):
    return f"""{NIGHT} >&- || exit
"$SHOPSCORE" summary --date 2022-03-15 --out out | head -1 >/dev/null
[ "${{PIPESTATUS[*]}}" = "0 0" ] || exit 98
"$SHOPSCORE" verify --out out --state state >&- 2>&- || exit 97
{NIGHT} 2>&-
"""


@case("few descriptors")
def few_descriptors(market):
    for table in ("payments", "consultations"):
        for path in market.parts(table):
            rows = read(path)
            step = rows.num_rows // 40 + 1
            path.unlink()
            for number in range(40):
                part = path.with_name(f"{path.stem}-{number:05d}-c000.snappy.parquet")
                pq.write_table(rows.slice(number * step, step), part)
    return f"ulimit -n 64\n{NIGHT} --threads 16\n"


@case("kukur#279")
def rules_with_a_mark_and_line_ends_of_excel(market):
    for path in market.rules.glob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_text("utf-8").replace("\n", "\r\n").encode())


@case("kukur#279", code=2, says="weights.csv:123: column category: found an empty cell")
def rules_with_empty_rows_of_excel(market):
    for path in market.rules.glob("*.csv"):
        text = path.read_text("utf-8").rstrip("\n")
        path.write_text(text + ("\n" + "," * text.split("\n", 1)[0].count(",")) * 3 + "\n")


@case("SQLPage#528", code=2, says="weights.csv:2: found bytes that are no UTF-8")
def rules_in_gbk(market):
    for path in market.rules.glob("*.csv"):
        text = re.sub(r"(\d{4})-0?(\d+)-0?(\d+)", r"\1/\2/\3", path.read_text("utf-8"))
        path.write_bytes(text.replace("\n", "\r\n").encode("gb18030"))


@case("apache/airflow#66791; dagu#1180", says="not caught up, since catch_up_days is 7", first="2022-01-10")
def outage_over_a_month_end(market):
    return f"""at() {{ {QUIRKS} QUIRK_NOW=$(date -u -d "$1" +%s) "${{@:2}}"; }}
at "2022-02-20 18:30" "$SHOPSCORE" nightly {PLAIN} || exit 99
at "2022-03-15 18:30" "$SHOPSCORE" nightly {PLAIN}
"""


@case("OUT and STATE that are links to a disk of data")
def out_is_a_link(market):
    for name in ("out", "state"):
        (market.folder / "disk" / name).mkdir(parents=True)
        (market.folder / name).symlink_to(market.folder / "disk" / name)


@case("uutils/coreutils#9782; fd#737", code=5, says="results that could not be written")
def full_stdout(market):
    return f"""{NIGHT} || exit 99
"$SHOPSCORE" summary --date 2022-03-15 --out out >/dev/full
"""
