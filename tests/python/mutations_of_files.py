"""Mutations of bytes, files, folders and manifests. Each takes a seeded `random.Random` and an opened partition, spoils it,
and returns what may come of it:

    RULES     the reference says what: the same figures, or a refusal of the same kind
    DAMAGED   a refusal, or what the reference makes of it if that can read it at all
    REFUSED   a refusal, whatever the reference makes of it
"""

import os
import shutil

import pyarrow.parquet as pq
from mutant_marketplace import DAY
from reference import TABLES

RULES, DAMAGED, REFUSED = "rules", "damaged", "refused"

# ---------------------------------------------------------------- bytes


def truncated(chance, at):
    content = at.bytes()
    kept = chance.choice([0, 1, 4, 8, 12, len(content) - 1, len(content) - 8, chance.randrange(len(content))])
    at.write_bytes(content[:kept])
    return REFUSED


def torn_write(chance, at):
    """Some blocks of the file never reached the disk."""
    content, block = bytearray(at.bytes()), chance.choice([64, 512, 4096])
    for start in range(0, len(content), block):
        if chance.random() < 0.3:
            content[start : start + block] = bytes(len(content[start : start + block]))
    at.write_bytes(bytes(content))
    return DAMAGED


def stale_end(chance, at):
    """A shorter file written over a longer one, or more after the end."""
    content = at.bytes()
    if chance.random() < 0.5:
        at.write_bytes(content + chance.randbytes(chance.choice([1, 8, 4096])))
        return REFUSED
    start = chance.randrange(4, len(content))
    at.write_bytes(content[:start] + content)
    return DAMAGED


def something_else(chance, at):
    page = b"<html><body>504 Gateway Time-out</body></html>\n"
    other = [b"PAR1", b"PAR1PAR1", b"PAR1\x00\x00\x00\x00PAR1", b"PAR1\xff\xff\xff\x7fPAR1", b"shop_id,amount\n1,2\n"]
    at.write_bytes(chance.choice([page, page * 999, *other, chance.randbytes(4000), b"PARE" + at.bytes()[4:-4] + b"PARE"]))
    return REFUSED


def flip(chance, content, start, end):
    """One to three bits of content[start:end] the other way round."""
    content = bytearray(content)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        content[chance.randrange(start, end)] ^= 1 << chance.randrange(8)
    return bytes(content)


def flipped_under_a_manifest(chance, at):
    at.write_manifest()
    before = at.bytes()
    stat = os.stat(at.file())
    after = flip(chance, before, 0, len(before))
    at.write_bytes(after)
    if chance.random() < 0.5:
        os.utime(at.file(), ns=(stat.st_atime_ns, stat.st_mtime_ns))
    return RULES if after == before else REFUSED


def flipped_under_page_checksums(chance, at):
    """In the pages: the footer has no checksum."""
    options = {"compression": chance.choice(["none", "snappy", "zstd"]), "use_dictionary": chance.random() < 0.5}
    at.write(at.rows(), write_page_checksum=True, data_page_version=chance.choice(["1.0", "2.0"]), **options)
    content = at.bytes()
    footer_start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    at.write_bytes(flip(chance, content, 4, footer_start))
    return DAMAGED


def flipped_footer(chance, at):
    content = at.bytes()
    footer_start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    at.write_bytes(flip(chance, content, footer_start, len(content)))
    return DAMAGED


# ---------------------------------------------------------------- files and folders


def ignored_names(chance, at):
    """Names that are not looked at, whatever is in them, and files that are no Parquet."""
    for name in chance.sample(["_tmp-x.parquet", ".part-0.parquet", "_SUCCESS", ".part.crc", "@eaDir", "lost+found"], 3):
        at.write_bytes(chance.choice([b"", b"PAR1", at.bytes()]), name)
    for name in chance.sample(["README.md", "x.csv", "000001_0"], 2):
        at.write_bytes(chance.choice([b"", b"PAR1", b"PAR1...", at.bytes()[:-1]]), name)
    os.mkdir(os.path.join(at.folder, "_temporary"))
    return RULES


def odd_part_file(chance, at):
    """A part file that is no regular file inside the extracts."""
    path = os.path.join(at.folder, chance.choice(["part-1.parquet", "a.parquet", "\u202e1.parquet", "x\n\x1b[2J.parquet"]))
    outside = os.path.join(at.market.outside, "of-others.parquet")
    shutil.copy(at.file(), outside)
    kind = chance.choice(["pipe", "loop", "dangling", "escaping"])
    if kind == "pipe":
        os.mkfifo(path)
    else:
        target = {"loop": path, "dangling": path + ".gone", "escaping": outside}[kind]
        os.symlink(target, path)
    return REFUSED


def renamed_part_file(chance, at):
    """A part file is known by its content, whatever its name; its name may say that it is a copy under way."""
    names = ["000000_0", "part-00000", "x", "20220316_011500_00000_k3q7x", "a.PARQUET", "x.parquet.part", "x._COPYING_", "x.tmp"]
    os.rename(at.file(), os.path.join(at.folder, chance.choice(names)))
    return RULES


def moved_part_file(chance, at):
    """A part file in a sub-folder, in one that nobody looks into, or a second time there."""
    folder = os.path.join(at.folder, chance.choice(["hour=07", "HIVE_UNION_SUBDIR_1", "part-1.parquet", "_temporary", ".staging"]))
    os.mkdir(folder)
    move = shutil.copy if chance.random() < 0.3 else shutil.move
    move(at.file(), os.path.join(folder, chance.choice(["000000_0", "part-0.parquet"])))
    return RULES


def lost_table(chance, at):
    """A table's folder without any partition."""
    for day in at.market.days:
        if os.path.isdir(os.path.join(at.market.extracts, at.table, f"dt={day}")):
            shutil.rmtree(at.market.open(at.table, day).folder)
    return RULES


def log_of_a_table_format(chance, at):
    os.mkdir(at.market.make(at.table, chance.choice(["_delta_log", ".hoodie", "metadata"])))
    return REFUSED


def linked_part_file(chance, at):
    """A link to a file inside the extracts is as good as the file."""
    os.rename(at.file(), os.path.join(at.folder, "_held"))
    os.symlink("_held" if chance.random() < 0.5 else os.path.join(at.folder, "_held"), at.folder + "/part-1.parquet")
    return RULES


def file_twice(chance, at):
    """Every row a second time; consultations have no key, of which each one counts once all the same."""
    shutil.copy(at.file(), os.path.join(at.folder, chance.choice(["part-00001.parquet", "a b'\"\\.parquet", "店.parquet"])))
    return RULES


def other_split(chance, at):
    rows, half = at.rows(), chance.randrange(1, 30)
    at.write(rows.slice(half), "part-00000.parquet", row_group_size=chance.choice([1, 7, 1000]))
    at.write(rows.slice(0, half), "part-00001.parquet")
    if chance.random() < 0.3:
        at.write(rows.slice(0, 0), "part-00002.parquet")
    return RULES


def no_rows(chance, at):
    kind = chance.choice(["no partition", "no file", "no row"])
    rows = at.rows()
    os.remove(at.file())
    if kind == "no partition":
        os.rmdir(at.folder)
    elif kind == "no row":
        at.write(rows.slice(0, 0))
    return RULES


def odd_partition_name(chance, at):
    day = at.day
    again = [f"dt={day:%Y%m%d}", f"DT={day}", f"dt={day}T00:00:00", f"d%74={day}"]
    spelling = [*again, f"dt={day.year}-{day.month}-{day.day}", f"dt={day} ", f"dt={day}T00:00", f"dt={day} 08:00:00"]
    names = [*spelling, "dt=2022-02-30", "dt=2022-00-01", "dt=+12022-01-01", "dt="]
    path = at.market.make(at.table, chance.choice([*names, "backup", "dt=2022-03-1\n5", "dt=\u202e2022", "stray.parquet"]))
    if chance.random() < 0.5 and not path.endswith(".parquet"):
        shutil.copytree(at.folder, path)
    elif path.endswith(".parquet"):
        shutil.copy(at.file(), path)
    else:
        os.mkdir(path)
    return REFUSED


def swapped(chance, at):
    """Two days of a table, or two tables of a day, in each other's place."""
    if chance.random() < 0.5:
        days = at.market.days
        other = at.market.open(at.table, chance.choice([day for day in (at.day - DAY, at.day + DAY) if day in days]))
    else:
        other = at.market.open(chance.choice([table for table in TABLES if table != at.table]), at.day)
    os.rename(at.folder, at.folder + ".swapped")
    os.rename(other.folder, at.folder)
    os.rename(at.folder + ".swapped", other.folder)
    return RULES


# ---------------------------------------------------------------- manifests


def sound_manifest(chance, at):
    at.write_manifest()
    return RULES


def odd_manifest(chance, at):
    entry = {"name": "part-00009.parquet", "rows": 1, "sha256": "0" * 64}
    changes = [
        lambda manifest: {"files": manifest["files"] + [entry]},
        lambda manifest: {"files": []},
        lambda manifest: {"files": manifest["files"] * 2},
        lambda manifest: {"files": [{**each, "rows": each["rows"] + 1} for each in manifest["files"]]},
        lambda manifest: {"files": [{**each, "rows": -1} for each in manifest["files"]]},
        lambda manifest: {"files": [{**each, "rows": 1e300} for each in manifest["files"]]},
        lambda manifest: {"files": [{**each, "sha256": "0" * 64} for each in manifest["files"]]},
        lambda manifest: {"files": [{**each, "sha256": None} for each in manifest["files"]]},
        lambda manifest: {"files": [{**each, "name": "../" + each["name"]} for each in manifest["files"]]},
        lambda manifest: {"files": [{**each, "name": "\u202e\x1b[2J\n"} for each in manifest["files"]]},
        lambda manifest: b"",
        lambda manifest: b"[" * 100_000,
        lambda manifest: b"\xff\xfe{}",
        lambda manifest: b"null",
    ]
    at.write_manifest(chance.choice(changes))
    return REFUSED


def manifest_that_is_no_file(chance, at):
    path = os.path.join(at.folder, "_manifest.json")
    kind = chance.choice(["folder", "pipe", "loop", "dangling", "endless"])
    if kind == "folder":
        os.mkdir(path)
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        os.symlink({"loop": path, "dangling": path + ".gone", "endless": "/dev/zero"}[kind], path)
    return REFUSED


OF_FILES = [
    truncated, torn_write, stale_end, something_else, flipped_under_a_manifest, flipped_under_a_manifest,
    flipped_under_page_checksums, flipped_under_page_checksums, flipped_footer, ignored_names, odd_part_file,
    renamed_part_file, renamed_part_file, moved_part_file, moved_part_file, lost_table, log_of_a_table_format,
    linked_part_file, file_twice, other_split, no_rows, odd_partition_name, swapped, sound_manifest, odd_manifest,
    manifest_that_is_no_file,
]  # fmt: skip
