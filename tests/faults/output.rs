//! What a run may not have: memory, space, permission, a folder of its own: faults 4, 5, 7 and 8.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

use super::{DISK, FAULT, MISSING, USAGE, assert_clean, assert_refused_with};
use crate::support::disk::{Disk, set_mode};
use crate::support::runner::could_not_run;
use crate::support::{A_DAY, AS_OF, Bench, Ended, Table, day};

/// The night as a command under a shell that first runs these lines.
fn after(bench: &Bench, lines: &str, flags: &[&str]) -> Command {
    let night = bench.command(AS_OF, flags);
    let mut shell = Command::new("/bin/sh");
    shell.env_clear().current_dir(night.get_current_dir().unwrap());
    shell.args(["-c", &format!("{lines}\nexec \"$0\" \"$@\"")]).arg(night.get_program()).args(night.get_args());
    shell
}

/// A bench whose night is published, and whose extracts have changed since.
pub(crate) fn with_news() -> Bench {
    let bench = Bench::published_once();
    bench.put(Table::Reviews, day(A_DAY), &[]);
    bench
}

#[test]
fn fault_04_a_run_without_memory_ends_and_leaves_the_old_night_or_the_new_one() {
    let mut killed = 0;
    for kibibytes in [60_000, 70_000, 80_000, 90_000, 100_000, 110_000] {
        let bench = with_news();
        let before = bench.published();
        let output = after(&bench, &format!("ulimit -v {kibibytes}"), &[]).output().unwrap();
        // Too little for the system to load the program: it never began.
        const NOT_LOADED: i32 = 127;
        if output.status.success() || output.status.code() == Some(NOT_LOADED) {
            continue;
        }
        killed += 1;
        // Most allocations that fail abort; where a library below panics instead, the panic is caught and told.
        let is_caught =
            output.status.code() == Some(FAULT) && String::from_utf8_lossy(&output.stderr).contains("error: ");
        assert!(output.status.signal().is_some() || is_caught, "{output:?}");
        assert_eq!(bench.published().files, before.files);
        bench.nightly(&[]).assert_done();
        assert_clean(&bench);
    }
    assert!(killed > 0, "no limit was low enough");
}

#[test]
fn fault_05_a_file_that_may_grow_no_further_ends_the_run_with_the_old_night() {
    let mut refused = 0;
    for blocks in [0, 1, 2, 4, 6, 8, 12] {
        let bench = with_news();
        let before = Disk::published(&bench);
        let ended = Ended::of(&mut after(&bench, &format!("ulimit -f {blocks}"), &[]));
        if ended.code == Some(0) {
            continue;
        }
        refused += 1;
        assert_eq!(ended.code, Some(DISK), "{blocks} blocks: {}", ended.stderr);
        assert!(ended.stderr.contains("File too large") && ended.stderr.contains("check space"), "{}", ended.stderr);
        before.assert_unchanged(&Disk::published(&bench));
        bench.nightly(&[]).assert_done();
        assert_clean(&bench);
    }
    assert!(refused > 2, "{refused} limits were low enough");
}

/// Runs a shell script in which `"$0" "$@"` is the program, where a small file system may be mounted: in a user namespace, where
/// anyone may, or as root in a mount namespace. None where the system allows neither.
fn with_mounts(bench: &Bench, script: &str, program: &Command) -> Option<Output> {
    const NAMESPACES: [&[&str]; 2] =
        [&["--user", "--mount", "--map-root-user", "/bin/sh", "-c"], &["--mount", "/bin/sh", "-c"]];
    let can_mount = |namespace: &&&[&str]| {
        let tried = Command::new("unshare").args(**namespace).arg("mount -t tmpfs none /mnt").output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    let namespace = NAMESPACES.iter().find(can_mount)?;
    let mut shell = Command::new("unshare");
    shell.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    shell.args(*namespace).arg(script).arg(program.get_program()).args(program.get_args());
    Some(shell.current_dir(bench.path("")).output().unwrap())
}

const NO_MOUNTS: &str = "neither user namespaces nor root's may mount a file system";

#[test]
fn fault_05_a_full_disk_ends_the_run_with_the_old_night() {
    let bench = Bench::sound();
    fs::create_dir(bench.path("out")).unwrap();
    let program = bench.command(AS_OF, &["--set", "min_free_mib=0"]);
    let script = r#"
        mount -t tmpfs -o size=2m none out || exit 99
        "$0" "$@" >&2 || exit 98
        dd if=/dev/zero of=out/filler bs=4k 2>/dev/null
        before=$(find out -type f ! -path 'out/runs/*' ! -name run.lock ! -name filler -exec sha256sum {} + | sort; readlink out/current)
        "$0" "$@" --set appeal_effect_days=0 --set rank_within=assessment_category --rehash
        echo "code $?" >&2
        after=$(find out -type f ! -path 'out/runs/*' ! -name run.lock ! -name filler -exec sha256sum {} + | sort; readlink out/current)
        [ "$before" = "$after" ] || exit 97
        rm out/filler
        "$0" "$@" --set appeal_effect_days=0 || exit 96
        "$0" "$@" --set appeal_effect_days=0 --out out/clean --state clean || exit 95
        clean="$PWD/out/clean/current"
        cd out/current && for file in $(find . -name '*.parquet'); do cmp "$file" "$clean/$file" || exit 94; done
    "#;
    let Some(output) = with_mounts(&bench, script, &program) else {
        return could_not_run(fault_05_a_full_disk_ends_the_run_with_the_old_night, NO_MOUNTS);
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{:?} {said}", output.status);
    assert!(said.contains("code 5\n") && said.contains("No space left on device"), "{said}");
}

#[test]
fn fault_05_too_little_space_is_found_before_anything_is_read() {
    assert_refused_with(
        &["--set", "min_free_mib=1000000000"],
        DISK,
        |bench| fs::remove_dir_all(bench.path("extracts")).unwrap(),
        &[&["preflight: ", " MiB free, wanted 1000000000 MiB"], &["preflight: "]],
    );
}

#[test]
fn a_log_that_cannot_be_written_leaves_the_exit_code_as_it_is() {
    let bench = Bench::sound();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let status = bench.program(&["nightly", "--date", "2050-01-01"]).stderr(full).status().unwrap();
    assert_eq!(status.code(), Some(MISSING));
}

#[test]
fn fault_07_a_folder_that_may_not_be_written_to_is_found_before_anything_is_read() {
    for folder in ["out", "state"] {
        let bench = Bench::published_once();
        let before = Disk::of(&bench);
        fs::remove_dir_all(bench.path("extracts")).unwrap();
        set_mode(&bench.path(folder), 0o555);
        let ended = bench.nightly_unprivileged(&[]);
        set_mode(&bench.path(folder), 0o755);
        ended.assert_refused(
            DISK,
            &[&["preflight: ", folder, "may not write to", "user ", "give the job's user the folder"]],
        );
        before.assert_unchanged(&Disk::of(&bench));
    }
}

/// Checks that an output folder that is not ours is refused with these words, if any, and left alone.
fn assert_left_alone(make: impl Fn(&Bench), code: i32, words: &str) {
    let bench = Bench::sound();
    make(&bench);
    let before = Disk::of(&bench);
    let ended = bench.nightly(&[]);
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    assert!(ended.stderr.contains(words), "{}", ended.stderr);
    before.assert_unchanged(&Disk::of(&bench));
}

#[test]
fn fault_08_a_destination_that_is_not_ours_is_refused_and_left_alone() {
    assert_left_alone(
        |bench| {
            fs::create_dir_all(bench.path("out/current")).unwrap();
            fs::write(bench.path("out/current/thesis.txt"), "years of work").unwrap();
        },
        USAGE,
        "out/current: found a file or folder, wanted a link to generations/NAME/published",
    );
    assert_left_alone(
        |bench| {
            fs::create_dir(bench.path("out")).unwrap();
            symlink("../extracts", bench.path("out/current")).unwrap();
        },
        USAGE,
        "out/current: found a link to ../extracts, wanted ",
    );
    let bench = Bench::sound();
    fs::write(bench.path("out"), "years of work").unwrap();
    assert_eq!(bench.nightly(&[]).code, Some(DISK));
    assert_eq!(fs::read_to_string(bench.path("out")).unwrap(), "years of work");
}

#[test]
fn fault_08_an_output_folder_on_two_file_systems_is_refused_with_both_paths() {
    let bench = Bench::sound();
    fs::create_dir_all(bench.path("out/generations")).unwrap();
    let script = r#"mount -t tmpfs none out/generations || exit 99
        exec "$0" "$@" --set min_free_mib=0"#;
    let Some(output) = with_mounts(&bench, script, &bench.command(AS_OF, &[])) else {
        let test = fault_08_an_output_folder_on_two_file_systems_is_refused_with_both_paths;
        return could_not_run(test, NO_MOUNTS);
    };
    Ended::from(output)
        .assert_refused(USAGE, &[&["preflight: out/generations: found another file system than out, wanted one"]]);
    assert!(!bench.path("out/current").exists());
}
