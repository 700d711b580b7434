//! Other processes: a reader beside the writer, a second writer, and somebody who may not write.

use std::fs;
use std::path::Path;
use std::process::Command;

use benches::durability::other::followed;
use benches::durability::workload::Workload;
use twin_core::Twin;

use crate::{hold, program};

/// A store that holds something.
fn filled(path: &Path) -> Twin {
    let twin = Twin::open(path).unwrap();
    let workload = Workload { seed: 1, large: 0 };
    (0..4).for_each(|step| workload.perform(&twin, step).unwrap());
    twin
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_reader_in_another_process_sees_whole_commits_in_their_order() {
    let followed = followed(program(), 40, 1).unwrap();
    hold(&followed.violations);
    assert!(followed.seen >= 10, "{followed:?}");
}

#[test]
fn a_second_writer_in_another_process_is_turned_away_until_the_first_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("busy.twin");
    let twin = filled(&path);
    let before = fs::read(&path).unwrap();
    let open = || said(Command::new(program()).arg("open").arg(&path));
    let told = open();
    assert!(told.starts_with("busy ") && told.ends_with(&format!("process {}", std::process::id())), "{told}");
    assert!(fs::read(&path).unwrap() == before);
    drop(twin);
    assert!(open().starts_with("ok "));
}

#[cfg(unix)]
mod rights {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use tempfile::TempDir;

    use super::{filled, said};
    use crate::program;

    /// Somebody without rights, where the tests run as somebody with all of them.
    const NOBODY: u32 = 65_534;

    fn allow(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    /// Runs the program as somebody to whom rights matter.
    fn run(folder: &Path, what: &str, path: &Path) -> String {
        if fs::metadata(folder).unwrap().uid() != 0 {
            return said(Command::new(program()).arg(what).arg(path));
        }
        let copy = folder.join("program");
        if !copy.exists() {
            fs::copy(program(), &copy).unwrap();
        }
        said(Command::new(&copy).arg(what).arg(path).uid(NOBODY).gid(NOBODY))
    }

    /// A folder that everybody may look into, and a store in a folder within it.
    fn store() -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        allow(folder.path(), 0o755);
        let path = folder.path().join("within").join("kept.twin");
        fs::create_dir(path.parent().unwrap()).unwrap();
        drop(filled(&path));
        (folder, path)
    }

    #[test]
    fn a_file_that_may_not_be_written_can_be_read_and_is_an_error_to_a_writer() {
        let (folder, path) = store();
        allow(&path, 0o444);
        let before = fs::read(&path).unwrap();
        let told = run(folder.path(), "open", &path);
        assert!(told.starts_with("io ") && told.contains("kept.twin"), "{told}");
        assert!(run(folder.path(), "read", &path).starts_with("ok "));
        assert!(fs::read(&path).unwrap() == before);
        allow(&path, 0o666);
        assert!(run(folder.path(), "open", &path).starts_with("ok "), "usable as soon as it may be written");
    }

    #[test]
    fn in_a_folder_that_may_not_be_written_no_store_is_made_and_an_old_one_still_opens() {
        let (folder, path) = store();
        let within = path.parent().unwrap();
        allow(&path, 0o666);
        allow(within, 0o555);
        let told = run(folder.path(), "open", &within.join("new.twin"));
        assert!(told.starts_with("io ") && told.contains("new.twin"), "{told}");
        assert!(run(folder.path(), "open", &path).starts_with("ok "));
        assert_eq!(fs::read_dir(within).unwrap().count(), 1, "nothing was left behind");
        allow(within, 0o755);
    }
}
