//! `--site-profiles`: counting what recurs on sites, and cleaning by it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Result;
use copydesk_clean::{CleanInput, Cleaner, Record};
use copydesk_core::StopToken;
use copydesk_core::pipeline::{PageReport, RunOptions};
use copydesk_core::profiles::{
    CountLimits, ProfileFolder, SiteCounter, SiteRun, StartingProfiles, count, today,
};
use copydesk_core::settings::{ColorChoice, Settings};
use copydesk_core::sinks::InputPlan;
use copydesk_core::sources::Inputs;

use crate::console::Console;
use crate::failure::HintedError;
use crate::plural::counted;
use crate::progress::RunProgress;

/// Sites that a note names; the others are only counted.
const MAX_HOSTS_SHOWN: usize = 10;

/// The parts of a cleaning run that counting needs.
pub(crate) struct SiteRunContext<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) cleaner: &'a Cleaner,
    pub(crate) inputs: &'a Inputs,
    pub(crate) options: &'a RunOptions,
    pub(crate) stop: &'a StopToken,
    /// What is about to be read, if progress is shown.
    pub(crate) plan: Option<InputPlan>,
}

/// A cleaning run that counts recurring blocks and uses the counts as evidence.
pub(crate) struct SiteProfiling<'a> {
    run: SiteRun<'a>,
    folder: Option<ProfileFolder>,
    max_age_days: u32,
}

impl<'a> SiteProfiling<'a> {
    /// Starts a run: reads the profiles in `folder`, if there is one, and counts the inputs if they can be read
    /// twice.
    pub(crate) fn start(folder: Option<&Path>, context: &SiteRunContext<'a>) -> Result<Self> {
        let SiteRunContext { settings, cleaner, inputs, options, stop, plan } = *context;
        if folder.is_none() && !inputs.can_be_read_twice() {
            return Err(HintedError::new(
                "--site-profiles without a folder reads the inputs twice, and standard input and URLs can be read only once",
                "use a folder, --site-profiles=DIR: each run then uses what earlier runs counted",
            )
            .into());
        }
        let limits = CountLimits::from_settings(settings);
        let max_age_days = settings.max_profile_age_days;
        let folder = folder.map(ProfileFolder::new);
        let (mut counter, started) = match &folder {
            Some(folder) => folder.counter(limits, today(), max_age_days)?,
            None => (SiteCounter::new(limits, today()), StartingProfiles::default()),
        };
        if !settings.quiet {
            report_discarded(&started, max_age_days, settings.color);
        }
        if !inputs.can_be_read_twice() {
            let run = SiteRun::one_pass(cleaner, counter);
            return Ok(Self { run, folder, max_age_days });
        }
        let mut bar = plan.map(|plan| RunProgress::new(plan.bytes));
        let (mut pages, mut bytes) = (0_u64, 0);
        let result = count(cleaner, inputs, options, stop, &mut counter, &mut |read| {
            (pages, bytes) = (pages + 1, bytes + read);
            if let Some(bar) = &mut bar {
                bar.update(bytes, |_| format!("{pages} pages counted"));
            }
        });
        if let Some(bar) = bar {
            bar.finish();
        }
        result?;
        Ok(Self { run: SiteRun::two_pass(cleaner, counter), folder, max_age_days })
    }

    /// Cleans a page, on any thread.
    pub(crate) fn clean(&self, page: &CleanInput<'_>) -> Record {
        self.run.clean(page)
    }

    /// Counts a page that came out of the pipeline.
    pub(crate) fn written(&self, page: &PageReport) {
        self.run.page_written(&page.source, page.texts);
    }

    /// Finishes a complete run: reports the sites that drifted, and writes the profiles.
    pub(crate) fn finish(self, console: &Console, is_quiet: bool) -> Result<()> {
        let summary = self.run.finish(self.folder.as_ref(), self.max_age_days)?;
        for drift in &summary.drifts {
            console.note(&drift.to_string());
        }
        if !is_quiet {
            let (sites, known) = (counted(summary.sites as u64, "site"), summary.known);
            let mut line = format!("{sites}, {known} with enough pages to use");
            if summary.uncounted > 0 {
                let uncounted = counted(summary.uncounted, "page");
                line = format!("{line}; {uncounted} not counted (unknown host, or no memory left)");
            }
            if let Some(folder) = &self.folder {
                let written = counted(summary.written as u64, "profile");
                line = format!("{line}; wrote {written} to {}", folder.root().display());
            }
            console.line(line);
        }
        Ok(())
    }
}

/// Prints which profiles are not used.
fn report_discarded(started: &StartingProfiles, max_age_days: u32, color: ColorChoice) {
    let console = Console::new(color);
    let list = |hosts: &[String]| {
        let named =
            hosts.iter().take(MAX_HOSTS_SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        match hosts.len().saturating_sub(MAX_HOSTS_SHOWN) {
            0 => named,
            more => format!("{named} and {more} more"),
        }
    };
    if !started.too_old.is_empty() {
        console.note(&format!(
            "discarded profiles that are older than {max_age_days} days: {}",
            list(&started.too_old)
        ));
    }
    if !started.no_room.is_empty() {
        console.note(&format!(
            "no memory for the profiles of {} (--max-profile-bytes sets the limit)",
            list(&started.no_room)
        ));
    }
}

/// The folder that the flag names, or `None` for the flag without a value. It must not be inside an input folder,
/// where the profiles, which are JSON, would be read as pages.
pub(crate) fn profile_folder<'a>(flag: &'a OsStr, inputs: &[PathBuf]) -> Result<Option<&'a Path>> {
    let folder = Path::new(flag);
    let real = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let is_around = |input: &&PathBuf| input.is_dir() && real(folder).starts_with(real(input));
    match inputs.iter().find(is_around) {
        _ if flag.is_empty() => Ok(None),
        None => Ok(Some(folder)),
        Some(input) => Err(HintedError::new(
            format!("{} is inside the input {}", folder.display(), input.display()),
            "name a folder for the profiles outside of the inputs",
        )
        .into()),
    }
}
