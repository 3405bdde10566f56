//! What repair costs on clean and on damaged text.
//!
//! `cargo bench -p copydesk-clean --bench repair`. `COPYDESK_BENCH_ROUNDS` is the number of rounds, 5
//! by default. `train/speed` times other programs on the same texts in one run.
//!
//! Other work on a machine makes two runs incomparable, so each text has a ratio to a plain copy of
//! the same text with its UTF-8 checked, which is as little as can be done with it.

use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

use copydesk_clean::{RepairOptions, Repairer};

mod texts;

fn main() -> io::Result<()> {
    // `cargo test --benches` only wants to know whether it runs.
    let is_test = std::env::args().any(|argument| argument == "--test");
    let rounds = match std::env::var("COPYDESK_BENCH_ROUNDS").map(|rounds| rounds.parse()) {
        Ok(Ok(rounds)) => std::cmp::max(rounds, 1),
        _ if is_test => 1,
        _ => 5,
    };
    let repairer = Repairer::new(RepairOptions::default());
    let mut out = io::stdout().lock();
    writeln!(out, "{:<26} {:>10} {:>10} {:>14}", "text", "MB/s", "changes", "copies' time")?;
    for texts::SampleText { name, text } in texts::all() {
        let changes = repairer.repair(&text).changes.len();
        let mut seconds = Vec::new();
        let mut ratios = Vec::new();
        for _ in 0..rounds {
            let repair = time(|| black_box(repairer.repair(black_box(&text))));
            let copy = time(|| {
                let bytes = black_box(text.as_bytes()).to_vec();
                black_box(String::from_utf8(bytes))
            });
            seconds.push(repair);
            ratios.push(repair / copy);
        }
        let speed = text.len() as f64 / 1e6 / median(seconds);
        writeln!(out, "{name:<26} {speed:>10.1} {changes:>10} {:>14.1}", median(ratios))?;
    }
    Ok(())
}

fn time<T>(run: impl Fn() -> T) -> f64 {
    let started = Instant::now();
    drop(run());
    started.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
