//! What a run may not have: memory, space, permission, a folder of its own: faults 4, 5, 7 and 8.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Output};

use shopscore::extracts::tables::Table;

use crate::disk::{Disk, assert_clean, assert_unchanged};
use crate::support::bench::{Bench, Ended};
use crate::support::marketplace::AS_OF;
use crate::support::rows::day;
use crate::{A_DAY, DISK, FAULT, USAGE};

/// The night as a command under a shell that first runs these lines.
fn after(bench: &Bench, lines: &str, flags: &[&str]) -> Command {
    let night = bench.command(AS_OF, flags);
    let mut shell = Command::new("/bin/sh");
    shell.env_clear().current_dir(night.get_current_dir().unwrap());
    shell
        .args(["-c", &format!("{lines}\nexec \"$0\" \"$@\"")])
        .arg(night.get_program())
        .args(night.get_args());
    shell
}

/// A bench whose night is published, and whose extracts have changed since.
pub(crate) fn with_news() -> Bench {
    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
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
        if output.status.success() {
            continue;
        }
        killed += 1;
        // Most allocations that fail abort; where a library below panics instead, the panic is caught and told.
        let is_caught = output.status.code() == Some(FAULT)
            && String::from_utf8_lossy(&output.stderr).contains("error: ");
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
        assert!(
            ended.stderr.contains("File too large") && ended.stderr.contains("check space"),
            "{}",
            ended.stderr
        );
        before.assert_unchanged(&Disk::published(&bench));
        bench.nightly(&[]).assert_done();
        assert_clean(&bench);
    }
    assert!(refused > 2, "{refused} limits were low enough");
}

/// Runs a shell script in which `"$0" "$@"` is the program, in a user namespace: there anyone may mount a small file system.
/// None where the system does not allow such a namespace.
fn in_a_namespace(bench: &Bench, script: &str, program: &Command) -> Option<Output> {
    const IN_A_NAMESPACE: [&str; 4] = ["--user", "--mount", "--map-root-user", "/bin/sh"];
    let can_mount =
        Command::new("unshare").args(IN_A_NAMESPACE).args(["-c", "mount -t tmpfs none /mnt"]).output();
    if !can_mount.is_ok_and(|tried| tried.status.success()) {
        return None;
    }
    let mut shell = Command::new("unshare");
    shell.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    shell.args(IN_A_NAMESPACE).args(["-c", script]).arg(program.get_program()).args(program.get_args());
    Some(shell.current_dir(bench.path("")).output().unwrap())
}

#[test]
fn fault_05_a_full_disk_ends_the_run_with_the_old_night() {
    let bench = Bench::sound();
    fs::create_dir(bench.path("out")).unwrap();
    let program = bench.command(AS_OF, &["--set", "min_free_mib=0"]);
    let script = r#"
        mount -t tmpfs -o size=1m none out || exit 99
        "$0" "$@" >&2 || exit 98
        dd if=/dev/zero of=out/filler bs=4k 2>/dev/null
        before=$(find out -type f ! -name run.lock ! -name filler -exec sha256sum {} + | sort; readlink out/current)
        "$0" "$@" --set appeal_effect_days=0 --set rank_within=assessment_category --rehash
        echo "code $?" >&2
        after=$(find out -type f ! -name run.lock ! -name filler -exec sha256sum {} + | sort; readlink out/current)
        [ "$before" = "$after" ] || exit 97
        rm out/filler
        "$0" "$@" --set appeal_effect_days=0 || exit 96
        "$0" "$@" --set appeal_effect_days=0 --out out/clean --state clean || exit 95
        clean="$PWD/out/clean/current"
        cd out/current && for file in $(find . -name '*.parquet'); do cmp "$file" "$clean/$file" || exit 94; done
    "#;
    let Some(output) = in_a_namespace(&bench, script, &program) else { return };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{:?} {said}", output.status);
    assert!(said.contains("code 5\n") && said.contains("No space left on device"), "{said}");
}

#[test]
fn fault_05_too_little_space_is_found_before_anything_is_read() {
    assert_unchanged(
        |bench| fs::remove_dir_all(bench.path("extracts")).unwrap(),
        &["--set", "min_free_mib=1000000000"],
        DISK,
        &[&["preflight: ", " MiB free, wanted 1000000000 MiB"], &["preflight: "]],
    );
}

/// Who may write everywhere cannot be refused: the night is run as nobody, by a copy of the program that nobody may run.
#[test]
fn fault_07_a_folder_that_may_not_be_written_to_is_found_before_anything_is_read() {
    const NOBODY: u32 = 65_534;
    for folder in ["out", "state"] {
        let bench = Bench::sound();
        bench.nightly(&[]).assert_done();
        let before = Disk::of(&bench);
        fs::remove_dir_all(bench.path("extracts")).unwrap();
        let (mine, program) = (bench.path(""), bench.path("jobs/program"));
        fs::copy(env!("CARGO_BIN_EXE_shopscore"), &program).unwrap();
        let mode = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        mode(&mine, 0o755);
        let night = bench.command(AS_OF, &[]);
        let mut command = Command::new(&program);
        command.env_clear().current_dir(&mine).args(night.get_args());
        if fs::metadata(&mine).unwrap().uid() == 0 {
            // The other folder is nobody's own.
            let other = if folder == "out" { "state" } else { "out" };
            Command::new("chown").args(["-R", "65534", other]).current_dir(&mine).status().unwrap();
            command.uid(NOBODY);
        } else {
            mode(&bench.path(folder), 0o555);
        }
        let ended = Ended::of(&mut command);
        mode(&bench.path(folder), 0o755);
        ended.assert_refused(
            DISK,
            &[&["preflight: ", folder, "may not write to", "user ", "give the job's user permission"]],
        );
        before.assert_unchanged(&Disk::of(&bench));
    }
}

#[test]
fn fault_08_a_destination_that_is_a_folder_is_refused_and_left_alone() {
    let bench = Bench::sound();
    fs::create_dir_all(bench.path("out/current")).unwrap();
    fs::write(bench.path("out/current/thesis.txt"), "years of work").unwrap();
    let before = Disk::of(&bench);
    bench
        .nightly(&[])
        .assert_refused(USAGE, &[&["out/current: found a file or folder, wanted a link to generations/"]]);
    before.assert_unchanged(&Disk::of(&bench));
}

#[test]
fn fault_08_an_output_folder_on_two_file_systems_is_refused_with_both_paths() {
    let bench = Bench::sound();
    fs::create_dir_all(bench.path("out/generations")).unwrap();
    let script = r#"mount -t tmpfs none out/generations || exit 99
        exec "$0" "$@" --set min_free_mib=0"#;
    let Some(output) = in_a_namespace(&bench, script, &bench.command(AS_OF, &[])) else { return };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(USAGE), "{said}");
    assert!(
        said.contains("preflight: out/generations: found another file system than out, wanted one"),
        "{said}"
    );
    assert!(!bench.path("out/current").exists());
}
