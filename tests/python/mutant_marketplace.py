"""A small marketplace whose partitions can be spoilt one after another and put back as they were.

What is put back keeps its inodes and times, so that the program's own state still holds for it: a mutant meets a night
that has little to read, as in production.
"""

import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess

import pyarrow as pa
import pyarrow.parquet as pq
from reference import TABLES

AS_OF = dt.date(2022, 3, 15)
WINDOW_DAYS = 5
BEFORE, AFTER = 2, 1  # days beside the window that have partitions too
DAY = dt.timedelta(days=1)


class Partition:
    """One table-day, opened to be spoilt."""

    def __init__(self, market, table, day):
        self.market, self.table, self.day = market, table, day
        self.folder = os.path.join(market.extracts, table, f"dt={day}")

    def files(self):
        """Its part files; there is one until a mutation makes it otherwise."""
        paths = [os.path.join(self.folder, name) for name in sorted(os.listdir(self.folder)) if name[0] not in "_."]
        return [path for path in paths if path.endswith(".parquet") and os.path.isfile(path)]

    def file(self):
        return self.files()[0]

    def bytes(self):
        with open(self.file(), "rb") as file:
            return file.read()

    def write_bytes(self, content, name="part-00000.parquet"):
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(content)

    def rows(self):
        return pq.ParquetFile(self.file()).read()

    def write(self, rows, name="part-00000.parquet", **options):
        """Writes `rows` in place of the part file, or beside it under another name."""
        pq.write_table(rows, os.path.join(self.folder, name), **options)

    def write_values(self, columns, **options):
        """Writes {column: values} with the types that the columns have now."""
        schema = self.rows().schema
        arrays = [pa.array(columns[field.name], field.type) for field in schema]
        self.write(pa.table(arrays, schema=schema), **options)

    def write_manifest(self, change=lambda manifest: manifest):
        """The producer's manifest of the files as they are now."""
        files = []
        for path in self.files():
            with open(path, "rb") as file:
                digest = hashlib.sha256(file.read()).hexdigest()
            rows = pq.ParquetFile(path).metadata.num_rows
            files.append({"name": os.path.basename(path), "rows": rows, "sha256": digest})
        manifest = change({"files": files})
        text = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
        self.write_bytes(text, "_manifest.json")

    def columns(self):
        return [column for column, _, _ in TABLES[self.table]]

    def columns_of(self, kind):
        return [column for column, of_kind, _ in TABLES[self.table] if of_kind == kind]


class Marketplace:
    """FOLDER/extracts, and what of it is spoilt now."""

    def __init__(self, folder, program, rules, seed):
        self.extracts, self.rules = os.path.join(folder, "extracts"), rules
        self.kept = os.path.join(folder, "kept")
        self.outside = os.path.join(folder, "outside")
        os.makedirs(self.kept)
        os.makedirs(self.outside)
        first = AS_OF - DAY * (WINDOW_DAYS - 1 + BEFORE)
        command = [program, "sample", "--out", self.extracts, "--rules", rules, "--seed", str(seed), "--dirty"]
        command += ["--from", str(first), "--to", str(AS_OF + DAY * AFTER), "--shops", "25", "--rows-per-day", "350"]
        subprocess.run(command, check=True, capture_output=True)
        self.days = [first + DAY * ahead for ahead in range(WINDOW_DAYS + BEFORE + AFTER)]
        self.spoilt, self.made = {}, []

    def choose(self, chance):
        """A partition, most often one that the night of AS_OF reads."""
        table = chance.choice(list(TABLES))
        is_snapshot = table == "shops" and chance.random() < 0.8
        window = self.days[BEFORE:-AFTER]
        day = AS_OF if is_snapshot or chance.random() < 0.3 else chance.choice(window)
        day = chance.choice(self.days) if chance.random() < 0.1 else day
        has_rows = Partition(self, table, day).rows().num_rows > 0 if (table, day) not in self.spoilt else True
        return (table, day) if has_rows else self.choose(chance)

    def is_read(self, table, day):
        """Whether the night of AS_OF reads the partition."""
        return day == AS_OF if table == "shops" else day in self.days[BEFORE:-AFTER]

    def open(self, table, day):
        """The partition, which `put_back` makes what it is now."""
        partition = Partition(self, table, day)
        if (table, day) not in self.spoilt:
            kept = os.path.join(self.kept, f"{table}-{day}")
            os.rename(partition.folder, kept)
            shutil.copytree(kept, partition.folder)
            self.spoilt[table, day] = kept
        return partition

    def make(self, *names):
        """A path under the extracts that `put_back` removes."""
        path = os.path.join(self.extracts, *names)
        self.made.append(path)
        return path

    def put_back(self):
        for path in self.made:
            remove(path)
        for (table, day), kept in self.spoilt.items():
            folder = Partition(self, table, day).folder
            remove(folder)
            os.rename(kept, folder)
        self.spoilt, self.made = {}, []


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)
