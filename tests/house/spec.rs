//! `docs/SPEC.md` against the declarations in the code, both ways: nothing is declared that the document does not say, and
//! it says nothing that is not declared.
//!
//! The module [`declared`] asks the code, [`said`] reads the document's tables; both give lines that compare as text, one
//! for a table, a column, a reason or a setting, so that a failure shows which one differs.

#[test]
fn the_document_says_what_is_declared_and_nothing_else() {
    let parts = [
        ("2, input tables", declared::input_tables(), said::input_tables()),
        ("3, reasons of the quarantine", declared::reasons(), said::rows("reason", &[0])),
        // The document has them in the order of the articles, the code in that of their names.
        ("4, indicators", declared::indicators(), sorted(said::rows("indicator", &[0, 2, 3]))),
        ("6, cut-offs", declared::cut_offs(), said::rows("tier", &[0, 2])),
        ("11, published tables", declared::published_tables(), said::published_tables()),
        ("11, rule tables", declared::rule_tables(), sorted(said::rows("file", &[0, 2]))),
        ("12, settings", declared::settings(), said::rows("name", &[0, 1])),
        ("12, settings of the job", declared::settings_of_the_job(), sorted(said::rows("name", &[0, 1]))),
    ];
    let differences: Vec<String> = parts.iter().filter_map(difference).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// How the document differs from the code in one of its sections; none where it does not.
fn difference((section, declared, said): &(&str, Vec<String>, Vec<String>)) -> Option<String> {
    let beyond = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).cloned().collect()
    };
    let (unsaid, undeclared) = (beyond(declared, said), beyond(said, declared));
    let is_other_order = unsaid.is_empty() && undeclared.is_empty();
    let shown = if is_other_order {
        format!("declared as {declared:#?}\nsaid in another order, or twice: {said:#?}")
    } else {
        format!("declared, but not said: {unsaid:#?}\nsaid, but not declared: {undeclared:#?}")
    };
    (declared != said).then(|| format!("docs/SPEC.md, section {section}: {shown}"))
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

fn line(cells: &[&str]) -> String {
    cells.join(" | ")
}

/// What the code declares; each function asks one part of its interface.
mod declared {
    use arrow::datatypes::{DataType, Field};
    use shopscore::extracts::schema::{ColumnKind, Presence, RowRule, TableSpec};
    use shopscore::extracts::tables::Table;
    use shopscore::extracts::verdicts::Reason;
    use shopscore::indicators::{Better, Indicator};
    use shopscore::publish::outputs::{NIGHTLY, OutputTable, QUARANTINE, YEARLY};
    use shopscore::settings::SETTINGS;

    use super::{line, sorted};

    const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/jobs/rules");

    /// For each table a line with its days and key, then one for each column.
    pub(super) fn input_tables() -> Vec<String> {
        Table::ALL.into_iter().map(Table::spec).flat_map(input_table).collect()
    }

    fn input_table(table: &'static TableSpec) -> Vec<String> {
        let partitions = match table.presence {
            Presence::NewestSnapshot => "newest",
            Presence::EveryDay => "every day",
            Presence::MayLackDays => "may lack days",
        };
        let day = table.day_column.unwrap_or("the snapshot");
        let columns = table.columns.iter().map(|column| {
            let kind = match column.kind {
                ColumnKind::Integer => "i64",
                ColumnKind::Text => "str",
                ColumnKind::Boolean => "bool",
                ColumnKind::Date => "date",
                ColumnKind::Timestamp => "ts",
            };
            let listed = table.rules.iter().find_map(|rule| match rule {
                RowRule::OneOf { column: of, values } if *of == column.name => Some(values.join(", ")),
                _ => None,
            });
            let listed = listed.map(|values| format!(" ({values})")).unwrap_or_default();
            format!("{}: {} {kind}{}{listed}", table.name, column.name, question_mark(column.nullable))
        });
        let of_table = line(&[table.name, day, partitions, table.key.unwrap_or("none")]);
        [of_table].into_iter().chain(columns).collect()
    }

    pub(super) fn reasons() -> Vec<String> {
        Reason::ALL.iter().map(|reason| reason.name().to_owned()).collect()
    }

    /// Name in English and Chinese, which values are better, dimension.
    pub(super) fn indicators() -> Vec<String> {
        let of = |indicator: Indicator| {
            let spec = indicator.spec();
            let better = match spec.better {
                Better::High => "high",
                Better::Low => "low",
            };
            line(&[&format!("{} {}", indicator.name(), spec.chinese), better, spec.dimension.name()])
        };
        Indicator::ALL.map(of).to_vec()
    }

    /// For each table a line with its path and order, then one for each column.
    pub(super) fn published_tables() -> Vec<String> {
        NIGHTLY.into_iter().chain(YEARLY).chain([&QUARANTINE]).flat_map(published_table).collect()
    }

    fn published_table(table: &'static OutputTable) -> Vec<String> {
        let direction = |name: &&str| if table.descending.contains(name) { " desc" } else { "" };
        let order: Vec<String> = table.sorted_by.iter().map(|name| format!("{name}{}", direction(name))).collect();
        let path = format!("{}/{}=", table.name, table.partition_key);
        let schema = table.schema();
        let columns = schema.fields().iter().map(|field| format!("{}: {}", table.name, published_column(field)));
        [line(&[&path, &order.join(", ")])].into_iter().chain(columns).collect()
    }

    fn published_column(field: &Field) -> String {
        let kind = match field.data_type() {
            DataType::Utf8 => "str",
            DataType::Int64 => "i64",
            DataType::Float64 => "f64",
            DataType::Date32 => "date",
            DataType::Boolean => "bool",
            DataType::List(_) => "list",
            other => panic!("{}: a type that the document has no word for: {other}", field.name()),
        };
        format!("{} {kind}{}", field.name(), question_mark(field.is_nullable()))
    }

    fn question_mark(nullable: bool) -> &'static str {
        if nullable { "?" } else { "" }
    }

    /// Name and default, which is empty where there is none.
    pub(super) fn settings() -> Vec<String> {
        SETTINGS.iter().map(|setting| line(&[setting.name, setting.default])).collect()
    }
    /// As [`settings`], in the order of the names, as the shipped file has them: in a comment where there is no default. Its root is
    /// that of where it lies itself, in `jobs/`.
    pub(super) fn settings_of_the_job() -> Vec<String> {
        let of_line = |text: &'static str| {
            let (name, value) = text.split_once(" = ")?;
            let value = value.split(" #").next()?.trim().trim_matches('"');
            let value = if line(&[name, value]) == "root | .." { "" } else { value };
            Some(name.strip_prefix("# ").map_or(line(&[name, value]), |name| line(&[name, ""])))
        };
        sorted(include_str!("../../jobs/nightly.toml").lines().filter_map(of_line).collect())
    }

    /// Tier and top percent of the set that holds for all categories and indicators.
    pub(super) fn cut_offs() -> Vec<String> {
        let rows = shipped("tiers.csv");
        let of_all = rows.iter().filter_map(|row| row.strip_prefix("2019-01-01,,*,*,"));
        of_all.map(|row| line(&row.split(',').take(2).collect::<Vec<_>>())).collect()
    }

    /// Name and columns besides the dates and the source, in the order of the names.
    pub(super) fn rule_tables() -> Vec<String> {
        let files = std::fs::read_dir(RULES).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let of = |file: String| {
            let header = shipped(&file).swap_remove(0);
            let columns = header.strip_prefix("effective_from,effective_to,").expect("the dates come first");
            let columns = columns.strip_suffix(",source").expect("every shipped table says where its rules come from");
            line(&[&file, &columns.replace(',', ", ")])
        };
        sorted(files.map(of).collect())
    }

    fn shipped(file: &str) -> Vec<String> {
        std::fs::read_to_string(format!("{RULES}/{file}")).unwrap().lines().map(str::to_owned).collect()
    }
}

/// What the document's tables say, in the form of [`declared`].
mod said {
    use std::collections::BTreeMap;

    use super::line;

    const SPEC: &str = include_str!("../../docs/SPEC.md");

    /// The cells of all rows below the headers that begin with `first`.
    fn table(first: &str) -> Vec<Vec<&'static str>> {
        let mut rows = Vec::new();
        let mut is_inside = false;
        for (text, next) in SPEC.lines().zip(SPEC.lines().skip(1).chain([""])) {
            let cells: Vec<&str> = text.trim_matches('|').split('|').map(str::trim).collect();
            if next.starts_with("| ---") {
                is_inside = cells[0] == first;
            } else if is_inside && text.starts_with("| ") && !text.starts_with("| ---") {
                rows.push(cells);
            }
        }
        assert!(!rows.is_empty(), "docs/SPEC.md has no table that begins with the column {first:?}");
        rows
    }

    /// Those cells of each row below the headers that begin with `first`.
    pub(super) fn rows(first: &str, places: &[usize]) -> Vec<String> {
        let of_row = |row: Vec<&str>| line(&places.iter().map(|place| row[*place]).collect::<Vec<_>>());
        table(first).into_iter().map(of_row).collect()
    }

    /// The items of a list; what stands in brackets belongs to its item.
    fn items(cell: &str) -> Vec<String> {
        let mut depth = 0;
        let ends_item = |letter: char| {
            depth += i32::from(letter == '(') - i32::from(letter == ')');
            letter == ',' && depth == 0
        };
        cell.split(ends_item).map(|item| item.trim().to_owned()).collect()
    }

    pub(super) fn input_tables() -> Vec<String> {
        let of_row = |row: Vec<&str>| {
            let columns = items(row[3]).into_iter().map(|column| format!("{}: {column}", row[0]));
            [line(&[row[0], row[1], row[2], row[4]])].into_iter().chain(columns).collect::<Vec<_>>()
        };
        table("table").into_iter().flat_map(of_row).collect()
    }

    pub(super) fn published_tables() -> Vec<String> {
        let mut columns_of: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut lines = Vec::new();
        for row in table("path") {
            let (path, _) = row[0].rsplit_once('=').expect("a path KEY=VALUE/");
            let (name, _) = path.split_once('/').expect("a path TABLE/KEY=VALUE/");
            let columns = items(row[3]).into_iter().flat_map(|item| match item.strip_prefix("the columns of ") {
                Some(table) => columns_of[table].clone(),
                None => vec![item],
            });
            let columns: Vec<String> = columns.collect();
            lines.push(line(&[&format!("{path}="), row[2]]));
            lines.extend(columns.iter().map(|column| format!("{name}: {column}")));
            columns_of.insert(name, columns);
        }
        lines
    }
}
