//! What the source of a page shows that it may have: most pages have neither formulas nor notes, and need no look at each
//! element for them.

use aho_corasick::packed::Searcher;

/// What a page may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SourceTraits {
    pub(crate) has_formulas: bool,
    /// Whether formulas may stand between delimiters in the text, which a script renders.
    pub(crate) has_delimited_tex: bool,
    pub(crate) has_notes: bool,
}

impl SourceTraits {
    /// For a page of which nothing is known.
    #[cfg(test)]
    pub(crate) const ALL: Self =
        Self { has_formulas: true, has_delimited_tex: true, has_notes: true };

    const FORMULAS: Self = Self { has_formulas: true, has_delimited_tex: false, has_notes: false };
    const RENDERED: Self = Self { has_formulas: true, has_delimited_tex: true, has_notes: false };
    const NOTES: Self = Self { has_formulas: false, has_delimited_tex: false, has_notes: true };

    /// Adds what another source shows.
    pub(crate) fn add(&mut self, other: Self) {
        self.has_formulas |= other.has_formulas;
        self.has_delimited_tex |= other.has_delimited_tex;
        self.has_notes |= other.has_notes;
    }
}

/// What stands in the sources of such pages. Where one begins with another, the longer one comes first.
const MARKERS: &[(&str, SourceTraits)] = &[
    ("<math", SourceTraits::FORMULAS),
    ("math/tex", SourceTraits::FORMULAS),
    ("katex", SourceTraits::RENDERED),
    ("KaTeX", SourceTraits::RENDERED),
    ("MathJax", SourceTraits::RENDERED),
    ("mathjax", SourceTraits::RENDERED),
    ("math-container", SourceTraits::RENDERED),
    ("math-renderer", SourceTraits::RENDERED),
    ("mwe-math", SourceTraits::FORMULAS),
    ("arithmatex", SourceTraits::FORMULAS),
    ("latex", SourceTraits::FORMULAS),
    ("class=\"math", SourceTraits::FORMULAS),
    ("mjx-", SourceTraits::FORMULAS),
    ("mjpage", SourceTraits::FORMULAS),
    ("js-render-math", SourceTraits::FORMULAS),
    ("data-math-style", SourceTraits::FORMULAS),
    ("\\frac", SourceTraits::FORMULAS),
    ("\\sum", SourceTraits::FORMULAS),
    ("\\int", SourceTraits::FORMULAS),
    ("\\sqrt", SourceTraits::FORMULAS),
    ("\\begin{", SourceTraits::FORMULAS),
    ("\\mathbb", SourceTraits::FORMULAS),
    ("\\mathcal", SourceTraits::FORMULAS),
    ("href=\"#", SourceTraits::NOTES),
    ("href='#", SourceTraits::NOTES),
    ("href=#", SourceTraits::NOTES),
    ("#fn", SourceTraits::NOTES),
    ("footnote", SourceTraits::NOTES),
    ("ltx_note", SourceTraits::NOTES),
    ("sidenote", SourceTraits::NOTES),
    ("marginnote", SourceTraits::NOTES),
];

/// Looks for the markers, all in one pass. Compiled once for many pages.
#[derive(Debug)]
pub(crate) struct SourceScanner(Option<Searcher>);

impl SourceScanner {
    pub(crate) fn new() -> Self {
        Self(Searcher::new(MARKERS.iter().map(|(marker, _)| marker)))
    }

    pub(crate) fn scan(&self, source: &str) -> SourceTraits {
        let mut traits = SourceTraits::default();
        let mut add = |marker: usize| {
            if let Some((_, found)) = MARKERS.get(marker) {
                traits.add(*found);
            }
        };
        match &self.0 {
            Some(searcher) => {
                searcher.find_iter(source).for_each(|found| add(found.pattern().as_usize()));
            }
            // Without a searcher for this machine, one marker after another.
            None => (0..MARKERS.len())
                .filter(|marker| MARKERS.get(*marker).is_some_and(|(it, _)| source.contains(it)))
                .for_each(add),
        }
        traits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traits_are_found_in_the_source() {
        let scanner = SourceScanner::new();
        for (source, expected) in [
            ("<p>Text <a href=/fn>a</a>", SourceTraits::default()),
            ("<script src=mathjax.js></script>", SourceTraits::RENDERED),
            ("<a href=\"#fn1\">1</a>", SourceTraits::NOTES),
            ("<math><mi>x</mi></math>", SourceTraits::FORMULAS),
            ("<a href='#a'>\\frac", SourceTraits { has_notes: true, ..SourceTraits::FORMULAS }),
        ] {
            assert_eq!(scanner.scan(source), expected, "{source}");
        }
    }
}
