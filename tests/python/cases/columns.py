"""In what types and forms columns come, and what stands for no value."""

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from . import thrift
from .market import (
    ALWAYS, AS_OF, FIRST, STAMPS, TABLES, edit_footer, element, read, retyped, shifted, with_column, without_arrow_schema,
)  # fmt: skip
from .registry import case

UTC = pa.timestamp("us", "UTC")


@case("pola-rs/polars#29235; parquet-format#300")
def enumerations_of_avro(market):
    for table, names in {"refunds": ["refund_type", "stage"], "disputes": ["liable_party"], "appeals": ["record_type"]}.items():

        def as_enumeration(footer, names=names):
            without_arrow_schema(footer)
            for name in names:
                about = element(footer, name)
                about[6], about[10] = (thrift.I32, 4), (thrift.STRUCT, {4: (thrift.STRUCT, {})})

        for path in market.parts(table):
            edit_footer(path, as_enumeration)


@case("duckdb#1200; flink-cdc#4424")
def decimal_ids(market):
    kinds = {"order_id": pa.decimal128(20, 0), "shop_id": pa.decimal128(18, 0), "amount_fen": pa.decimal128(38, 0)}

    def change(rows):
        for name, kind in kinds.items():
            rows = with_column(rows, name, pc.cast(pc.cast(rows[name], pa.decimal128(38, 0)), kind))
        return rows

    market.rewrite("payments", change, store_decimal_as_integer=True)


@case("StarRocks#9858; eel-sdk#188")
def upper_case_columns(market):
    for table in TABLES:
        market.rewrite(table, lambda rows: rows.rename_columns([name.upper() for name in rows.column_names]), ALWAYS)


@case("pipelinewise-target-snowflake#404; apache/arrow#2043")
def stars_as_floats(market):
    """pandas makes floats of integers with missing values, and NaN of these."""

    def change(rows):
        for name in ("description_stars", "logistics_stars"):
            floats = [float("nan") if star is None else float(star) for star in rows[name].to_pylist()]
            rows = with_column(rows, name, pa.array(floats, pa.float64()))
        return rows

    market.rewrite("reviews", change)


@case("tencentcloud COS, table of types (DATE as TIMESTAMP)")
def dates_as_timestamps(market):
    for name in ("joined_on", "terminated_on"):
        market.rewrite("shops", retyped(name, pa.timestamp("ns")), ALWAYS)


@case("ClickHouse#44878; ClickHouse#2427")
def flags_as_integers(market):
    for table, name, kind in (
        ("pickups", "no_shipping_required", pa.int8()),
        ("refunds", "self_completed", pa.int64()),
        ("disputes", "in_effect", pa.int8()),
        ("consultations", "bot_received", pa.uint8()),
        ("appeals", "upheld", pa.int8()),
    ):
        market.rewrite(table, retyped(name, kind))


@case(
    "tencentcloud.com/document/product/1174/68559",
    code=3,
    says=['[tables.payments.columns] order_id = { as = "text" }', '[tables.payments.columns] paid_at = { as = "text" }'],
    settings='[tables.payments.columns]\norder_id = { as = "text" }\npaid_at = { as = "text" }',
)
def times_and_ids_as_text(market):
    def change(rows):
        local = pc.local_timestamp(pc.cast(rows["paid_at"], pa.timestamp("us", "Asia/Shanghai")))
        rows = with_column(rows, "paid_at", pc.strftime(pc.cast(local, pa.timestamp("us")), "%Y-%m-%d %H:%M:%S"))
        return with_column(rows, "order_id", pc.cast(rows["order_id"], pa.string()))

    market.rewrite("payments", change)


@case("duckdb/arrow#34; amoro#686", code=3, says=["480 min earlier", 'set timestamps = "local"'], settings='timestamps = "local"')
def local_times_written_as_utc(market):
    for table, names in STAMPS.items():
        market.rewrite(table, shifted(names, 8, UTC))


@case("NVIDIA/cudf#14322", code=3, says=["480 min later", 'set timestamps = "utc"'], settings='timestamps = "utc"')
def utc_times_without_zone(market):
    for table, names in STAMPS.items():
        market.rewrite(table, shifted(names, 0, pa.timestamp("us")))


def zero_for_null(name, zero):
    return lambda rows: with_column(rows, name, pc.fill_null(rows[name], zero))


@case(
    "slingdata-io/sling-cli#329",
    code=3,
    says=["out_of_range", 'picked_up_at "1970-01-01T00:00:00Z"'],
    settings='[tables.pickups.columns]\npicked_up_at = { null_if = ["1970-01-01T00:00:00Z"] }',
)
def null_times_as_1970(market):
    market.rewrite("pickups", zero_for_null("picked_up_at", pa.scalar(0, UTC)), "2022-03-08")


@case(
    "metaodi/swissparlpy#64; sling-cli#329",
    code=3,
    says=["shops dt=2022-03-15", 'terminated_on "1970-01-01"'],
    settings='[tables.shops.columns]\nterminated_on = { null_if = ["1970-01-01"] }',
)
def end_dates_as_1970(market):
    market.rewrite("shops", zero_for_null("terminated_on", pa.scalar(dt.date(1970, 1, 1), pa.date32())), ALWAYS)


@case("Chinese spreadsheets")
def ideographic_spaces(market):
    def change(rows):
        names = rows["primary_category"].to_pylist()
        odd = [lambda name: name + "\u3000", lambda name: "\ufeff" + name, lambda name: name + "\u00a0"]
        names = [odd[at % 3](name) if name is not None and at % 40 == 0 else name for at, name in enumerate(names)]
        return with_column(rows, "primary_category", pa.array(names))

    market.rewrite("shops", change, ALWAYS)


@case("invisible characters in a name", code=3, says=["categories without weights: ", "\\u{200b}"])
def invisible_characters(market):
    """What is no white space is another name, and is shown."""

    def change(rows):
        names = [name and name + "\u200b" for name in rows["primary_category"].to_pylist()]
        return with_column(rows, "primary_category", pa.array(names))

    market.rewrite("shops", change, ALWAYS)


@case("help.aliyun.com, Flink's Parquet (INT96 always)", code=3, says='set int96 = "utc"', settings='int96 = "utc"')
def int96_of_flink(market):
    for table in ("payments", "reviews"):
        for path in market.parts(table):
            pq.write_table(read(path), path, use_deprecated_int96_timestamps=True)


@case("half a snapshot", code=3, says=["rows of the shop snapshot", "min_snapshot_percent"])
def half_a_snapshot(market):
    market.rewrite("shops", lambda rows: rows.slice(0, rows.num_rows // 2), AS_OF)


@case("a table that was not mounted", code=4, says=["extracts/disputes", 'may_be_absent = "disputes"'])
def table_not_mounted(market):
    for path in market.parts("disputes", FIRST):
        path.unlink()
