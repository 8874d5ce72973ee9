"""What of extracts cannot be the same where an engine reads them, as the specification says (section 2), and is left out there.

Mutations of which nothing is left: manifests and the logs of table formats are not seen, since engines do not list names that start
with `_` or `.`; files are not known by their bytes but by their names; there are no links, pipes and markers, and no INT96.
"""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MUTATIONS = {
    "flipped_under_a_manifest",
    "odd_manifest",
    "manifest_that_is_no_file",
    "log_of_a_table_format",
    "ignored_names",
    "odd_part_file",
    "linked_part_file",
    "int96_timestamps",
}
# Such that Sail, a second server of the protocol, reads otherwise than Spark (docs/SCALING.md, Other servers of the protocol).
MUTATIONS_FOR_SAIL = {
    "retyped_column",
    "odd_partition_name",
    "moved_part_file",
    "text_that_is_no_text",
    "column_twice",
    "extreme_unsigned",
    "extreme_timestamps",
    "flipped_under_page_checksums",
    "stale_end",
}
# Letters of names that engines take for patterns; such names are refused.
PATTERNS = set("[]{}*?\\:")


def is_left_out(names: list[str], market, for_sail: bool) -> bool:
    """Whether a spoilt marketplace has what an engine sees otherwise."""
    if for_sail and MUTATIONS_FOR_SAIL & set(names):
        return True
    places = [Path(market.open(*of).folder) for of in market.spoilt] + [Path(path) for path in market.made]
    return bool(MUTATIONS & set(names)) or any(seen_otherwise(place) for place in places if place.exists())


def seen_otherwise(place: Path) -> bool:
    """A hidden copy under way, a name that is a pattern, a folder without a file, times in nanoseconds, Brotli."""
    files = [Path(at, name) for at, _, names in os.walk(place) for name in names] if place.is_dir() else [place]
    names = {part for path in [place, *files] for part in path.relative_to(place.parent).parts}
    is_hidden = any(name.endswith("._COPYING_") for name in names)
    return not files or is_hidden or any(PATTERNS & set(name) for name in names) or any(map(is_beyond_spark, files))


def is_beyond_spark(path: Path) -> bool:
    """Times in nanoseconds, and a codec that Spark does not come with."""
    try:
        footer = pq.read_metadata(path)
        kinds = footer.schema.to_arrow_schema().types
        groups = [footer.row_group(place) for place in range(footer.num_row_groups)]
    except (pa.ArrowException, OSError, ValueError):
        return False
    has_brotli = any(group.column(place).compression == "BROTLI" for group in groups for place in range(group.num_columns))
    return has_brotli or any(getattr(kind, "unit", None) == "ns" for kind in kinds)
