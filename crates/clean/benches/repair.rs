//! The speed of repair on clean and on damaged text.
//!
//! `cargo bench -p copydesk-clean --bench repair`. `COPYDESK_BENCH_ROUNDS` is the number of rounds, 5
//! by default. `train/speed` times other programs on the same texts in one run.
//!
//! Two runs cannot be compared if the machine did other work. So each text is also timed against a
//! copy of it with a check of its UTF-8, which is the least that any program does with a text.

use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

use copydesk_clean::{RepairOptions, Repairer};

mod texts;

fn main() -> io::Result<()> {
    // `cargo test --benches` only checks that the bench runs, so one round is enough.
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
