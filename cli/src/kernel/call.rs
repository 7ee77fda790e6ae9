//! One run of the command line: how it shows things, and how it waits.

use mesto_client::Locale;

use crate::kernel::failure::{CliError, Outcome};
use crate::kernel::output::{self, Style};
use crate::kernel::service::Services;

/// What a command is told beside its own arguments.
#[derive(Clone, Copy)]
pub struct Call {
    pub style: Style,
    pub locale: Locale,
    pub services: Services,
    /// Every command, as clap reads them.
    pub whole: fn() -> clap::Command,
}

impl Call {
    /// A use case of the app: while the operator does not answer, a terminal shows that it is
    /// waited for.
    ///
    /// # Errors
    /// The work's own, or that it was interrupted.
    pub fn ask(self, work: impl Future<Output = Outcome<()>>) -> Outcome<()> {
        wait(async {
            let mut work = std::pin::pin!(work);
            let mut told_to_end = std::pin::pin!(told_to_end());
            let mut waiting = output::Waiting::new(self.style);
            let outcome = loop {
                tokio::select! {
                    // In this order: Ctrl-C is listened to before anything is sent.
                    biased;
                    () = &mut told_to_end => break Err(CliError::interrupted()),
                    outcome = &mut work => break outcome,
                    () = tokio::time::sleep(output::Waiting::STEP) => waiting.step(),
                }
            };
            output::clear_waiting();
            outcome
        })
    }

    /// Says what a machine asked for, or else the text.
    pub fn say(self, json: &impl serde::Serialize, text: impl FnOnce() -> String) {
        if self.style.json {
            output::write(&(serde_json::to_string(json).unwrap_or_default() + "\n"));
        } else {
            let mut text = text();
            if !text.ends_with('\n') {
                text.push('\n');
            }
            output::write(&text);
        }
    }
}

/// Runs async work to its end.
///
/// # Errors
/// The work's own.
pub fn wait<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    wait_on(&mut tokio::runtime::Builder::new_multi_thread(), work)
}

/// The same on threads that get the processor before those of the stores.
///
/// # Errors
/// The work's own.
pub fn wait_first<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    mesto_operator::serve_first();
    wait_on(tokio::runtime::Builder::new_multi_thread().on_thread_start(mesto_operator::serve_first), work)
}

fn wait_on<T>(threads: &mut tokio::runtime::Builder, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let runtime = threads.worker_threads(2).enable_all().build().map_err(|why| CliError::failed("the runtime", why))?;
    let outcome = runtime.block_on(work);
    // A read of standard input that nobody ends would hold the process up.
    runtime.shutdown_background();
    outcome
}

/// Ends on SIGTERM or SIGINT, heard from the call on and not only from when it is waited for: until
/// then a signal ends the process at once.
pub fn told_to_end() -> impl Future<Output = ()> + Send {
    #[cfg(unix)]
    let heard = {
        use tokio::signal::unix::{SignalKind, signal};
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    };
    async move {
        #[cfg(unix)]
        if let (Ok(mut terminate), Ok(mut interrupt)) = heard {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            return;
        }
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// Structured logs on standard error, as `RUST_LOG` asks; `info` without it. They hold no personal
/// data (the operator's and the bank's tests see to it).
pub fn write_logs() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    let subscriber = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr);
    // A log that nobody reads any more is no reason to stop: that would be told on standard error,
    // which is what cannot be written. A second subscriber is refused, which is right: the first
    // one writes.
    let _ = subscriber.log_internal_errors(false).try_init();
}
