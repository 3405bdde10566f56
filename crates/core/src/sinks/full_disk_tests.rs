//! Outputs on a full disk.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::resume_tests::{contents, destinations, rendered, write};
use super::*;
use crate::error::{Error, ErrorKind};

/// Whether the error says that there is no room: on the disk, in a quota, or under a limit on the size of files.
fn is_full(error: &Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), ErrorKind::Write { source, .. }
        if matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge))
}

/// Passes the folder to the process with the limit.
const FOLDER_VARIABLE: &str = "COPYDESK_TEST_FULL_DISK";

const STATE: &str = "state.json";

/// The lengths of pages: some that fit, one that does not, one more.
const LENGTHS: [usize; 12] = [100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 200_000, 10];

/// The output is committed after this many pages.
const COMMITTED: usize = 8;

fn output_path(destination: &Destination, at: usize) -> OutputPath {
    match &destination.target {
        OutputTarget::Folder(folder) => OutputPath::File(folder.join(format!("{at}.out"))),
        _ => OutputPath::Shared,
    }
}

fn write_rest(mut sink: Sink<'_>, destination: &Destination, from: usize) -> Result<(), Error> {
    for (at, length) in LENGTHS.into_iter().enumerate().skip(from) {
        sink.write(&rendered(destination.format, output_path(destination, at), at, length))?;
    }
    sink.finish()
}

/// The whole files of a folder that were there at the commit.
fn whole(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_whole = |name: &Path| !name.to_string_lossy().starts_with('.');
    contents(folder).into_iter().filter(|(name, _)| is_whole(name)).collect()
}

/// Run by the test below with a limit on the size of files.
#[test]
#[ignore = "run by a_full_disk_costs_nothing_that_was_committed"]
fn with_little_room() {
    let folder = PathBuf::from(env::var_os(FOLDER_VARIABLE).unwrap());
    for at in 0..destinations(Path::new("")).len() {
        let output = folder.join(at.to_string());
        let destination = &destinations(&output)[at];
        let mut sink = destination.open(io::sink()).unwrap();
        for (at, length) in LENGTHS.into_iter().enumerate().take(COMMITTED) {
            sink.write(&rendered(destination.format, output_path(destination, at), at, length))
                .unwrap();
        }
        let state = sink.commit().unwrap().unwrap();
        let before = whole(&output);
        let error = write_rest(sink, destination, COMMITTED).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Write { .. }), "{error}");
        if destination.format != Format::Sqlite {
            assert!(is_full(&error), "{error}");
        }
        let after = whole(&output);
        assert!(before.iter().all(|(name, content)| after.get(name) == Some(content)));
        fs::write(folder.join(format!("{at}-{STATE}")), serde_json::to_vec(&state).unwrap())
            .unwrap();
    }
}

#[test]
fn a_full_disk_costs_nothing_that_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    // SIGXFSZ would end the process. Ignored, the write fails instead, as on a full disk.
    let status = Command::new("sh")
        .arg("-c")
        .arg("trap '' XFSZ; ulimit -f 400; exec \"$0\" --exact --ignored sinks::full_disk_tests::with_little_room")
        .arg(env::current_exe().unwrap())
        .env(FOLDER_VARIABLE, folder.path())
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
    assert!(String::from_utf8_lossy(&status.stdout).contains("1 passed"));
    for at in 0..destinations(Path::new("")).len() {
        let state = fs::read(folder.path().join(format!("{at}-{STATE}"))).unwrap();
        let state: SinkState = serde_json::from_slice(&state).unwrap();
        let output = folder.path().join(at.to_string());
        let destination = &destinations(&output)[at];
        let pages = usize::try_from(state.pages()).unwrap();
        write_rest(destination.resume(&state).unwrap(), destination, pages).unwrap();
        let uninterrupted = tempfile::tempdir().unwrap();
        write(&destinations(uninterrupted.path())[at], &LENGTHS, &BTreeMap::new()).unwrap();
        assert!(contents(&output) == contents(uninterrupted.path()), "{destination:?}");
    }
}

#[test]
fn a_full_device_is_an_error_that_says_so() {
    let device = Path::new("/dev/full");
    if !device.exists() {
        return;
    }
    let destination = Destination::new(OutputTarget::File(device.into()), Format::Jsonl);
    let mut sink = destination.open(io::sink()).unwrap();
    sink.write(&rendered(Format::Jsonl, OutputPath::Shared, 0, 10)).unwrap();
    let error = sink.finish().unwrap_err();
    assert_eq!(error.to_string(), "/dev/full: No space left on device (os error 28)");
}

/// Fails after `room` bytes, as a full disk does.
struct FullDisk<'a> {
    room: usize,
    written: &'a mut Vec<u8>,
}

impl Write for FullDisk<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.room);
        if taken == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.room -= taken;
        self.written.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_stream_is_an_error_that_says_so() {
    for compression in [FileCompression::None, FileCompression::Gzip] {
        let mut written = Vec::new();
        let destination = Destination {
            compression,
            member_bytes: 1000,
            ..Destination::new(OutputTarget::Stream, Format::Jsonl)
        };
        let mut sink = destination.open(FullDisk { room: 20_000, written: &mut written }).unwrap();
        let error = (0..1000)
            .find_map(|at| sink.write(&rendered(Format::Jsonl, OutputPath::Shared, at, 100)).err())
            .unwrap();
        assert_eq!(error.to_string(), "standard output: no storage space");
        assert!(is_full(&error), "{error}");
        drop(sink);
        assert_eq!(written.len(), 20_000);
    }
}
