//! `copydesk site`: site profiles.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Subcommand;
use copydesk_clean::ClutterClass;
use copydesk_core::profiles::{Day, ProfileFolder, SiteProfile, today};
use copydesk_core::settings::ColorChoice;

use crate::console::Console;
use crate::exit_status::ExitStatus;
use crate::failure::HintedError;
use crate::plural::counted;
use crate::value_parsers::whole_number;

/// Default of `--limit`.
const BLOCKS_SHOWN: usize = 40;

/// Show and merge site profiles
///
/// A site profile says which blocks recur on the pages of a site, or which lines and sentences in a group of
/// texts. `copydesk clean pages/ --site-profiles=DIR` counts them, and keeps them in DIR/HOST.json.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  copydesk site list --site-profiles profiles/
  copydesk site show news.example --site-profiles profiles/
  copydesk site show news.example --site-profiles profiles/ --json
  copydesk site show 'group:Quay Post' --site-profiles profiles/
  copydesk site merge monday/ tuesday/ -o profiles/

Exit status: 0 success; 2 the command could not run.")]
pub(crate) struct SiteArgs {
    #[command(subcommand)]
    action: SiteAction,
}

#[derive(Debug, Subcommand)]
enum SiteAction {
    /// Show the profile of one site: recurring blocks, share of text kept, classes removed
    Show {
        /// Host, such as news.example, or group of texts, as `list` shows it
        host: String,
        /// Folder with the profiles
        #[arg(long, value_name = "DIR")]
        site_profiles: PathBuf,
        /// Maximum number of blocks to show; 0 is all
        #[arg(long, value_name = "N", value_parser = whole_number::<usize>, default_value_t = BLOCKS_SHOWN)]
        limit: usize,
        /// Print the profile as JSON, as it is stored
        #[arg(long)]
        json: bool,
    },
    /// List the sites in a folder with their pages, age and share of text kept
    List {
        /// Folder with the profiles
        #[arg(long, value_name = "DIR")]
        site_profiles: PathBuf,
    },
    /// Add up profiles from several folders that were counted on different pages
    Merge {
        /// Folders to read
        #[arg(required = true, value_name = "DIR")]
        folders: Vec<PathBuf>,
        /// Folder to write to; profiles that it has already are added too
        #[arg(short, long, value_name = "DIR")]
        output: PathBuf,
    },
}

/// Runs the command.
pub(crate) fn run(args: &SiteArgs) -> Result<ExitStatus> {
    match &args.action {
        SiteAction::Show { host, site_profiles, limit, json } => {
            let is_group = copydesk_clean::is_text_group(host);
            let host = if is_group { host.clone() } else { copydesk_clean::site_host(host) };
            let folder = ProfileFolder::existing(site_profiles)?;
            let Some(profile) = folder.read(&host)? else {
                let hint = format!(
                    "`copydesk site list --site-profiles {}` lists the sites",
                    site_profiles.display()
                );
                return Err(HintedError::new(
                    format!("no profile of `{host}` in {}", site_profiles.display()),
                    hint,
                )
                .into());
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
            let message = format!("{} is also the output", folder.display());
            let hint = "omit it: profiles in the output folder are added anyway";
            return Err(HintedError::new(message, hint).into());
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
    Console::new(ColorChoice::Auto).line(format_args!("merged {}", counted(written, "profile")));
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

/// The profile as text for people.
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
    let _ = writeln!(out, "removed    {none}{} blocks per page", classes.join(", "));
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
