//! `copydesk site`: what is known of sites.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Subcommand;
use copydesk_clean::ClutterClass;
use copydesk_core::profiles::{Day, ProfileFolder, SiteProfile, today};
use copydesk_core::settings::ColorChoice;

use crate::ExitStatus;
use crate::console::Console;
use crate::failure::HintedError;

/// Blocks shown unless asked for more.
const BLOCKS_SHOWN: usize = 40;

/// Show and merge what `clean --site-profiles=DIR` learnt of sites
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  copydesk site list --site-profiles profiles/
  copydesk site show news.example --site-profiles profiles/
  copydesk site show news.example --site-profiles profiles/ --json
  copydesk site merge monday/ tuesday/ -o profiles/

A profile is counted by `copydesk clean pages/ --site-profiles=DIR`, in the file DIR/HOST.json.")]
pub(crate) struct SiteArgs {
    #[command(subcommand)]
    action: SiteAction,
}

#[derive(Debug, Subcommand)]
enum SiteAction {
    /// Show one site: the blocks that recur, on how many pages and since when, the share of text kept,
    /// the classes removed
    Show {
        /// The site, such as news.example
        host: String,
        /// The folder with the profiles
        #[arg(long, value_name = "DIR")]
        site_profiles: PathBuf,
        /// How many blocks to show; 0 is all
        #[arg(long, value_name = "N", default_value_t = BLOCKS_SHOWN)]
        limit: usize,
        /// Print the profile as it is stored
        #[arg(long)]
        json: bool,
    },
    /// List the sites in a folder: pages, age, the share of text kept
    List {
        /// The folder with the profiles
        #[arg(long, value_name = "DIR")]
        site_profiles: PathBuf,
    },
    /// Add the profiles of several folders up, counted on different pages
    Merge {
        /// The folders to read
        #[arg(required = true, value_name = "DIR")]
        folders: Vec<PathBuf>,
        /// The folder to write to; what it has of a site is added too
        #[arg(short, long, value_name = "DIR")]
        output: PathBuf,
    },
}

/// Runs the command.
pub(crate) fn run(args: &SiteArgs) -> Result<ExitStatus> {
    match &args.action {
        SiteAction::Show { host, site_profiles, limit, json } => {
            let host = copydesk_clean::site_host(host);
            let folder = ProfileFolder::existing(site_profiles)?;
            let Some(profile) = folder.read(&host)? else {
                let hint = format!(
                    "`copydesk site list --site-profiles {}` shows those there are",
                    site_profiles.display()
                );
                return Err(
                    HintedError::new(format!("there is no profile of `{host}`"), hint).into()
                );
            };
            let text = if *json {
                serde_json::to_string_pretty(&profile)? + "\n"
            } else {
                profile_details(&profile, *limit, today())
            };
            write_out(&text)
        }
        SiteAction::List { site_profiles } => {
            let today = today();
            let mut out = format!("{:>8} {:>6} {:>6}  site\n", "pages", "days", "kept");
            for profile in ProfileFolder::existing(site_profiles)?.all()? {
                add_profile_line(&mut out, &profile?, today);
            }
            write_out(&out)
        }
        SiteAction::Merge { folders, output } => merge(folders, output),
    }
}

fn merge(folders: &[PathBuf], output: &Path) -> Result<ExitStatus> {
    let into = ProfileFolder::new(output);
    let mut written = 0;
    for folder in folders {
        // A folder added to itself would count everything twice.
        if folder.canonicalize().ok().is_some_and(|path| output.canonicalize().ok() == Some(path)) {
            let hint = "what the output folder has is added anyway";
            return Err(
                HintedError::new(format!("{} is the output too", folder.display()), hint).into()
            );
        }
        for profile in ProfileFolder::existing(folder)?.all()? {
            let profile = profile?;
            let merged = match into.read(&profile.host)? {
                Some(known) => known.merge(&profile).map_err(anyhow::Error::msg)?,
                None => profile,
            };
            into.write(&merged)?;
            written += 1;
        }
    }
    let s = if written == 1 { "" } else { "s" };
    Console::new(ColorChoice::Auto).line(format_args!("{written} profile{s} merged"));
    Ok(ExitStatus::Clean)
}

fn age(profile: &SiteProfile, today: Day) -> String {
    profile.age_days(today).map_or_else(|| "?".to_owned(), |days| days.to_string())
}

fn add_profile_line(out: &mut String, profile: &SiteProfile, today: Day) {
    let kept = profile.observed.kept_ratio() * 100.0;
    let (pages, age, host) = (profile.pages, age(profile, today), &profile.host);
    let _ = writeln!(out, "{pages:>8} {age:>6} {kept:>5.0}%  {host}");
}

/// A profile for people.
fn profile_details(profile: &SiteProfile, limit: usize, today: Day) -> String {
    let SiteProfile { host, pages, first, last, observed, blocks, .. } = profile;
    let mut out = format!("site       {host}\n");
    let age = age(profile, today);
    let _ = writeln!(out, "pages      {pages} counted, {first} to {last} ({age} days ago)");
    let kept = observed.kept_ratio() * 100.0;
    let _ = writeln!(out, "kept       {kept:.0}% of the text of {} pages cleaned", observed.pages);
    let mut classes: Vec<(ClutterClass, f64)> = ClutterClass::ALL
        .into_iter()
        .map(|class| (class, observed.removed_per_page(class)))
        .filter(|(_, mean)| *mean > 0.0)
        .collect();
    classes.sort_by(|left, right| right.1.total_cmp(&left.1));
    let classes: Vec<String> =
        classes.iter().map(|(class, mean)| format!("{class} {mean:.1}")).collect();
    let none = if classes.is_empty() { "nothing" } else { "" };
    let _ = writeln!(out, "removed    {none}{} blocks a page", classes.join(", "));
    let _ = writeln!(
        out,
        "\n{:>6} {:>6}  {:<8} {:<10}  {:<10}  text",
        "pages", "share", "by", "since", "last"
    );
    let count = if limit == 0 { blocks.len() } else { limit };
    for block in blocks.iter().take(count) {
        let share = profile.share(block) * 100.0;
        let sample = block.sample.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(
            out,
            "{:>6} {share:>5.0}%  {:<8} {:<10}  {:<10}  {sample}",
            block.pages, block.kind, block.first, block.last
        );
    }
    if blocks.len() > count {
        let _ = writeln!(out, "{:>6} more; --limit 0 shows all", blocks.len() - count);
    }
    out
}

fn write_out(text: &str) -> Result<ExitStatus> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(ExitStatus::Clean)
}
