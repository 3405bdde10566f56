//! `--site-profiles`: what is known of sites, for a cleaning run and from it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Result;
use copydesk_clean::{CleanInput, Cleaner, Record};
use copydesk_core::StopToken;
use copydesk_core::pipeline::RunOptions;
use copydesk_core::profiles::{
    CountLimits, ProfileFolder, SiteCounter, SiteRun, StartingProfiles, count, today,
};
use copydesk_core::settings::Settings;
use copydesk_core::sinks::InputPlan;
use copydesk_core::sources::Inputs;

use crate::console::Console;
use crate::failure::HintedError;
use crate::progress::RunProgress;

/// Sites named in a note; the rest is a number.
const MAX_HOSTS_SHOWN: usize = 10;

/// What a run needs to know of itself to be begun.
pub(crate) struct SiteRunContext<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) cleaner: &'a Cleaner,
    pub(crate) inputs: &'a Inputs,
    pub(crate) options: &'a RunOptions,
    pub(crate) stop: &'a StopToken,
    /// What is about to be read, where progress is shown.
    pub(crate) plan: Option<InputPlan>,
}

/// A run that counts what recurs, and judges by it.
pub(crate) struct SiteProfiling<'a> {
    run: SiteRun<'a>,
    folder: Option<ProfileFolder>,
    max_age_days: u32,
}

impl<'a> SiteProfiling<'a> {
    /// Begins a run: reads the profiles in `profile_folder` if there is one, and counts the inputs if they can
    /// be read a second time.
    pub(crate) fn start(folder: Option<&Path>, begin: &SiteRunContext<'a>) -> Result<Self> {
        let SiteRunContext { settings, cleaner, inputs, options, stop, plan } = *begin;
        if folder.is_none() && !inputs.can_be_read_twice() {
            return Err(HintedError::new(
                "--site-profiles without a folder reads the inputs twice, and not all of them can be",
                "with a folder (--site-profiles=DIR) each run is judged by what the runs before it counted",
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
            report_discarded(&started, max_age_days);
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

    /// A page came out of the pipeline.
    pub(crate) fn written(&self, source: &str) {
        self.run.page_written(source);
    }

    /// Ends a run that came to its end: says which sites changed, and writes the profiles.
    pub(crate) fn finish(self, console: &Console, is_quiet: bool) -> Result<()> {
        let summary = self.run.finish(self.folder.as_ref(), self.max_age_days)?;
        for drift in &summary.drifts {
            console.note(&drift.to_string());
        }
        if !is_quiet {
            let (sites, known) = (summary.sites, summary.known);
            let s = if sites == 1 { "" } else { "s" };
            let mut line = format!("{sites} site{s}, {known} with pages enough to judge by");
            if summary.uncounted > 0 {
                let uncounted = summary.uncounted;
                let why = "of no known host, or no room";
                line = format!("{line}; {uncounted} pages not counted: {why}");
            }
            if let Some(folder) = &self.folder {
                let (written, root) = (summary.written, folder.root().display());
                line = format!("{line}; {written} profiles in {root}");
            }
            console.line(line);
        }
        Ok(())
    }
}

/// Says which profiles are not used.
fn report_discarded(started: &StartingProfiles, max_age_days: u32) {
    let console = Console::new(copydesk_core::settings::ColorChoice::Auto);
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
            "profiles of more than {max_age_days} days ago are begun anew: {}",
            list(&started.too_old)
        ));
    }
    if !started.no_room.is_empty() {
        console.note(&format!(
            "no room for the profiles of {} (--max-profile-bytes sets it)",
            list(&started.no_room)
        ));
    }
}

/// The folder that the flag names, `None` for an empty name. It must not lie within an input folder:
/// profiles are JSON, and would be read as pages.
pub(crate) fn profile_folder<'a>(flag: &'a OsStr, inputs: &[PathBuf]) -> Result<Option<&'a Path>> {
    let folder = Path::new(flag);
    let real = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let is_around = |input: &&PathBuf| input.is_dir() && real(folder).starts_with(real(input));
    match inputs.iter().find(is_around) {
        _ if flag.is_empty() => Ok(None),
        None => Ok(Some(folder)),
        Some(input) => Err(HintedError::new(
            format!("{} lies within the input {}", folder.display(), input.display()),
            "name a folder for the profiles that is no input",
        )
        .into()),
    }
}
