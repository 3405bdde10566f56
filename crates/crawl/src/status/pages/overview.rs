//! The jobs.

use askama::Template;
use jiff::Timestamp;

use super::words::{Badge, grouped, path_part};
use super::{Head, charts, render};
use crate::frontier::VisitOutcome;
use crate::status::job::{JobStatus, Standing};
use crate::status::state::JobState;
use crate::status::times::Moment;
use copydesk_core::words::listed;

/// Seconds until the page is asked for again.
const REFRESH: u32 = 30;

#[derive(Template)]
#[template(path = "status/overview.html")]
struct Page {
    head: Head,
    running: usize,
    odd: usize,
    jobs: Vec<Row>,
    others: Vec<Row>,
}

/// A job.
struct Row {
    name: String,
    link: String,
    badge: Badge,
    schedule: Option<String>,
    outputs: String,
    running_since: Option<Moment>,
    next: Option<Moment>,
    last: Option<Moment>,
    in_force: bool,
    chart: Option<String>,
    figures: Vec<Figure>,
    warnings: Vec<Warning>,
}

/// What is odd, in a sentence.
pub(super) struct Warning {
    pub(super) text: String,
    /// The class that colours it.
    pub(super) class: &'static str,
}

/// A number with its name.
pub(super) struct Figure {
    pub(super) name: &'static str,
    pub(super) value: String,
    /// The class that colours it; empty for none.
    pub(super) class: &'static str,
}

pub(super) fn figure(name: &'static str, value: u64, class: &'static str) -> Figure {
    let class = if value > 0 { class } else { "" };
    Figure { name, value: grouped(value), class }
}

pub(in crate::status) fn overview(
    jobs: &[JobStatus],
    states: &[JobState],
    now: Timestamp,
) -> String {
    let (mut in_force, mut others) = (Vec::new(), Vec::new());
    for job in jobs {
        let state = states.iter().find(|state| Some(state.view.id) == job.id);
        let state = state.filter(|state| !state.hours.is_empty());
        let chart = state.map(|state| charts::news(&state.hours, now));
        let rows = if job.in_force { &mut in_force } else { &mut others };
        rows.push(row(job, chart, now));
    }
    let page = Page {
        head: Head::new("Jobs", Some(REFRESH), now),
        running: jobs.iter().filter(|job| job.standing == Standing::Running).count(),
        odd: in_force.iter().filter(|row| !row.warnings.is_empty()).count(),
        jobs: in_force,
        others,
    };
    render(&page)
}

fn row(job: &JobStatus, chart: Option<String>, now: Timestamp) -> Row {
    Row {
        name: job.name().to_owned(),
        link: format!("/jobs/{}", path_part(job.name())),
        badge: Badge::of_job(job.standing),
        schedule: job.card.schedule.clone(),
        outputs: listed(&job.card.outputs),
        running_since: Moment::maybe(job.running_since, now),
        next: Moment::maybe(job.next, now),
        last: Moment::maybe(job.last_ended, now),
        in_force: job.in_force,
        chart,
        figures: vec![
            figure("new", job.day_count(VisitOutcome::New), "new"),
            figure("changed", job.day_count(VisitOutcome::Changed), "changed"),
            figure("failed", job.day_count(VisitOutcome::Failed), "bad"),
            figure("undelivered", job.undelivered, "odd"),
        ],
        warnings: warnings(job, now),
    }
}

/// What is odd about a job.
pub(super) fn warnings(job: &JobStatus, now: Timestamp) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |class, text: String| warnings.push(Warning { text, class });
    match (job.standing, &job.message) {
        (Standing::Failed, Some(message)) => warn("bad", format!("Last run failed: {message}")),
        (Standing::Failed, None) => warn("bad", "Last run failed.".to_owned()),
        (Standing::Open, _) => warn(
            "odd",
            "A run has begun and not ended: another process runs it, or it was killed, and the next \
             run goes on with it."
                .to_owned(),
        ),
        _ => {}
    }
    if let Some(silence) = &job.silence {
        let since = Moment::new(silence.since, now);
        let runs =
            if silence.runs == 1 { "1 run".into() } else { format!("{} runs", silence.runs) };
        let text = format!(
            "Nothing new or changed in {runs}, since {} UTC ({}). About {:.0} records were to be expected.",
            since.utc, since.relative, silence.expected
        );
        warn("odd", text);
    }
    for drift in &job.drifts {
        warn("odd", format!("Layout drift: {drift}"));
    }
    warnings
}
