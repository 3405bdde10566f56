//! Cleans many pages into one output.

use std::io::Write;

use copydesk_clean::{Input, Record};

use super::done::{Decision, Done, Gate};
use super::engine::{self, Consume};
use super::reader::{End, Reader};
use super::worker::Worker;
use super::{PageReport, RunOptions};
use crate::dedupe::Printer;
use crate::error::Error;
use crate::screen::Screen;
use crate::sinks::{Destination, Sink, Target};
use crate::sources::{Entries, Inputs, Position, Web};
use crate::stats::Stats;
use crate::stop::Stop;

/// What cleans a page; [`copydesk_clean::Cleaner::clean`] unless a test wants otherwise.
pub type Clean<'a> = &'a (dyn Fn(&Input<'_>) -> Record + Sync);

/// A run over many pages: what cleans them, where they come from and go to.
pub struct Run<'a> {
    /// What cleans a page.
    pub clean: Clean<'a>,
    /// Where pages come from.
    pub inputs: &'a Inputs,
    /// Where they go.
    pub destination: &'a Destination,
    /// How.
    pub options: &'a RunOptions,
    /// Which pages are left out for what they are. Default: none.
    pub screen: Option<&'a Screen>,
    /// What makes the prints of pages, for a gate that compares them. Default: none are made.
    pub printer: Option<&'a Printer>,
    /// What decides on pages with a view to those before. Default: nothing.
    pub gate: Option<&'a mut dyn Gate>,
    /// Ends the run early. That of [`Inputs::fetching`] should be the same; see [`Web::stopped_by`].
    pub stop: Stop,
    /// Is told of each page as it is handed to the output. Default: nobody.
    pub observe: Option<&'a mut dyn FnMut(&PageReport, &Stats)>,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// Its pages, counted.
    pub stats: Stats,
    /// Whether it was ended early, so that the output has only the first part of the pages.
    pub is_stopped: bool,
}

impl<'a> Run<'a> {
    /// A run that does nothing else.
    pub fn new(
        clean: Clean<'a>,
        inputs: &'a Inputs,
        destination: &'a Destination,
        options: &'a RunOptions,
    ) -> Self {
        let stop = inputs.web().map(Web::stop).unwrap_or_default();
        Self {
            clean,
            inputs,
            destination,
            options,
            screen: None,
            printer: None,
            gate: None,
            stop,
            observe: None,
        }
    }

    /// Cleans all pages. `stream` is used where the target is [`Target::Stream`].
    ///
    /// # Errors
    /// When the output cannot be written, or an output came to exist that may not be replaced. A page
    /// that cannot be read is no error but a record.
    pub fn start(self, stream: impl Write + 'a) -> Result<Finished, Error> {
        let Self { clean, inputs, destination, options, screen, printer, gate, stop, observe } =
            self;
        let urls = inputs.urls().open()?;
        let mut engine = options.engine.clone();
        engine.unordered &= !matches!(destination.target, Target::Folder(_));
        let reader = Reader {
            inputs,
            options: &options.sources,
            places: destination.places(),
            start: Position::default(),
            done: Entries::default(),
            stop: &stop,
        };
        let keeps_records = gate.as_ref().is_some_and(|gate| gate.wants_records());
        let worker = Worker { clean, screen, printer, options, keeps_records };
        let mut writer = Writer {
            sink: destination.open(stream)?,
            gate,
            stats: Stats::default(),
            observe,
            web: inputs.web(),
        };
        let read = engine::run(
            &engine,
            move |queue| reader.read(urls, queue),
            &|task, held| worker.run(task, held),
            &mut writer,
        )?;
        writer.sink.finish()?;
        Ok(Finished { is_stopped: read? == End::Early, stats: writer.stats })
    }
}

/// Takes pages that are done to the output.
struct Writer<'a> {
    sink: Sink<'a>,
    gate: Option<&'a mut dyn Gate>,
    stats: Stats,
    observe: Option<&'a mut dyn FnMut(&PageReport, &Stats)>,
    web: Option<&'a Web>,
}

impl Consume<Done> for Writer<'_> {
    fn take(&mut self, _: u64, mut page: Done) -> Result<(), Error> {
        self.write(&mut page).inspect_err(|_| self.leave())?;
        self.stats.count(&page.report);
        if let Some(observe) = &mut self.observe {
            observe(&page.report, &self.stats);
        }
        Ok(())
    }

    fn idle(&mut self) -> Result<(), Error> {
        // Whoever reads the stream should not wait for pages that are done.
        self.sink.flush().inspect_err(|_| self.leave())
    }
}

impl Writer<'_> {
    fn write(&mut self, page: &mut Done) -> Result<(), Error> {
        if page.rendered.is_some()
            && let Some(gate) = &mut self.gate
            && let Decision::LeaveOut(reason) = gate.decide(page)?
        {
            page.report.excluded = Some(reason);
            page.rendered = None;
        }
        match &page.rendered {
            Some(rendered) => self.sink.write(rendered),
            None => Ok(()),
        }
    }

    /// The run is over; the reader may be waiting for a slow host.
    fn leave(&self) {
        if let Some(web) = self.web {
            web.stop().stop();
        }
    }
}
