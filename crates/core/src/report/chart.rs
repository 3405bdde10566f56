//! Charts, as SVG and HTML within a page.

use std::fmt::Write;

use askama::Template;
use copydesk_clean::escape_html;

/// The size of the drawing, in its own units. The page scales it.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 120.0;

/// A row of a bar table.
struct ChartBar {
    name: String,
    count: u64,
    /// The CSS class that gives it its color.
    colour: &'static str,
    /// Its length, in percent of the longest bar.
    percent: f64,
}

/// Bars for these counts; zeros are left out.
fn bars<N: ToString>(counts: impl IntoIterator<Item = (N, u64, &'static str)>) -> Vec<ChartBar> {
    let counts: Vec<_> = counts.into_iter().filter(|(_, count, _)| *count > 0).collect();
    let most = counts.iter().map(|(_, count, _)| *count).max().unwrap_or(1) as f64;
    counts
        .into_iter()
        .map(|(name, count, colour)| {
            let percent = count as f64 / most * 100.0;
            ChartBar { name: name.to_string(), count, colour, percent }
        })
        .collect()
}

/// An HTML table with a bar per count. A count has a name and the CSS class that colors its bar. Zeros are left out; if
/// there is nothing else, the result is empty.
pub fn bar_table<N: ToString>(counts: impl IntoIterator<Item = (N, u64, &'static str)>) -> String {
    let rows = bars(counts);
    if rows.is_empty() {
        return String::new();
    }
    // Cannot fail: the template is checked at compile time, and writes to memory.
    BarTable { rows: &rows }.render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "bars.html")]
struct BarTable<'a> {
    rows: &'a [ChartBar],
}

/// A column chart; the highest column is as high as the drawing. Each column has a label as tooltip.
pub(crate) fn columns(values: &[f64], title: &str, label: impl Fn(usize, f64) -> String) -> String {
    let most = values.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let step = WIDTH / values.len().max(1) as f64;
    let mut svg = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        svg,
        r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" preserveAspectRatio="none"><title>{}</title>"#,
        escape_html(title)
    );
    for (at, value) in values.iter().enumerate().filter(|(_, value)| **value > 0.0) {
        // Even the smallest value is visible.
        let height = (value / most * HEIGHT).max(1.0);
        let _ = write!(
            svg,
            r#"<rect x="{:.2}" y="{:.2}" width="{:.2}" height="{height:.2}"><title>{}</title></rect>"#,
            at as f64 * step,
            HEIGHT - height,
            (step * 0.9).max(0.5),
            escape_html(&label(at, *value))
        );
    }
    svg.push_str("</svg>");
    svg
}

/// One part of stacked columns.
pub struct StackedPart {
    /// The CSS class that gives it its color.
    pub class: &'static str,
    /// From left to right.
    pub counts: Vec<u64>,
}

/// A chart of stacked columns with this height; the first part is at the bottom. Each column has a label as tooltip.
pub fn stacked(
    parts: &[StackedPart],
    height: f64,
    title: &str,
    label: impl Fn(usize) -> String,
) -> String {
    // Even the smallest value is visible.
    const LEAST: f64 = 1.5;
    let columns = parts.iter().map(|part| part.counts.len()).max().unwrap_or_default();
    let count = |part: &StackedPart, at: usize| part.counts.get(at).copied().unwrap_or_default();
    let total = |at: usize| parts.iter().map(|part| count(part, at)).sum::<u64>();
    let most = (0..columns).map(total).max().unwrap_or_default().max(1) as f64;
    let scale = (height - LEAST * parts.len() as f64).max(0.0) / most;
    let step = WIDTH / columns.max(1) as f64;
    let mut svg = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        svg,
        r#"<svg viewBox="0 0 {WIDTH} {height}" role="img" preserveAspectRatio="none"><title>{}</title>"#,
        escape_html(title)
    );
    for at in (0..columns).filter(|at| total(*at) > 0) {
        let _ = write!(svg, "<g><title>{}</title>", escape_html(&label(at)));
        let mut top = height;
        for part in parts {
            let count = count(part, at);
            if count > 0 {
                let part_height = LEAST + count as f64 * scale;
                top -= part_height;
                let _ = write!(
                    svg,
                    r#"<rect class="{}" x="{:.2}" y="{top:.2}" width="{:.2}" height="{part_height:.2}"/>"#,
                    part.class,
                    at as f64 * step,
                    (step * 0.9).max(0.5)
                );
            }
        }
        svg.push_str("</g>");
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_column_fills_the_drawing() {
        let svg = columns(&[0.0, 1.0, 4.0], "a < b", |at, value| format!("{at}: {value}"));
        assert_eq!(svg.matches("<rect").count(), 2);
        assert!(svg.contains("<title>a &lt; b</title>"));
        assert!(svg.contains(r#"y="90.00" width="192.00" height="30.00"><title>1: 1</title>"#));
        assert!(svg.contains(r#"y="0.00" width="192.00" height="120.00""#));
        assert!(!columns(&[], "nothing", |_, _| String::new()).contains("NaN"));
    }

    #[test]
    fn parts_are_stacked_and_the_smallest_is_visible() {
        let new = StackedPart { class: "new", counts: vec![0, 1, 0] };
        let others = StackedPart { class: "others", counts: vec![0, 96, 97] };
        let svg = stacked(&[new, others], 100.0, "a < b", |at| format!("hour {at}"));
        assert_eq!(svg.matches("<g>").count(), 2);
        assert!(svg.contains("<title>a &lt; b</title>") && svg.contains("<title>hour 1</title>"));
        assert!(
            svg.contains(
                r#"<rect class="new" x="213.33" y="97.50" width="192.00" height="2.50"/>"#
            ),
            "{svg}"
        );
        assert!(svg.contains(r#"<rect class="others" x="213.33" y="0.00""#), "{svg}");
        assert!(!stacked(&[], 100.0, "nothing", |_| String::new()).contains("NaN"));
    }

    #[test]
    fn bars_are_in_proportion_to_the_longest() {
        let bars = bars([("a", 1, ""), ("b", 0, ""), ("c", 4, "")]);
        let lengths: Vec<_> = bars.iter().map(|bar| (bar.name.as_str(), bar.percent)).collect();
        assert_eq!(lengths, [("a", 25.0), ("c", 100.0)]);
    }
}
