//! Times repair against `plsfix` on the same texts, taking turns passage by passage, on one thread.
//!
//! `cargo run --release --manifest-path train/speed/Cargo.toml [FOLDER]`. With a folder, the texts are
//! written there, for `train/speed/with_ftfy.py`.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{env, fs, io};

use copydesk_clean::{RepairOptions, Repairer};

#[path = "../../../crates/clean/benches/texts/mod.rs"]
mod texts;

/// What is repaired at a time.
const PASSAGE_BYTES: usize = 64 << 10;

/// What is timed of each text: the other one is slow on damaged text.
const TIMED_BYTES: usize = 2 << 20;

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from);
    let repairer = Repairer::new(RepairOptions::default());
    println!("{:<26} {:>14} {:>14} {:>8}", "text, MB/s", "copydesk", "plsfix", "times");
    for texts::SampleText { name, text } in texts::all() {
        let text = &text[..text.floor_char_boundary(TIMED_BYTES)];
        if let Some(folder) = &folder {
            fs::create_dir_all(folder)?;
            fs::write(folder.join(format!("{name}.txt")), text)?;
        }
        // The tables of words are read once in a process, by the first text that needs them.
        for passage in passages(text) {
            drop(black_box(repairer.repair(black_box(passage))));
        }
        let (mut own, mut other) = (Duration::ZERO, Duration::ZERO);
        for passage in passages(text) {
            own += time(|| drop(black_box(repairer.repair(black_box(passage)))));
            other += time(|| drop(black_box(plsfix::fix_text(black_box(passage), None))));
        }
        let speed = |time: Duration| text.len() as f64 / 1e6 / time.as_secs_f64();
        let times = other.as_secs_f64() / own.as_secs_f64();
        println!("{name:<26} {:>14.1} {:>14.1} {times:>8.1}", speed(own), speed(other));
    }
    Ok(())
}

fn time(run: impl Fn()) -> Duration {
    let started = Instant::now();
    run();
    started.elapsed()
}

/// Whole lines of about a passage.
fn passages(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let limit = text.floor_char_boundary(PASSAGE_BYTES);
        let end = text[limit..].find('\n').map_or(text.len(), |newline| limit + newline + 1);
        let (passage, rest) = text.split_at(end);
        text = rest;
        (!passage.is_empty()).then_some(passage)
    })
}
