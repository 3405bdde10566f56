//! Ctrl-C, and the signals that `kill` and service managers send.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use copydesk_core::StopToken;

/// The number of SIGINT, which is what Ctrl-C sends.
const SIGINT: u8 = 2;

/// What a signal requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Stop gracefully (SIGINT, SIGTERM).
    Stop,
    /// Read the configuration again (SIGHUP).
    Reload,
}

/// Stops a command gracefully on the first signal, and at once on the second.
#[derive(Clone, Debug)]
pub(crate) struct InterruptHandler {
    stop: StopToken,
    signal: Arc<AtomicU8>,
}

impl InterruptHandler {
    /// Starts to handle signals: the first Ctrl-C stops the run gracefully, the second one ends the process.
    pub(crate) fn watch() -> Self {
        Self::watch_with(false, |_| {})
    }

    /// The same for a command that does its own waiting, and learns of signals through `on_signal`. SIGHUP is
    /// handled only if it `reloads`; otherwise it ends the process, as usual.
    pub(crate) fn watch_with(reloads: bool, on_signal: impl Fn(Signal) + Send + 'static) -> Self {
        let interrupt =
            Self { stop: StopToken::default(), signal: Arc::new(AtomicU8::new(SIGINT)) };
        interrupt.listen(reloads, on_signal);
        interrupt
    }

    /// The token that stops the run.
    pub(crate) fn stop(&self) -> &StopToken {
        &self.stop
    }

    /// The exit status of an interrupted command by the convention of shells: 128 plus the number of the
    /// signal, so 130 after Ctrl-C.
    pub(crate) fn status(&self) -> u8 {
        128 + self.signal.load(Ordering::Relaxed)
    }

    fn interrupted(&self, signal: u8) {
        self.signal.store(signal, Ordering::Relaxed);
        if self.stop.is_stopped() {
            process::exit(self.status().into());
        }
        self.stop.stop();
    }

    // If handlers cannot be installed, signals keep their default effect, which ends the process.
    #[cfg(unix)]
    fn listen(&self, reloads: bool, on_signal: impl Fn(Signal) + Send + 'static) {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let wanted = if reloads { &[SIGINT, SIGTERM, SIGHUP][..] } else { &[SIGINT, SIGTERM] };
        let Ok(mut signals) = signal_hook::iterator::Signals::new(wanted) else {
            return;
        };
        let interrupt = self.clone();
        let listen = move || {
            for signal in signals.forever() {
                if signal == SIGHUP {
                    on_signal(Signal::Reload);
                } else {
                    interrupt.interrupted(u8::try_from(signal).unwrap_or(self::SIGINT));
                    on_signal(Signal::Stop);
                }
            }
        };
        let _ = std::thread::Builder::new().name("signals".into()).spawn(listen);
    }

    #[cfg(not(unix))]
    fn listen(&self, _reloads: bool, on_signal: impl Fn(Signal) + Send + 'static) {
        let interrupt = self.clone();
        let _ = ctrlc::set_handler(move || {
            interrupt.interrupted(SIGINT);
            on_signal(Signal::Stop);
        });
    }
}
