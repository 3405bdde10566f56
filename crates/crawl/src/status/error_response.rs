//! Error responses, as JSON for programs and as a page for people.

use askama::Template;
use axum::Json;
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::cache::StateUnreadable;

/// Seconds until a browser retries while the state cannot be read.
const REFRESH: u32 = 10;

/// An error response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ErrorResponse {
    status: StatusCode,
    message: String,
}

#[derive(Template)]
#[template(path = "status/error.html")]
struct ErrorPage<'a> {
    title: &'a str,
    /// Seconds until the browser reloads the page, for errors that may pass.
    refresh: Option<u32>,
    message: &'a str,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
}

impl ErrorResponse {
    pub(super) fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self { status, message: why.into() }
    }

    pub(super) fn unknown_job(name: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("there is no job `{name}`"))
    }

    /// Renders the error: as JSON under `/api`, as a page elsewhere.
    pub(super) fn response(&self, path: &str) -> Response {
        let mut response = if path == "/api" || path.starts_with("/api/") {
            (self.status, Json(ErrorBody { error: &self.message })).into_response()
        } else {
            let title = self.status.canonical_reason().unwrap_or("Error");
            let refresh = (self.status == StatusCode::SERVICE_UNAVAILABLE).then_some(REFRESH);
            let page = ErrorPage { title, refresh, message: &self.message };
            // The template has only strings in it and is written to memory, so rendering cannot fail.
            let page = page.render().unwrap_or_default();
            (self.status, [(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
        };
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        response
    }
}

/// Handlers do not know the path, which decides between JSON and a page. So the error travels in the
/// response's extensions, and the guard renders it.
impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StateUnreadable> for ErrorResponse {
    fn from(StateUnreadable(why): StateUnreadable) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, why)
    }
}
