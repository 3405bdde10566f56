//! The data of the status page as JSON.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cache::{MAX_ERRORS, MAX_HOSTS, MAX_RECORDS, MAX_RUNS, StatusCache};
use super::error_response::ErrorResponse;
use super::job_lookup::{all_jobs, find_job};
use super::job_status::JobStatus;
use super::records::RecordView;
use crate::frontier::{ErrorView, HostView, HourlyVisits, JobRun, RunEnd, RunFigures, RunId};

/// Entries in a list if the request has no `limit`.
const DEFAULT_LIMIT: usize = 20;

type JsonResult<T> = Result<Json<T>, ErrorResponse>;
type LimitQuery = Result<Query<LimitParams>, QueryRejection>;

#[derive(Deserialize)]
pub(super) struct LimitParams {
    limit: Option<usize>,
}

/// The number of entries to return: what the request asks for, at most `most`.
fn limit(query: &LimitQuery, most: usize) -> Result<usize, ErrorResponse> {
    if let Ok(Query(LimitParams { limit })) = query {
        return Ok(limit.unwrap_or(DEFAULT_LIMIT).min(most));
    }
    let why = format!("`limit` must be a number of entries, at most {most}");
    Err(ErrorResponse::new(StatusCode::BAD_REQUEST, why))
}

#[derive(Serialize)]
pub(super) struct JobsBody {
    now: Timestamp,
    jobs: Vec<JobStatus>,
}

pub(super) async fn list_jobs(Shared(state): Shared<Arc<StatusCache>>) -> JsonResult<JobsBody> {
    Ok(Json(JobsBody { now: state.now(), jobs: all_jobs(&state).await? }))
}

#[derive(Serialize)]
pub(super) struct JobBody {
    now: Timestamp,
    #[serde(flatten)]
    job: JobStatus,
    hours: Vec<HourlyVisits>,
}

pub(super) async fn show_job(
    Shared(state): Shared<Arc<StatusCache>>,
    Path(name): Path<String>,
) -> JsonResult<JobBody> {
    let job = find_job(&state, &name).await?;
    let states = state.jobs().await?;
    let hours = states.iter().find(|state| Some(state.view.id) == job.id);
    let hours = hours.map(|state| state.hours.clone()).unwrap_or_default();
    Ok(Json(JobBody { now: state.now(), job, hours }))
}

#[derive(Serialize)]
pub(super) struct RunsBody {
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

impl From<&JobRun> for RunView {
    fn from(run: &JobRun) -> Self {
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
    Shared(state): Shared<Arc<StatusCache>>,
    Path(name): Path<String>,
    query: LimitQuery,
) -> JsonResult<RunsBody> {
    let limit = limit(&query, MAX_RUNS)?;
    let runs = match find_job(&state, &name).await?.id {
        Some(id) => state.details(id).await?.runs.iter().take(limit).map(RunView::from).collect(),
        None => Vec::new(),
    };
    Ok(Json(RunsBody { now: state.now(), runs }))
}

#[derive(Serialize)]
pub(super) struct ErrorsBody {
    now: Timestamp,
    errors: Vec<ErrorView>,
}

pub(super) async fn errors(
    Shared(state): Shared<Arc<StatusCache>>,
    Path(name): Path<String>,
    query: LimitQuery,
) -> JsonResult<ErrorsBody> {
    let limit = limit(&query, MAX_ERRORS)?;
    let errors = match find_job(&state, &name).await?.id {
        Some(id) => state.details(id).await?.errors.iter().take(limit).cloned().collect(),
        None => Vec::new(),
    };
    Ok(Json(ErrorsBody { now: state.now(), errors }))
}

#[derive(Serialize)]
pub(super) struct RecordsBody {
    now: Timestamp,
    records: Vec<RecordView>,
}

pub(super) async fn records(
    Shared(state): Shared<Arc<StatusCache>>,
    Path(name): Path<String>,
    query: LimitQuery,
) -> JsonResult<RecordsBody> {
    let limit = limit(&query, MAX_RECORDS)?;
    let records = match find_job(&state, &name).await?.id {
        Some(id) => state.records(id, limit).await?.iter().take(limit).cloned().collect(),
        None => Vec::new(),
    };
    Ok(Json(RecordsBody { now: state.now(), records }))
}

#[derive(Serialize)]
pub(super) struct HostsBody {
    now: Timestamp,
    hosts: Vec<HostView>,
}

pub(super) async fn hosts(
    Shared(state): Shared<Arc<StatusCache>>,
    query: LimitQuery,
) -> JsonResult<HostsBody> {
    let limit = limit(&query, MAX_HOSTS)?;
    let hosts = state.hosts().await?.iter().take(limit).cloned().collect();
    Ok(Json(HostsBody { now: state.now(), hosts }))
}
