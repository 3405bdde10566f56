//! Runs the command in a folder of its own.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Sentences of the article on every test page. Every cleaning must keep them.
pub(super) const SENTENCES: [&str; 2] = [
    "The ferry returned to the harbour on Monday after nine weeks in the dry dock, where engineers \
     replaced both propeller shafts and repainted the hull below the waterline.",
    "Passengers who had waited since early spring filled the upper deck within minutes, and the \
     harbour master said that the first crossing had been sold out for more than a month.",
];

/// A page with an article of several long paragraphs, and a menu above.
pub(super) fn page(title: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body><nav><ul><li><a href=\"/\">Home</a></li><li><a href=\"/sport\">Sport</a></li></ul></nav>\
         <article><h1>{title}</h1><p>{}</p><p>{}</p>\
         <p>The company that runs the line expects about four hundred thousand travellers this year, \
         slightly more than before the repair, and plans to add a late crossing on Saturdays.</p>\
         </article></body></html>",
        SENTENCES[0], SENTENCES[1]
    )
}

/// The same article as a scraper extracts it: lines, with the menu.
pub(super) fn text(title: &str) -> String {
    format!("Home\nSport\n{title}\n{}\n{}\n", SENTENCES[0], SENTENCES[1])
}

pub(super) fn gzip(data: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data.as_ref()).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zstd(data: impl AsRef<[u8]>) -> Vec<u8> {
    zstd::stream::encode_all(data.as_ref(), 3).unwrap()
}

/// A folder with inputs. Commands run in it without the settings of the user.
pub(super) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds a file and the folders above it.
    pub(super) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(name, content);
        self
    }

    pub(super) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(super) fn read(&self, name: impl AsRef<Path>) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Every file below `name`, sorted.
    pub(super) fn files(&self, name: &str) -> Vec<String> {
        fn walk(folder: &Path, root: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, root, found);
                } else {
                    found.push(path.strip_prefix(root).unwrap().to_str().unwrap().into());
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.path(name), &self.path(name), &mut found);
        found.sort();
        found
    }

    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
        command.args(args).current_dir(self.folder.path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("COPYDESK_") {
                command.env_remove(name);
            }
        }
        command.env("XDG_CONFIG_HOME", self.path("xdg")).env("HOME", self.path("home"));
        command.stdin(Stdio::null());
        command
    }

    pub(super) fn run(&self, args: &[&str]) -> FinishedCommand {
        FinishedCommand(self.command(args).output().unwrap())
    }

    pub(super) fn run_with_stdin(&self, args: &[&str], stdin: impl AsRef<[u8]>) -> FinishedCommand {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = child.stdin.take().unwrap();
        pipe.write_all(stdin.as_ref()).unwrap();
        drop(pipe);
        FinishedCommand(child.wait_with_output().unwrap())
    }
}

#[cfg(unix)]
impl Sandbox {
    /// Runs the command, reads a line of its output, and presses Ctrl-C.
    pub(super) fn interrupt_after_a_line(&self, args: &[&str]) -> (String, FinishedCommand) {
        let mut command = self.command(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut first).unwrap();
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        (first, FinishedCommand(child.wait_with_output().unwrap()))
    }
}

/// A finished command.
pub(super) struct FinishedCommand(Output);

impl From<Output> for FinishedCommand {
    fn from(output: Output) -> Self {
        Self(output)
    }
}

impl FinishedCommand {
    #[track_caller]
    pub(super) fn assert_exit(&self, code: i32) -> &Self {
        assert_eq!(self.0.status.code(), Some(code), "{}", self.stderr());
        self
    }

    pub(super) fn stdout(&self) -> &str {
        std::str::from_utf8(&self.0.stdout).unwrap()
    }

    pub(super) fn stderr(&self) -> &str {
        std::str::from_utf8(&self.0.stderr).unwrap()
    }

    /// Standard output as records.
    #[track_caller]
    pub(super) fn records(&self) -> Vec<Value> {
        records(self.stdout())
    }
}

#[track_caller]
pub(super) fn records(jsonl: &str) -> Vec<Value> {
    jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Asserts that the article is complete.
#[track_caller]
pub(super) fn assert_article(text: &str) {
    for sentence in SENTENCES {
        assert!(text.contains(sentence), "{sentence:?} is not in {text:?}");
    }
}

/// A random generator (xorshift), with the same sequence in every run unless a variable sets the seed.
pub(super) struct XorShift(u64);

impl XorShift {
    /// Takes the seed from this variable, or a fixed one.
    pub(super) fn seeded_by(name: &str) -> Self {
        Self(variable(name, 88_172_645_463_325_252) | 1)
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end.max(1)
    }
}

/// A number from an environment variable.
pub(super) fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}
