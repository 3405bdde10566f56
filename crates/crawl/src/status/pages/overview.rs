//! The page of all jobs.

use askama::Template;
use jiff::Timestamp;

use super::display::{StatusBadge, group_digits, path_part};
use super::{PageHead, charts, render};
use crate::frontier::VisitOutcome;
use crate::status::cache::JobState;
use crate::status::job_status::{JobStanding, JobStatus};
use crate::status::times::DisplayTime;
use copydesk_core::string_enum::joined;

/// Seconds until the browser reloads the page.
const REFRESH: u32 = 30;

#[derive(Template)]
#[template(path = "status/overview.html")]
struct OverviewPage {
    head: PageHead,
    running: usize,
    with_warnings: usize,
    jobs: Vec<JobRow>,
    others: Vec<JobRow>,
}

/// One job in the list.
struct JobRow {
    name: String,
    link: String,
    badge: StatusBadge,
    schedule: Option<String>,
    outputs: String,
    running_since: Option<DisplayTime>,
    next: Option<DisplayTime>,
    last: Option<DisplayTime>,
    in_force: bool,
    chart: Option<String>,
    figures: Vec<StatusFigure>,
    warnings: Vec<JobWarning>,
}

/// A warning about a job, as a sentence.
pub(super) struct JobWarning {
    pub(super) text: String,
    /// Its CSS class.
    pub(super) class: &'static str,
}

/// A number with its label.
pub(super) struct StatusFigure {
    pub(super) name: &'static str,
    pub(super) value: String,
    /// Its CSS class; empty for none.
    pub(super) class: &'static str,
}

pub(super) fn figure(name: &'static str, value: u64, class: &'static str) -> StatusFigure {
    let class = if value > 0 { class } else { "" };
    StatusFigure { name, value: group_digits(value), class }
}

pub(in crate::status) fn overview(
    jobs: &[JobStatus],
    states: &[JobState],
    now: Timestamp,
) -> String {
    let (mut in_force, mut others) = (Vec::new(), Vec::new());
    for job in jobs {
        let state = states.iter().find(|state| Some(state.view.id) == job.id);
        // A job without visits gets no empty chart.
        let state = state.filter(|state| !state.hours.is_empty());
        let chart = state.map(|state| charts::news(&state.hours, now));
        let rows = if job.in_force { &mut in_force } else { &mut others };
        rows.push(row(job, chart, now));
    }
    let page = OverviewPage {
        head: PageHead::new("Jobs", Some(REFRESH), now),
        running: jobs.iter().filter(|job| job.standing == JobStanding::Running).count(),
        with_warnings: in_force.iter().filter(|row| !row.warnings.is_empty()).count(),
        jobs: in_force,
        others,
    };
    render(&page)
}

fn row(job: &JobStatus, chart: Option<String>, now: Timestamp) -> JobRow {
    JobRow {
        name: job.name().to_owned(),
        link: format!("/jobs/{}", path_part(job.name())),
        badge: StatusBadge::for_job(job.standing),
        schedule: job.card.schedule.clone(),
        outputs: joined(&job.card.outputs),
        running_since: DisplayTime::from_option(job.running_since, now),
        next: DisplayTime::from_option(job.next, now),
        last: DisplayTime::from_option(job.last_ended, now),
        in_force: job.in_force,
        chart,
        figures: vec![
            figure("new", job.day_count(VisitOutcome::New), "new"),
            figure("changed", job.day_count(VisitOutcome::Changed), "changed"),
            figure("empty", job.day_count(VisitOutcome::Empty), "odd"),
            figure("failed", job.day_count(VisitOutcome::Failed), "bad"),
            figure("undelivered", job.undelivered, "odd"),
        ],
        warnings: warnings(job, now),
    }
}

/// The warnings about a job: a failed or open run, silence, notes of its last run, drift.
pub(super) fn warnings(job: &JobStatus, now: Timestamp) -> Vec<JobWarning> {
    let mut warnings = Vec::new();
    let mut warn = |class, text: String| warnings.push(JobWarning { text, class });
    match (job.standing, &job.message) {
        (JobStanding::Failed, Some(message)) => warn("bad", format!("Last run failed: {message}")),
        (JobStanding::Failed, None) => warn("bad", "Last run failed.".to_owned()),
        (JobStanding::Open, _) => warn(
            "odd",
            "A run has started and not ended: either another process is running it, or it was killed \
             and the next run will resume it."
                .to_owned(),
        ),
        _ => {}
    }
    if let Some(silence) = &job.silence {
        let since = DisplayTime::new(silence.since, now);
        let runs =
            if silence.runs == 1 { "1 run".into() } else { format!("{} runs", silence.runs) };
        let text = format!(
            "Nothing new or changed in {runs}, since {} UTC ({}). About {:.0} records were expected.",
            since.utc, since.relative, silence.expected
        );
        warn("odd", text);
    }
    for note in &job.notes {
        warn("odd", format!("Last run: {note}"));
    }
    for drift in &job.drifts {
        warn("odd", format!("Layout drift: {drift}"));
    }
    warnings
}
