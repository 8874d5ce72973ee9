"""The extracts of a case: the sample's days of one window, to be delivered otherwise, and what is done with files."""

import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from . import thrift

AS_OF = "2022-03-15"
FIRST = "2022-02-14"
ALWAYS = "2021-12-01"  # snapshots before the window, too
TABLES = ["shops", "payments", "pickups", "reviews", "refunds", "disputes", "consultations", "appeals"]
STAMPS = {
    "payments": ["paid_at"],
    "pickups": ["due_at", "picked_up_at"],
    "reviews": ["rated_at"],
    "refunds": ["applied_at", "completed_at"],
    "disputes": ["ruled_at"],
    "consultations": ["asked_at", "human_replied_at"],
    "appeals": ["decided_at"],
}


class Market:
    """A folder with `extracts` (the window to AS_OF, and the snapshots before it) and `rules`."""

    def __init__(self, folder, sample, rules, first=FIRST):
        self.folder = Path(folder)
        self.extracts, self.rules = self.folder / "extracts", self.folder / "rules"
        for table in TABLES:
            for day in sorted((Path(sample) / table).iterdir()):
                if first <= day.name[3:] <= AS_OF or (table == "shops" and day.name[3:] <= AS_OF):
                    shutil.copytree(day, self.extracts / table / day.name)
        shutil.copytree(rules, self.rules)

    def days(self, table):
        return sorted((self.extracts / table).glob("dt=*"))

    def parts(self, table, first=FIRST, last=AS_OF):
        days = [day for day in self.days(table) if first <= day.name[3:] <= last]
        return [path for day in days for path in sorted(day.glob("*.parquet"))]

    def rewrite(self, table, change, first=FIRST, last=AS_OF, **how):
        """Writes the part files of a table again, each with its rows changed."""
        for path in self.parts(table, first, last):
            pq.write_table(change(read(path)), path, **how)

    def halves(self, table, first=FIRST, last=AS_OF):
        """The part files of a table, removed, each with the halves of its rows."""
        for path in self.parts(table, first, last):
            rows = read(path)
            half = rows.num_rows // 2
            path.unlink()
            yield path, rows.slice(0, half), rows.slice(half)


def read(path):
    return pq.ParquetFile(path).read()


def with_column(rows, name, values, new_name=None):
    return rows.set_column(rows.schema.get_field_index(name), new_name or name, values)


def retyped(name, kind):
    """A change of rows: a column in another type."""
    return lambda rows: with_column(rows, name, pc.cast(rows[name], kind))


def shifted(names, hours, kind):
    """A change of rows: timestamps so many hours later, of another type."""

    def change(rows):
        for name in names:
            later = pc.add(pc.cast(rows[name], pa.int64()), hours * 3600 * 1_000_000)
            rows = with_column(rows, name, pc.cast(later, kind))
        return rows

    return change


# ---------------------------------------------------------------- footers and pages


def load_footer(content):
    size = int.from_bytes(content[-8:-4], "little")
    footer, _ = thrift.read_struct(content[-8 - size : -8])
    return footer, content[: -8 - size]


def store(path, body, footer):
    text = thrift.write_struct(footer)
    Path(path).write_bytes(body + text + len(text).to_bytes(4, "little") + b"PAR1")


def edit_footer(path, change):
    footer, body = load_footer(Path(path).read_bytes())
    change(footer)
    store(path, body, footer)


def elements(footer):
    return footer[2][1][1]


def element(footer, name):
    return next(each for each in elements(footer) if each[4][1] == name.encode())


def chunks(footer):
    for group in footer[4][1][1]:
        for chunk in group[1][1][1]:
            yield group, chunk, chunk[3][1]


def without_arrow_schema(footer):
    """As other writers leave it: no Arrow schema, which a reader may trust instead of that of Parquet."""
    footer.pop(5, None)


def recompressed(path, codec, compress):
    """Writes an uncompressed file (pages of the first version) again, every page run through `compress`."""
    content = Path(path).read_bytes()
    footer, _ = load_footer(content)
    out = bytearray(b"PAR1")
    for group, chunk, about in chunks(footer):
        at = about[11][1] if 11 in about else about[9][1]
        end = at + about[7][1]
        start, first_data, unpacked = len(out), None, 0
        while at < end:
            header, body_at = thrift.read_struct(content, at)
            body = content[body_at : body_at + header[3][1]]
            packed = compress(body)
            header[2], header[3] = (thrift.I32, len(body)), (thrift.I32, len(packed))
            header.pop(4, None)
            if header[1][1] != 2 and first_data is None:
                first_data = len(out)
            head = thrift.write_struct(header)
            out += head + packed
            unpacked += len(head) + len(body)
            at = body_at + len(body)
        about[4], about[6], about[7] = (thrift.I32, codec), (thrift.I64, unpacked), (thrift.I64, len(out) - start)
        about[9] = (thrift.I64, first_data)
        if 11 in about:
            about[11] = (thrift.I64, start)
        chunk[2] = (thrift.I64, 0)
        for gone in (4, 5, 6, 7):
            chunk.pop(gone, None)
        for gone in (14, 15, 16, 17):
            about.pop(gone, None)
    for group in footer[4][1][1]:
        group.pop(5, None), group.pop(6, None)
    store(path, bytes(out), footer)


def fsencoded(folder, name):
    """A path whose name is the bytes `name`."""
    return os.fsencode(folder) + b"/" + name
