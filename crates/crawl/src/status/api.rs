//! What the pages show, as JSON.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::job::JobStatus;
use super::records::RecordView;
use super::refusal::Refusal;
use super::routes::{find, jobs};
use super::state::{MAX_ERRORS, MAX_HOSTS, MAX_RECORDS, MAX_RUNS, State};
use crate::frontier::{ErrorView, HostView, Hour, Run, RunEnd, RunFigures, RunId};

/// Entries of a list, where nobody says how many.
const DEFAULT_LIMIT: usize = 20;

type Answer<T> = Result<Json<T>, Refusal>;
type Asked = Result<Query<Limit>, QueryRejection>;

#[derive(Deserialize)]
pub(super) struct Limit {
    limit: Option<usize>,
}

/// How many entries are given: as many as are asked for, but no more than there may be.
fn limit(asked: &Asked, most: usize) -> Result<usize, Refusal> {
    if let Ok(Query(Limit { limit })) = asked {
        return Ok(limit.unwrap_or(DEFAULT_LIMIT).min(most));
    }
    let why = format!("`limit` is a number of entries, {most} at most");
    Err(Refusal::new(StatusCode::BAD_REQUEST, why))
}

#[derive(Serialize)]
pub(super) struct Jobs {
    now: Timestamp,
    jobs: Vec<JobStatus>,
}

pub(super) async fn all(Shared(state): Shared<Arc<State>>) -> Answer<Jobs> {
    Ok(Json(Jobs { now: state.now(), jobs: jobs(&state).await? }))
}

#[derive(Serialize)]
pub(super) struct One {
    now: Timestamp,
    #[serde(flatten)]
    job: JobStatus,
    hours: Vec<Hour>,
}

pub(super) async fn one(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
) -> Answer<One> {
    let job = find(&state, &name).await?;
    let states = state.jobs().await?;
    let hours = states.iter().find(|state| Some(state.view.id) == job.id);
    let hours = hours.map(|state| state.hours.clone()).unwrap_or_default();
    Ok(Json(One { now: state.now(), job, hours }))
}

#[derive(Serialize)]
pub(super) struct Runs {
    now: Timestamp,
    runs: Vec<RunView>,
}

#[derive(Serialize)]
struct RunView {
    id: RunId,
    scheduled_for: Option<Timestamp>,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    end: Option<RunEnd>,
    message: Option<String>,
    resumed: u32,
    figures: RunFigures,
}

impl From<&Run> for RunView {
    fn from(run: &Run) -> Self {
        Self {
            id: run.id,
            scheduled_for: run.scheduled_for,
            started_at: run.started_at,
            ended_at: run.ended_at,
            end: run.end,
            message: run.message.clone(),
            resumed: run.resumed,
            figures: run.figures.clone(),
        }
    }
}

pub(super) async fn runs(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
    asked: Asked,
) -> Answer<Runs> {
    let limit = limit(&asked, MAX_RUNS)?;
    let runs = match find(&state, &name).await?.id {
        Some(id) => state.details(id).await?.runs.iter().take(limit).map(RunView::from).collect(),
        None => Vec::new(),
    };
    Ok(Json(Runs { now: state.now(), runs }))
}

#[derive(Serialize)]
pub(super) struct Errors {
    now: Timestamp,
    errors: Vec<ErrorView>,
}

pub(super) async fn errors(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
    asked: Asked,
) -> Answer<Errors> {
    let limit = limit(&asked, MAX_ERRORS)?;
    let errors = match find(&state, &name).await?.id {
        Some(id) => state.details(id).await?.errors.iter().take(limit).cloned().collect(),
        None => Vec::new(),
    };
    Ok(Json(Errors { now: state.now(), errors }))
}

#[derive(Serialize)]
pub(super) struct Records {
    now: Timestamp,
    records: Vec<RecordView>,
}

pub(super) async fn records(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
    asked: Asked,
) -> Answer<Records> {
    let limit = limit(&asked, MAX_RECORDS)?;
    let records = match find(&state, &name).await?.id {
        Some(id) => state.records(id, limit).await?.iter().take(limit).cloned().collect(),
        None => Vec::new(),
    };
    Ok(Json(Records { now: state.now(), records }))
}

#[derive(Serialize)]
pub(super) struct Hosts {
    now: Timestamp,
    hosts: Vec<HostView>,
}

pub(super) async fn hosts(Shared(state): Shared<Arc<State>>, asked: Asked) -> Answer<Hosts> {
    let limit = limit(&asked, MAX_HOSTS)?;
    let hosts = state.hosts().await?.iter().take(limit).cloned().collect();
    Ok(Json(Hosts { now: state.now(), hosts }))
}
