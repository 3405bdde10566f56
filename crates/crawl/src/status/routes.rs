//! The routes, and the handlers of pages, health and metrics.

use std::sync::Arc;

use axum::extract::{Path, Request, State as Shared};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;

use super::cache::{RECORDS_SHOWN, StatusCache};
use super::error_response::ErrorResponse;
use super::guard::{HostAllowlist, guard};
use super::job_lookup::{all_jobs, find_job};
use super::job_status::JobStatus;
use super::{api, health, metrics, pages};

/// The style sheet of reports, and the additions for the status page.
const STYLE: [&str; 2] =
    [copydesk_core::report::STYLE, include_str!("../../templates/status/style.css")];

pub(super) fn router(state: Arc<StatusCache>) -> Router {
    let allowed = Arc::new(HostAllowlist::new(&state.sources.allowed_hosts));
    Router::new()
        .route("/", get(overview))
        .route("/jobs/{name}", get(job))
        .route("/hosts", get(hosts))
        .route("/style.css", get(style))
        .route("/livez", get(livez))
        .route("/healthz", get(healthz))
        .route("/metrics", get(scrape))
        .route("/api/jobs", get(api::list_jobs))
        .route("/api/jobs/{name}", get(api::show_job))
        .route("/api/jobs/{name}/runs", get(api::runs))
        .route("/api/jobs/{name}/errors", get(api::errors))
        .route("/api/jobs/{name}/records", get(api::records))
        .route("/api/hosts", get(api::hosts))
        .fallback(not_found)
        .with_state(state)
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            guard(Arc::clone(&allowed), request, next)
        }))
}

async fn overview(Shared(state): Shared<Arc<StatusCache>>) -> Result<Html<String>, ErrorResponse> {
    let states = state.jobs().await?;
    let now = state.now();
    let jobs = JobStatus::all(&states, &state.sources.live.jobs(), now);
    Ok(Html(pages::overview(&jobs, &states, now)))
}

async fn job(
    Shared(state): Shared<Arc<StatusCache>>,
    Path(name): Path<String>,
) -> Result<Html<String>, ErrorResponse> {
    let job = find_job(&state, &name).await?;
    let now = state.now();
    let Some(id) = job.id else { return Ok(Html(pages::job(&job, &[], None, &[], now))) };
    let states = state.jobs().await?;
    let hours = states.iter().find(|state| state.view.id == id);
    let hours = hours.map(|state| state.hours.as_slice()).unwrap_or_default();
    let details = state.details(id).await?;
    let records = state.records(id, RECORDS_SHOWN).await?;
    Ok(Html(pages::job(&job, hours, Some(&details), &records, now)))
}

async fn hosts(Shared(state): Shared<Arc<StatusCache>>) -> Result<Html<String>, ErrorResponse> {
    Ok(Html(pages::hosts(state.hosts().await?.as_slice(), state.now())))
}

async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE.concat())
}

#[derive(Serialize)]
struct UnhealthyBody {
    status: &'static str,
    reasons: Vec<String>,
}

/// Whether the daemon does its work. It does not read the state, which a long commit may hold.
async fn livez(Shared(state): Shared<Arc<StatusCache>>) -> Response {
    health_response(health::reasons(&state.sources.live.jobs(), state.now()))
}

/// Whether the daemon does its work, the state can be read, and the last run of every job was well.
async fn healthz(Shared(state): Shared<Arc<StatusCache>>) -> Response {
    let mut reasons = health::reasons(&state.sources.live.jobs(), state.now());
    match state.jobs().await {
        Ok(states) => {
            let jobs = JobStatus::all(&states, &state.sources.live.jobs(), state.now());
            reasons.extend(health::failed_jobs(&jobs));
        }
        Err(unreadable) => reasons.insert(0, unreadable.0),
    }
    health_response(reasons)
}

fn health_response(reasons: Vec<String>) -> Response {
    if reasons.is_empty() {
        return "ok\n".into_response();
    }
    let body = Json(UnhealthyBody { status: "unwell", reasons });
    (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
}

async fn scrape(Shared(state): Shared<Arc<StatusCache>>) -> impl IntoResponse {
    let counted = state.sources.metrics.as_ref().map(PrometheusHandle::render);
    let read = async {
        let jobs = all_jobs(&state).await.ok()?;
        Some((jobs, state.hosts().await.ok()?))
    };
    let read = read.await;
    let read = read.as_ref().map(|(jobs, hosts)| (jobs.as_slice(), hosts.as_slice()));
    let text = metrics::render_jobs(read, state.now()) + counted.as_deref().unwrap_or_default();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
}

async fn not_found() -> ErrorResponse {
    ErrorResponse::new(StatusCode::NOT_FOUND, "page not found")
}
