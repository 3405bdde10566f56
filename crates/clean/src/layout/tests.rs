use super::*;

/// The paragraphs of a text, and the layout that was recognized.
fn arranged(text: &str) -> (LayoutKind, Vec<String>) {
    let layout = arrange(text, &LayoutOptions::default());
    (layout.kind, layout.paragraphs.into_iter().map(|paragraph| paragraph.text).collect())
}
