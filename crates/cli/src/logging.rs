//! Logs on standard error.

use std::io;

use copydesk_core::panics;
use copydesk_core::settings::{LogChoice, LogFormat};
use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, registry};

use crate::json_lines::JsonLines;

/// Writes the events of our own crates from this level on, in this format.
pub(crate) fn start(level: LogChoice, format: LogFormat) {
    let level = match level {
        LogChoice::Off => return,
        LogChoice::Error => LevelFilter::ERROR,
        LogChoice::Warn => LevelFilter::WARN,
        LogChoice::Info => LevelFilter::INFO,
        LogChoice::Debug => LevelFilter::DEBUG,
        LogChoice::Trace => LevelFilter::TRACE,
    };
    // The HTTP libraries log every frame at this level, which would bury the events about pages.
    let ours = ["copydesk_fetch", "copydesk_core", "copydesk"].map(|target| (target, level));
    let lines = lines(format, io::stderr);
    // Fails if there is a subscriber already, which is then the one to use.
    let _ = registry().with(lines).with(Targets::from_iter(ours)).try_init();
}

fn lines<S, W>(format: LogFormat, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_writer(writer).with_ansi(false);
    match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().event_format(JsonLines).boxed(),
    }
}

/// Prints no message for panics that are caught: the record of the page reports them. All others are printed as
/// before.
pub(crate) fn silence_caught_panics() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panics::is_caught() {
            default(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct LogBuffer(Arc<Mutex<Vec<u8>>>);

    impl Write for LogBuffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The log of a run with two events.
    fn logged(format: LogFormat) -> String {
        let written = LogBuffer::default();
        let writer = written.clone();
        let subscriber = registry().with(lines(format, move || writer.clone()));
        tracing::subscriber::with_default(subscriber, || {
            let _span = tracing::info_span!("run", job = "harbour").entered();
            tracing::info!(visits = 3, url = %"https://news.example/\"\n", "a line\nand another");
            tracing::warn!("late");
        });
        String::from_utf8(written.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn json_is_an_object_on_each_line() {
        let logged = logged(LogFormat::Json);
        let lines: Vec<serde_json::Value> =
            logged.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{logged}");
        assert_eq!(lines[0]["level"], "INFO");
        assert_eq!(lines[0]["message"], "a line\nand another");
        assert_eq!(lines[0]["visits"], 3);
        assert_eq!(lines[0]["url"], "https://news.example/\"\n");
        assert_eq!(lines[0]["target"], "copydesk::logging::tests");
        assert_eq!(lines[0]["spans"][0]["name"], "run");
        assert_eq!(lines[0]["spans"][0]["job"], "harbour");
        let time = lines[0]["timestamp"].as_str().unwrap();
        assert!(time.starts_with("20") && time.ends_with('Z'), "{time}");
        assert_eq!(lines[1]["level"], "WARN");
    }

    #[test]
    fn each_key_is_there_once() {
        let written = LogBuffer::default();
        let writer = written.clone();
        let subscriber = registry().with(lines(LogFormat::Json, move || writer.clone()));
        tracing::subscriber::with_default(subscriber, || {
            let _span = tracing::info_span!("run", name = "daily").entered();
            let message = "no route to host";
            tracing::warn!(message, level = 3, target = "a.example", "run failed");
        });
        let logged = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        for key in ["message", "level", "target", "name", "timestamp"] {
            assert_eq!(logged.matches(&format!("\"{key}\":")).count(), 1, "{key} in {logged}");
        }
        let line: serde_json::Value = serde_json::from_str(&logged).unwrap();
        assert_eq!(line["level"], "WARN");
        assert_eq!(line["level_2"], 3);
        assert_eq!(line["target_2"], "a.example");
        let messages = [&line["message"], &line["message_2"]];
        assert!(messages.contains(&&"run failed".into()), "{logged}");
        assert!(messages.contains(&&"no route to host".into()), "{logged}");
        assert_eq!(line["spans"][0]["name"], "run");
        assert_eq!(line["spans"][0]["name_2"], "daily");
    }

    #[test]
    fn only_caught_panics_are_silent() {
        let shown = Arc::new(Mutex::new(Vec::new()));
        let messages = Arc::clone(&shown);
        let earlier = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            messages.lock().unwrap().push(panic.payload_as_str().unwrap_or_default().to_owned());
        }));
        silence_caught_panics();
        assert!(panics::catch(|| panic!("a damaged file")).is_err());
        // Neither the name of the thread nor the word "parquet" hides a panic that nothing catches.
        let thread = std::thread::Builder::new().name("clean-0".into());
        let bug = || panic!("a bug in sinks/parquet.rs");
        assert!(thread.spawn(bug).unwrap().join().is_err());
        std::panic::set_hook(earlier);
        let shown = shown.lock().unwrap();
        assert!(shown.iter().any(|message| message == "a bug in sinks/parquet.rs"), "{shown:?}");
        assert!(!shown.iter().any(|message| message == "a damaged file"), "{shown:?}");
    }

    #[test]
    fn text_is_for_people() {
        let logged = logged(LogFormat::Text);
        assert!(
            logged.contains(" INFO run{job=\"harbour\"}: copydesk::logging::tests: "),
            "{logged}"
        );
        assert!(logged.ends_with(" copydesk::logging::tests: late\n"), "{logged}");
    }
}
