#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Glyph {
    Kept(char),
    Lost(u8),
}
pub(crate) struct Found {
    pub(crate) character: char,
    pub(crate) posterior: f32,
}
pub(crate) fn restore(lines: &[Vec<Glyph>], _: &[&str]) -> Vec<Vec<Option<Found>>> {
    lines
        .iter()
        .map(|l| l.iter().filter(|g| matches!(g, Glyph::Lost(_))).map(|_| None).collect())
        .collect()
}
