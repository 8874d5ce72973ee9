//! How settings are resolved from their layers, and what is refused of them.

use super::declared::Kind;
use super::*;

fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn resolved(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Outcome<Settings> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nightly.toml");
    std::fs::write(&path, file).unwrap();
    resolve(Some(&path), pairs(environment).into_iter(), pairs(flags).into_iter())
}

/// What nights are known by: a change of it makes every published night stale.
#[test]
fn the_policies_are_described_by_name_and_value() {
    let described = |flags: &[(&str, &str)]| resolved("", &[], flags).unwrap().described();
    let usual = "\
window_days=30
appeal_effect_days=1
rank_within=primary_category
after_sales_mix=equal
assessment_cycle=shop_year
shop_year_from=2018-10-01
exempt_months=3";
    assert_eq!(described(&[]), usual);
    let others = [
        ("rank_within", "assessment_category"),
        ("after_sales_mix", "volume"),
        ("window_days", "31"),
        ("assessment_cycle", "calendar_year"),
        ("shop_year_from", "2020-01-01"),
        ("exempt_months", "0"),
    ];
    for (name, value) in others {
        let line =
            |line: &str| line.split_once('=').filter(|(of, _)| *of == name).map(|(of, _)| format!("{of}={value}"));
        let expected: Vec<_> = usual.lines().map(|one| line(one).unwrap_or_else(|| one.to_owned())).collect();
        assert_eq!(described(&[(name, value)]), expected.join("\n"));
    }
    let of_a_night = SETTINGS.iter().filter(|setting| setting.reaches == Reach::Night);
    let names = usual.lines().filter_map(|line| line.split('=').next());
    assert!(names.eq(of_a_night.map(|setting| setting.name)));
}

#[test]
fn the_lowest_and_the_highest_number_of_every_setting_can_be_read() {
    for setting in &SETTINGS {
        if let Kind::Between(_, lowest, highest) | Kind::AtLeast(_, lowest, highest) = setting.kind {
            for number in [lowest, highest] {
                assert!(resolved("", &[], &[(setting.name, &number.to_string())]).is_ok(), "{}", setting.name);
            }
        }
    }
}

#[test]
fn flags_win_over_environment_over_file_over_default() {
    let file = "out = 'of the file'\nstate = 'of the file'\nrules = 'of the file'\nhistory_starts_on = 2021-12-03";
    let environment = [("SHOPSCORE_OUT", "of the environment"), ("SHOPSCORE_STATE", "of the environment")];
    let settings = resolved(file, &environment, &[("out", "of the flag")]).unwrap();
    assert_eq!(settings.out, Path::new("of the flag"));
    assert_eq!(settings.state, Path::new("of the environment"));
    let is_beside_the_file = |path: &Path, name: &str| path.is_absolute() && path.ends_with(name);
    assert!(is_beside_the_file(&settings.rules, "of the file"));
    assert!(is_beside_the_file(&settings.delivery.extracts, "sample_data"));
    assert_eq!(settings.extracts_kept_days, None);
    assert_eq!(settings.history_starts_on, Some("2021-12-03".parse().unwrap()));
}

#[test]
fn what_kubernetes_says_of_a_service_is_no_setting() {
    for name in
        ["PORT", "SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT_80_TCP", "PORT_80_TCP_ADDR", "API_PORT"]
    {
        let name = format!("SHOPSCORE_{name}");
        assert!(resolved("", &[(&name, "tcp://10.0.0.1:80")], &[]).is_ok(), "{name}");
    }
    assert!(resolved("", &[("SHOPSCORE_PORTS", "1")], &[]).is_err());
    assert!(resolved("", &[("SHOPSCORE_PORT_80", "1")], &[]).is_err());
}

#[test]
fn tables_are_mapped_by_folder_and_columns_by_name_form_and_nulls() {
    let file = "[tables.payments]\nfolder = 'pay'\n[tables.payments.columns]\n\
                order_id = { from = 'ORDER_NO', as = 'text', null_if = ['', 0] }";
    let settings = resolved(file, &[], &[("tables.shops.columns.joined_on.as", "epoch_days")]).unwrap();
    let lines = |table| settings.delivery.described(table)[2..].join("\n");
    assert!(settings.delivery.folder(Table::Payments).ends_with("sample_data/pay"));
    assert_eq!(
        lines(Table::Payments),
        "column order_id from \"ORDER_NO\"\ncolumn order_id as text\ncolumn order_id null_if \"\"\ncolumn order_id null_if \"0\""
    );
    assert_eq!(lines(Table::Shops), "column joined_on as epoch_days");
    for (file, said) in [
        ("[tables.payment]\nfolder = 'pay'", "no table \"payment\""),
        ("[tables.payments.columns]\norder = { from = 'x' }", "no column \"order\""),
        ("[tables.payments.columns]\norder_id = { as = 'epoch_days' }", "as = \"epoch_days\""),
        ("[tables.payments.columns]\norder_id = { named = 'x' }", "order_id.named: no setting of the name \"named\""),
        ("[tables.pickups.columns]\nno_shipping_required = { null_if = ['0'] }", "null_if of a boolean"),
    ] {
        let refused = resolved(file, &[], &[]).unwrap_err().to_string();
        assert!(refused.contains(said), "{refused}");
    }
}

#[test]
fn a_name_mistyped_is_refused_with_the_one_that_was_meant() {
    for (typed, meant) in [
        ("time_zon", "; did you mean `time_zone`? correct"),
        ("windowdays", "; did you mean `window_days`? correct"),
        ("max_quarantine_row", "; did you mean `max_quarantined_rows`? correct"),
        ("quarantined_rows", "; did you mean `max_quarantined_rows`? correct"),
        ("roots", "; did you mean `root`? correct"),
        ("tables.payment.folder", "; did you mean `payments`? correct"),
        ("tables.payments.columns.oder_id.from", "; did you mean `order_id`? correct"),
        ("tables.payments.columns.order_id.form", "; did you mean `from`? correct"),
        ("tables.payments.foldr", "; did you mean `folder`? correct"),
        ("colour", "; correct"),
        ("", "; correct"),
    ] {
        let refused = resolved("", &[], &[(typed, "1")]).unwrap_err().to_string();
        assert!(refused.contains(meant), "{typed}: {refused}");
    }
}

#[test]
fn a_finding_about_the_file_names_the_line() {
    let file = "window_days = 30\n\n# a comment\nkeep_generations = 0\n[tables.payments]\nfolder = 'a'\n[tables.payment]\nfolder = 'b'";
    let refused = resolved(file, &[], &[]).unwrap_err().to_string();
    let lines: Vec<&str> = refused.lines().collect();
    assert!(lines[0].contains("/nightly.toml:4: found keep_generations = \"0\""), "{refused}");
    assert!(lines[1].contains("/nightly.toml:8: found tables.payment.folder: no table"), "{refused}");
}

#[test]
fn a_list_is_refused_where_one_value_is_wanted_and_a_line_that_is_no_toml_is_not_shown() {
    let refused = |file: &str| resolved(file, &[], &[]).unwrap_err().to_string();
    let said = refused("on_failure = ['a', 'curl']");
    assert!(said.contains(r#":1: found on_failure = ["a", "curl"], wanted "#), "{said}");
    assert!(resolved("linked_roots = ['a', 'b']", &[], &[]).is_ok());
    let said = refused("window_days = 3\non_failure = \"curl secret");
    assert!(said.contains("/nightly.toml:2: found ") && !said.contains("secret"), "{said}");
}

#[test]
fn numbers_of_the_file_are_read_in_every_form_of_toml() {
    let days =
        |written: &str| resolved(&format!("window_days = {written}"), &[], &[]).map(|settings| settings.window_days);
    for written in ["31", "+31", "3_1", "0x1f", "0o37", "0b11111", "'31'"] {
        assert_eq!(days(written), Ok(31), "{written}");
    }
    assert!(days("99999999999999999999").is_err());
}

#[test]
fn the_root_stands_in_the_file_alone() {
    assert!(resolved("root = '..'", &[], &[]).is_ok());
    let refused = resolved("", &[("SHOPSCORE_ROOT", "..")], &[("root", "..")]).unwrap_err().to_string();
    let lines: Vec<&str> = refused.lines().collect();
    assert!(lines[0].contains("environment SHOPSCORE_ROOT: root = \"..\", wanted root in the file of settings alone"));
    assert!(lines[1].contains("flag --set: root = \"..\", wanted root in the file of settings alone"), "{refused}");
}

#[test]
fn what_is_written_lies_neither_in_one_another_nor_among_the_extracts() {
    let refused = |out: &str, state: &str| {
        let folders = [("extracts", "data/extracts"), ("out", out), ("state", state)];
        resolved("", &[], &folders).err().map_or(0, |failure| failure.findings.len())
    };
    assert_eq!(refused("data/out", "data/state"), 0);
    assert_eq!(refused("data/out", "data/out"), 1);
    assert_eq!(refused("data/out", "data/out/state"), 1);
    assert_eq!(refused("data/state/out", "data/state"), 1);
    assert_eq!(refused("data/extracts/payments", "data/state"), 1);
}

#[test]
fn an_outlook_knows_those_days_of_the_month_end_s_window_that_are_over() {
    let settings = resolved("", &[], &[]).unwrap();
    let shown = |as_of: &str| {
        let (month_end, known) = settings.outlook(as_of.parse().unwrap());
        format!("{month_end} {}", known.map_or(0, |known| known.days().count()))
    };
    for (as_of, expected) in [
        ("2022-03-01", "2022-03-31 0"),
        ("2022-03-02", "2022-03-31 1"),
        ("2022-03-31", "2022-03-31 30"),
        ("2022-04-01", "2022-04-30 1"),
        ("2022-02-01", "2022-02-28 3"),
        ("2022-02-28", "2022-02-28 30"),
        ("2024-02-01", "2024-02-29 2"),
        ("2024-02-29", "2024-02-29 30"),
    ] {
        assert_eq!(shown(as_of), expected, "{as_of}");
    }
}

/// Whatever else goes wrong, a build without another engine says so, too.
#[test]
fn with_an_engine_the_extracts_are_a_url_and_what_it_cannot_do_is_refused_in_words() {
    let engine = ("engine", "sc://localhost:15002");
    let refused = |others: &[(&str, &str)]| {
        let given: Vec<_> = [engine].into_iter().chain(others.iter().copied()).collect();
        resolved("", &[], &given).err().map_or(String::new(), |failure| failure.to_string())
    };
    let sound = refused(&[("extracts", "s3a://bucket/x")]);
    assert_eq!(sound.contains("this build has no engine but local"), !cfg!(feature = "cluster"), "{sound}");
    assert_eq!(sound.lines().count(), usize::from(!cfg!(feature = "cluster")), "{sound}");
    for (name, value, said) in [
        ("extracts", "data", "extracts = \"data\", wanted a URL"),
        ("extracts", "s3a://bucket/*", "extracts = \"s3a://bucket/*\", wanted a URL"),
        ("require_manifest", "true", "engines do not list names that begin with _"),
        ("require_success_marker", "true", "_SUCCESS among them"),
        ("int96", "utc", "int96 = \"utc\" with an engine"),
        ("linked_roots", "/lake", "there are no links where an engine lists"),
        ("extracts_kept_days", "60", "appeals of expired days"),
        ("tables.payments.folder", "/pay", "a folder below the extracts"),
    ] {
        let said_of_it = refused(&[("extracts", "s3a://bucket/x"), (name, value)]);
        assert!(said_of_it.contains(said), "{name}: {said_of_it}");
    }
    let refused = resolved("extracts = 's3a://bucket/x'", &[], &[]).unwrap_err().to_string();
    assert!(refused.contains("/nightly.toml:1: found extracts = \"s3a://bucket/x\", wanted a folder"), "{refused}");
    assert!(refused.contains("engine = \"sc://HOST:PORT\""), "{refused}");
}

#[test]
fn a_token_in_the_address_of_an_engine_is_refused_and_never_told() {
    for value in ["'sc://host:1/;token=s3cret'", "['sc://host:1/;token=s3cret', 'x']", "'sc://me:s3cret@host:1'"] {
        let refused = resolved(&format!("engine = {value}"), &[], &[]).unwrap_err().to_string();
        assert!(refused.contains("engine = ") && !refused.contains("s3cret"), "{refused}");
    }
    let refused = resolved("", &[("SHOPSCORE_ENGINE", "sc://host:1/;token=s3cret")], &[]).unwrap_err().to_string();
    assert!(refused.contains("SPARK_CONNECT_AUTHENTICATE_TOKEN") && !refused.contains("s3cret"), "{refused}");
}
