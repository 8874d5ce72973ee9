"""How partitions and files are named and nested, and what lies beside them."""

import json
import struct

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .market import AS_OF, TABLES, fsencoded, read, with_column
from .registry import NIGHT, case


@case("kuba--/zip#233; ZipXtract#79")
def names_in_gbk(market):
    """Part files out of a Windows archive keep names in GBK, which are no UTF-8."""
    for path, one, other in market.halves("payments", "2022-03-10", "2022-03-10"):
        for name, rows in (("华东", one), ("华北", other)):
            with open(fsencoded(path.parent, name.encode("gbk") + b".parquet"), "wb") as file:
                pq.write_table(rows, file)


@case("ktrueda/parquet-tools#2; rom1504/embedding-reader#69")
def two_tables_without_suffix(market):
    """Disputes as Hive names files, appeals as Trino does."""
    for table, name in (("disputes", "00000{}_0"), ("appeals", "20220316_011500_0000{}_k3q7x_5d1f0c52-9f0e-4a2b-8d0b")):
        for day in market.days(table):
            for number, path in enumerate(sorted(day.glob("*.parquet"))):
                path.rename(path.with_name(name.format(number)))


@case("lakehq/sail#1785; amoro#509")
def no_table_with_suffix(market):
    for table in TABLES:
        for day in market.days(table):
            for number, path in enumerate(sorted(day.glob("*.parquet"))):
                path.rename(path.with_name(f"00000{number}_0"))


@case("ktrueda/parquet-tools#2", code=4, says=["appeals/dt=2022-03-15", "without PAR1 at both ends"])
def nothing_but_other_files(market):
    """What is no Parquet is no day on which nothing happened."""
    for path in market.parts("appeals", AS_OF):
        path.write_text("appeal_id,shop_id\n")
        path.rename(path.with_name("000000_0"))


@case("prestodb/presto#16701")
def folder_markers(market):
    for table in TABLES:
        for day in market.days(table):
            day.with_name(day.name + "_$folder$").write_bytes(b"")


@case("trinodb/trino#6485; spark#52694")
def hive_union_folders(market):
    for path, *halves in market.halves("refunds"):
        for number, rows in enumerate(halves, 1):
            folder = path.parent / f"HIVE_UNION_SUBDIR_{number}"
            folder.mkdir(exist_ok=True)
            pq.write_table(rows, folder / path.name)


@case("help.aliyun.com, MaxCompute LOAD (ds=20200909/)")
def other_keys_and_days(market):
    for number, table in enumerate(TABLES):
        for day in market.days(table):
            day.rename(day.with_name(("ds=" if number % 2 else "pt=") + day.name[3:].replace("-", "")))


@case("mozilla/telemetry-airflow#404", says="dt=__HIVE_DEFAULT_PARTITION__: 1 files of ")
def rows_without_a_day(market):
    folder = market.extracts / "payments/dt=__HIVE_DEFAULT_PARTITION__"
    folder.mkdir()
    rows = read(market.parts("payments")[0]).slice(0, 3)
    nothing = pa.nulls(3, rows.schema.field("paid_at").type)
    pq.write_table(with_column(rows, "paid_at", nothing), folder / "part-00000.parquet")


@case("derekwisong/datui#237; biofile-finder#911", code=3, says="_delta_log")
def delta_table(market):
    """An update wrote a file again; the old one is there, and nothing but the log tells."""
    log, added = market.extracts / "consultations/_delta_log", []
    log.mkdir()
    for path in market.parts("consultations"):
        rows = read(path)
        if path.parent.name >= "dt=2022-03-01":
            nothing = pa.nulls(rows.num_rows, rows.schema.field("human_replied_at").type)
            old = with_column(rows, "human_replied_at", nothing)
            pq.write_table(old, path.with_name("part-00000-0a1b-c000.snappy.parquet"))
        added.append(json.dumps({"add": {"path": f"{path.parent.name}/{path.name}", "dataChange": True}}))
    (log / "00000000000000000001.json").write_text("\n".join(added))


def half_uploaded(market, ending):
    """The second of two files is still on its way."""
    for path, one, other in market.halves("reviews", AS_OF):
        pq.write_table(one, path)
        whole = path.with_name("part-00001.parquet")
        pq.write_table(other, whole)
        whole.with_name(whole.name + ending).write_bytes(whole.read_bytes()[:3000])
        whole.unlink()


@case("apache/spark#16370; colinmarc/hdfs#242", code=4, says=["part-00001.parquet._COPYING_", "reviews dt=2022-03-15"])
def upload_in_flight(market):
    half_uploaded(market, "._COPYING_")


@case("apache/spark#16370", code=4, says=["no _SUCCESS", "reviews/dt=2022-03-15"])
def without_success_marker(market):
    """Every partition but one is marked as whole."""
    for table in TABLES:
        for day in market.days(table):
            if (table, day.name) != ("reviews", "dt=2022-03-15"):
                (day / "_SUCCESS").write_bytes(b"")
    return NIGHT + " --set require_success_marker=true\n"


# ---------------------------------------------------------------- pages and footers


@case("apache/parquet-format encodings")
def second_page_version(market):
    for table, encodings in {
        "payments": {"order_id": "DELTA_BINARY_PACKED", "category": "DELTA_BYTE_ARRAY", "paid_at": "DELTA_BINARY_PACKED"},
        "reviews": {"review_id": "DELTA_BINARY_PACKED", "rated_at": "BYTE_STREAM_SPLIT"},
    }.items():
        how = {"data_page_version": "2.0", "use_dictionary": False, "column_encoding": encodings}
        market.rewrite(table, lambda rows: rows, compression="zstd", **how)


@case("apache/arrow#9244")
def lz4_of_hadoop(market):
    """Several blocks a page."""
    from .market import recompressed

    codec = pa.Codec("lz4_raw")

    def hadoop(body):
        out = b""
        for at in range(0, len(body), 700) or [0]:
            block = body[at : at + 700]
            packed = codec.compress(block, asbytes=True)
            out += struct.pack(">II", len(block), len(packed)) + packed
        return out

    for table in ("payments", "reviews"):
        market.rewrite(table, lambda rows: rows, compression="none", data_page_version="1.0")
        for path in market.parts(table):
            recompressed(path, 5, hadoop)


@case("apache/arrow#38271; polars#28808")
def gzip_members(market):
    """Several members a page."""
    import gzip

    from .market import recompressed

    for table in ("pickups", "refunds"):
        market.rewrite(table, lambda rows: rows, compression="none", data_page_version="1.0")
        for path in market.parts(table):
            recompressed(path, 2, lambda body: gzip.compress(body[:100]) + gzip.compress(body[100:]))


def old_offsets(market, dictionary):
    from . import thrift
    from .market import chunks, edit_footer

    def old(footer):
        for _, _, about in chunks(footer):
            if 11 in about:
                about[9] = (thrift.I64, about.pop(11)[1])
            if dictionary is not None:
                about[11] = (thrift.I64, dictionary)

    for table in ("payments", "pickups", "refunds"):
        market.rewrite(table, lambda rows: rows, compression="snappy", data_page_version="1.0")
        for path in market.parts(table):
            edit_footer(path, old)


@case("parquet-java#2574; deephaven#5764")
def offsets_of_old_parquet_mr(market):
    """No offset of the dictionary page; that of the data points at it."""
    old_offsets(market, None)


@case("parquet-java#2574")
def dictionary_offset_of_0(market):
    old_offsets(market, 0)


@case("dask#3454")
def odd_row_groups_and_large_footers(market):
    for path in market.parts("payments"):
        rows = read(path)
        with pq.ParquetWriter(path, rows.schema) as out:
            for part in (rows.slice(0, 0), rows.slice(0, 100), rows.slice(0, 0), rows.slice(100), rows.slice(0, 0)):
                out.write_table(part)
    market.rewrite("consultations", lambda rows: rows, "2022-03-14", row_group_size=1)
    market.rewrite("reviews", lambda rows: rows.replace_schema_metadata({"lineage": "x" * (20 << 20)}), "2022-03-14")


@case("hardwood-hq/hardwood#600; duckdb#8368", code=3, says=["payments/dt=2022-03-15", "reviews/dt=2022-03-15", "encrypted"])
def encrypted_files(market):
    """An encrypted footer, and encrypted columns under a plain one."""
    import base64

    import pyarrow.parquet.encryption as encryption

    class Keys(encryption.KmsClient):
        def __init__(self, config):
            super().__init__()

        def wrap_key(self, key, name):
            return base64.b64encode(key)

        def unwrap_key(self, wrapped, name):
            return base64.b64decode(wrapped)

    factory = encryption.CryptoFactory(Keys)
    for table, columns, is_plain in (("payments", ["order_id"], False), ("reviews", ["order_id", "shop_id"], True)):
        for path in market.parts(table, AS_OF):
            rows = read(path)
            about = encryption.EncryptionConfiguration(footer_key="f", column_keys={"c": columns}, plaintext_footer=is_plain)
            keys = factory.file_encryption_properties(encryption.KmsConnectionConfig(), about)
            with pq.ParquetWriter(path, rows.schema, encryption_properties=keys) as out:
                out.write_table(rows)


@case("parquet-java#2502")
def columns_of_odd_types(market):
    """Columns that nobody wants, of types that readers often cannot map."""
    from . import thrift
    from .market import edit_footer, elements, without_arrow_schema

    def odd(footer):
        without_arrow_schema(footer)
        for each in elements(footer):
            name = each[4][1]
            if name == b"x_decimal":
                each[1], each[2], each[6] = (thrift.I32, 7), (thrift.I32, 34), (thrift.I32, 5)
                each[7], each[8] = (thrift.I32, 0), (thrift.I32, 80)
                each[10] = (thrift.STRUCT, {5: (thrift.STRUCT, {1: (thrift.I32, 0), 2: (thrift.I32, 80)})})
            elif name == b"x_interval":
                each[6] = (thrift.I32, 21)
                each.pop(10, None)
            elif name == b"x_future":
                each.pop(6, None)
                each[10] = (thrift.STRUCT, {99: (thrift.STRUCT, {1: (thrift.I32, 1)})})
            elif name == b"x_map":
                each[6], each[10] = (thrift.I32, 1), (thrift.STRUCT, {2: (thrift.STRUCT, {})})
            elif name == b"key_value":
                each[4] = (thrift.BINARY, b"map")
                each.pop(6, None)
                each.pop(10, None)
            elif name == b"key":
                each[3] = (thrift.I32, 1)

    for path in market.parts("payments"):
        rows = read(path)
        for name, values in [
            ("x_decimal", pa.array([b"\0" * 34] * rows.num_rows, pa.binary(34))),
            ("x_interval", pa.array([b"\0" * 12] * rows.num_rows, pa.binary(12))),
            ("x_future", pa.array([b"x"] * rows.num_rows, pa.binary())),
            ("x_map", pa.array([[("k", 1)]] * rows.num_rows, pa.map_(pa.string(), pa.int64()))),
            ("x_items", pa.array([[{"order_id": 1, "tags": ["a"]}]] * rows.num_rows)),
        ]:
            rows = rows.append_column(name, values)
        pq.write_table(rows, path)
        edit_footer(path, odd)


@case("what pandas and Polars write by default")
def types_of_pandas_and_polars(market):
    """An index column, categories, large strings, string views, nanoseconds, the partition's column in the file."""
    paths = [path for table in TABLES for path in market.parts(table, "2021-12-01")]
    for number, path in enumerate(paths):
        rows = read(path)
        for of in rows.schema:
            if of.type == pa.string():
                column = rows[of.name].combine_chunks()
                if number % 3 == 2 and len(set(column.to_pylist())) < 100:
                    encoded = column.dictionary_encode()
                    texts = pc.cast(encoded.dictionary, pa.large_string())
                    column = pa.DictionaryArray.from_arrays(pc.cast(encoded.indices, pa.int8()), texts)
                else:
                    column = pc.cast(column, [pa.large_string(), pa.string_view()][number % 2])
                rows = with_column(rows, of.name, column)
            elif pa.types.is_timestamp(of.type) and number % 2:
                rows = with_column(rows, of.name, pc.cast(rows[of.name], pa.timestamp("ns", "Asia/Shanghai")))
        rows = rows.append_column("__index_level_0__", pa.array(range(rows.num_rows), pa.int64()))
        pq.write_table(rows.append_column("dt", pa.array([path.parent.name[3:]] * rows.num_rows)), path)
