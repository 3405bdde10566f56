//! Finds jobs in the state and the live status, for the pages and for the API.

use super::cache::StatusCache;
use super::error_response::ErrorResponse;
use super::job_status::JobStatus;

/// All jobs that the state or the jobs file has.
pub(super) async fn all_jobs(state: &StatusCache) -> Result<Vec<JobStatus>, ErrorResponse> {
    let states = state.jobs().await?;
    Ok(JobStatus::all(&states, &state.sources.live.jobs(), state.now()))
}

/// The job with this name; an error 404 if neither the state nor the jobs file has it.
pub(super) async fn find_job(state: &StatusCache, name: &str) -> Result<JobStatus, ErrorResponse> {
    let states = state.jobs().await?;
    let job_state = states.iter().find(|state| state.view.name == name);
    let live = state.sources.live.jobs();
    match (job_state, live.get(name)) {
        (None, None) => Err(ErrorResponse::unknown_job(name)),
        (job_state, live) => Ok(JobStatus::new(name, job_state, live, state.now())),
    }
}
