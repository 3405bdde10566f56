pub(super) struct Reading {
    pub(super) encoding: &'static encoding_rs::Encoding,
    pub(super) text: String,
    pub(super) confidence: f32,
}
pub(super) fn readings(lines: &[&str]) -> Vec<Option<Reading>> {
    lines.iter().map(|_| None).collect()
}

pub(super) fn rule(_: &'static encoding_rs::Encoding) -> &'static str {
    "legacy/x"
}
