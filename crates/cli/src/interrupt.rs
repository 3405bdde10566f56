//! Ctrl-C, and the request to terminate that `kill` and service managers send.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use copydesk_core::StopToken;

/// The number of SIGINT, which is what Ctrl-C sends.
const SIGINT: u8 = 2;

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// To end, in order.
    Stop,
    /// To read again what is read at the beginning (SIGHUP).
    Reload,
}

/// Ends a command early when it is interrupted.
#[derive(Clone, Debug)]
pub(crate) struct InterruptHandler {
    stop: StopToken,
    signal: Arc<AtomicU8>,
}

impl InterruptHandler {
    /// From here on, the first Ctrl-C ends the run in order, and the second one the command at once.
    pub(crate) fn watch() -> Self {
        Self::watch_with(false, |_| {})
    }

    /// The same for a command that waits for something else, which is told too. Where it `reloads`, SIGHUP is
    /// a wish to; else it does what it does everywhere.
    pub(crate) fn watch_with(reloads: bool, tell: impl Fn(Signal) + Send + 'static) -> Self {
        let interrupt =
            Self { stop: StopToken::default(), signal: Arc::new(AtomicU8::new(SIGINT)) };
        interrupt.listen(reloads, tell);
        interrupt
    }

    /// What ends the run.
    pub(crate) fn stop(&self) -> &StopToken {
        &self.stop
    }

    /// The exit status of a command that was interrupted, as shells have it: 128 and the number of the
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

    // Without a handler, a signal does what it does everywhere.
    #[cfg(unix)]
    fn listen(&self, reloads: bool, tell: impl Fn(Signal) + Send + 'static) {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let wanted = if reloads { &[SIGINT, SIGTERM, SIGHUP][..] } else { &[SIGINT, SIGTERM] };
        let Ok(mut signals) = signal_hook::iterator::Signals::new(wanted) else {
            return;
        };
        let interrupt = self.clone();
        let listen = move || {
            for signal in signals.forever() {
                if signal == SIGHUP {
                    tell(Signal::Reload);
                } else {
                    interrupt.interrupted(u8::try_from(signal).unwrap_or(self::SIGINT));
                    tell(Signal::Stop);
                }
            }
        };
        let _ = std::thread::Builder::new().name("signals".into()).spawn(listen);
    }

    #[cfg(not(unix))]
    fn listen(&self, _reloads: bool, tell: impl Fn(Signal) + Send + 'static) {
        let interrupt = self.clone();
        let _ = ctrlc::set_handler(move || {
            interrupt.interrupted(SIGINT);
            tell(Signal::Stop);
        });
    }
}
