"""The writers of writers.py: each writes whole tables with their column `dt` into a folder of partitions, in its own way."""

import shutil
from dataclasses import dataclass

import chdb
import duckdb
import fastparquet
import pandas
import polars
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

WRITERS = {}


@dataclass
class Writer:
    """`write(tables, extracts)`; `settings` are what the job must be told of this delivery."""

    write: object
    settings: str


def writer(name, settings=""):
    def declare(write):
        WRITERS[name] = Writer(write, settings)
        return write

    return declare


def by_table(write):
    """A writer of all tables, of one that writes one table's rows into its folder."""

    def write_all(tables, extracts):
        for table, rows in tables.items():
            (extracts / table).mkdir()
            write(rows, extracts / table)

    return write_all


@writer("pyarrow")
@by_table
def with_pyarrow(rows, folder):
    pq.write_to_dataset(rows, folder, partition_cols=["dt"])


@writer("pyarrow, dictionaries and nanoseconds")
@by_table
def with_pyarrow_dictionaries(rows, folder):
    """As frames of categories come: text as dictionaries, times to the nanosecond."""
    for at, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type):
            rows = rows.set_column(at, field.name, rows[field.name].cast(pa.timestamp("ns", "UTC")))
        elif pa.types.is_string(field.type) and field.name != "dt":
            rows = rows.set_column(at, field.name, rows[field.name].dictionary_encode())
    pq.write_to_dataset(rows, folder, partition_cols=["dt"])


def frame_of(rows):
    """As pandas has it: integers with missing values are floats, unless they are ids, and days are times at midnight."""
    frame = rows.to_pandas(date_as_object=False)
    for field in rows.schema:
        if field.name.endswith("_id"):
            frame[field.name] = rows[field.name].to_pandas(types_mapper={pa.int64(): pandas.Int64Dtype()}.get)
        elif pa.types.is_boolean(field.type):
            frame[field.name] = rows[field.name].to_pandas(types_mapper={pa.bool_(): pandas.BooleanDtype()}.get)
    return frame


@writer("pandas")
@by_table
def with_pandas(rows, folder):
    frame_of(rows).to_parquet(folder, partition_cols=["dt"], index=False)


@writer("fastparquet")
@by_table
def with_fastparquet(rows, folder):
    fastparquet.write(str(folder), frame_of(rows), file_scheme="hive", partition_on=["dt"], compression="SNAPPY")


@writer("fastparquet, INT96", 'int96 = "utc"')
@by_table
def with_fastparquet_int96(rows, folder):
    """It takes every time for nanoseconds when it writes INT96, whatever the frame holds."""
    frame = frame_of(rows)
    for name in frame.select_dtypes(["datetime", "datetimetz"]):
        frame[name] = frame[name].dt.as_unit("ns")
    fastparquet.write(str(folder), frame, file_scheme="hive", partition_on=["dt"], times="int96", write_index=False)


@writer("DuckDB")
@by_table
def with_duckdb(rows, folder):
    connection = duckdb.connect()
    connection.register("given", rows)
    connection.execute(f"copy given to '{folder}' (format parquet, partition_by (dt), overwrite_or_ignore)")


@writer("DuckDB, local times and newest encodings")
@by_table
def with_duckdb_local(rows, folder):
    """Timestamps without a zone, as a warehouse's DATETIME comes out, in Parquet's version 2."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'Asia/Shanghai'")
    connection.register("given", rows)
    times = [field.name for field in rows.schema if pa.types.is_timestamp(field.type)]
    casts = ", ".join(f"{name}::timestamp as {name}" for name in times)
    columns = f"* replace ({casts})" if times else "*"
    connection.execute(
        f"copy (select {columns} from given) to '{folder}' (format parquet, partition_by (dt), parquet_version v2, "
        "compression zstd, overwrite_or_ignore)"
    )


@writer("Polars")
@by_table
def with_polars(rows, folder):
    polars.from_arrow(rows).write_parquet(folder, partition_by="dt")


@writer("ClickHouse")
@by_table
def with_clickhouse(rows, folder):
    """One file a partition, as INSERT INTO FUNCTION file(…) PARTITION BY writes them; flags are UInt8 in its tables."""
    session, source = chdb.session.Session(), folder / "given.parquet"
    pq.write_table(rows, source)
    flags = [field.name for field in rows.schema if pa.types.is_boolean(field.type)]
    columns = "* replace (" + ", ".join(f"toUInt8({name}) as {name}" for name in flags) + ")" if flags else "*"
    for day in pc.unique(rows["dt"]).to_pylist():
        (folder / f"dt={day}").mkdir()
    session.query(
        f"insert into function file('{folder}/dt={{_partition_id}}/data.parquet', Parquet) partition by dt "
        f"select {columns} from file('{source}', Parquet)"
    )
    session.close()
    source.unlink()


@writer("Hive", 'int96 = "utc"')
@by_table
def with_hive_layout(rows, folder):
    """As Hive lays out tables: ds=20220315, lower-case names, files 000000_0 in the folders of a union, INT96."""
    for day in pc.unique(rows["dt"]).to_pylist():
        of_day = rows.filter(pc.equal(rows["dt"], day)).drop(["dt"])
        partition = folder / f"ds={day.replace('-', '')}"
        for part, half in enumerate([of_day.slice(0, of_day.num_rows // 2), of_day.slice(of_day.num_rows // 2)]):
            union = partition / f"HIVE_UNION_SUBDIR_{part + 1}"
            union.mkdir(parents=True)
            pq.write_table(half, union / "000000_0", flavor="spark", use_deprecated_int96_timestamps=True)


def with_spark(settings):
    """Spark on one machine, its session in Shanghai's zone, writes all tables with these settings of writing."""

    def write_all(tables, extracts):
        from pyspark.sql import SparkSession

        given = extracts.parent / "given"
        given.mkdir()
        builder = SparkSession.builder.master("local[2]")
        for name, value in {**OF_A_SMALL_SESSION, **settings}.items():
            builder = builder.config(name, value)
        spark = builder.getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
        for table, rows in tables.items():
            pq.write_table(rows, given / f"{table}.parquet")
            frame = spark.read.parquet(str(given / f"{table}.parquet"))
            frame.repartition(2, "dt").write.partitionBy("dt").parquet(str(extracts / table))
        spark.stop()
        shutil.rmtree(given)

    return write_all


OF_A_SMALL_SESSION = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.session.timeZone": "Asia/Shanghai",
}
# INT96 is what Spark 4 writes when it is told nothing; that it still does is said, so that a change of it shows here.
WRITERS["Spark"] = Writer(with_spark({}), 'int96 = "utc"')
WRITERS["Spark, microseconds"] = Writer(with_spark({"spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS"}), "")
