//! The options of a cleaner, and the input that it cleans.

use crate::{
    ClassSet, CleanLimits, ClutterClass, LayoutKind, RepairOptions, SiteRecurrence, TextGroup,
};

/// Whether an input is a page or text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputKind {
    /// Markup: HTML or XHTML.
    Html,
    /// Plain text or Markdown: one block per line, or blocks separated by blank lines.
    Text,
}

/// What to do with a block that may be content or clutter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Favor {
    /// Remove it: clutter in the text is worse than a missing block.
    Precision,
    /// Decide by the highest expected F1.
    #[default]
    Balance,
    /// Keep it: a missing block is worse than clutter in the text.
    Recall,
}

/// Settings of a [`crate::Cleaner`], the same for every page.
///
/// Each field has a method of the same name that sets it:
///
/// ```
/// use copydesk_clean::{CleanLimits, CleanOptions, ClutterClass, Favor};
///
/// let options = CleanOptions::default()
///     .keep([ClutterClass::Byline, ClutterClass::Caption])
///     .favor(Favor::Recall)
///     .html(true)
///     .limits(CleanLimits::default().max_input_bytes(1 << 20));
/// assert!(options.keep.contains(ClutterClass::Caption) && options.html);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "settings that are independent of one another")]
pub struct CleanOptions {
    /// Classes that stay in the text although they are not main content. Default: none.
    pub keep: ClassSet,
    /// Classes to remove. Default: all. A class in both sets is kept.
    pub drop: ClassSet,
    /// What to do with doubtful blocks. Default: [`Favor::Balance`].
    pub favor: Favor,
    /// Fill [`crate::Record::markdown`]. Default false. Links are resolved against [`CleanInput::url`], and
    /// become plain text unless they are `http`, `https`, `mailto` or relative. Input that is Markdown
    /// already is copied line by line, with the links it has.
    pub markdown: bool,
    /// Fill [`crate::Record::html`]. Default false. Its links are those of the Markdown.
    pub html: bool,
    /// Fill [`crate::Record::images`]. Default false. Inputs that are text or Markdown have none.
    pub images: bool,
    /// Fill [`crate::Record::links`]. Default false. Inputs that are text or Markdown have none.
    pub links: bool,
    /// Fill [`crate::Record::comments`]. Default false.
    pub comments: bool,
    /// List every block with its verdict in [`crate::Record::blocks`], and the removed ones in
    /// [`crate::RemovedContent::blocks`]. Default false.
    pub explain: bool,
    /// What to repair in the text. Default: [`RepairOptions::default`].
    pub repair: RepairOptions,
    /// How the lines of a text input make up its paragraphs. Default none: recognized from the text.
    pub layout: Option<LayoutKind>,
    /// Puts the paragraphs of a text input together again; see [`crate::StructureReport`]. Default true.
    /// Without it, every line is a block.
    pub structure_repair: bool,
    /// Caps on the size of a page. Default: [`CleanLimits::default`].
    pub limits: CleanLimits,
}

impl Default for CleanOptions {
    fn default() -> Self {
        Self {
            keep: ClassSet::default(),
            drop: ClutterClass::ALL.into_iter().collect(),
            favor: Favor::default(),
            markdown: false,
            html: false,
            images: false,
            links: false,
            comments: false,
            explain: false,
            repair: RepairOptions::default(),
            layout: None,
            structure_repair: true,
            limits: CleanLimits::default(),
        }
    }
}

impl CleanOptions {
    /// Sets [`CleanOptions::keep`].
    #[must_use]
    pub fn keep(mut self, classes: impl IntoIterator<Item = ClutterClass>) -> Self {
        self.keep = classes.into_iter().collect();
        self
    }

    /// Sets [`CleanOptions::drop`]: classes that are not listed stay in the text.
    #[must_use]
    pub fn drop(mut self, classes: impl IntoIterator<Item = ClutterClass>) -> Self {
        self.drop = classes.into_iter().collect();
        self
    }

    /// Sets [`CleanOptions::favor`].
    #[must_use]
    pub fn favor(mut self, favor: Favor) -> Self {
        self.favor = favor;
        self
    }

    /// Sets [`CleanOptions::markdown`].
    #[must_use]
    pub fn markdown(mut self, markdown: bool) -> Self {
        self.markdown = markdown;
        self
    }

    /// Sets [`CleanOptions::html`].
    #[must_use]
    pub fn html(mut self, html: bool) -> Self {
        self.html = html;
        self
    }

    /// Sets [`CleanOptions::images`].
    #[must_use]
    pub fn images(mut self, images: bool) -> Self {
        self.images = images;
        self
    }

    /// Sets [`CleanOptions::links`].
    #[must_use]
    pub fn links(mut self, links: bool) -> Self {
        self.links = links;
        self
    }

    /// Sets [`CleanOptions::comments`].
    #[must_use]
    pub fn comments(mut self, comments: bool) -> Self {
        self.comments = comments;
        self
    }

    /// Sets [`CleanOptions::explain`].
    #[must_use]
    pub fn explain(mut self, explain: bool) -> Self {
        self.explain = explain;
        self
    }

    /// Sets [`CleanOptions::repair`].
    #[must_use]
    pub fn repair(mut self, repair: RepairOptions) -> Self {
        self.repair = repair;
        self
    }

    /// Sets [`CleanOptions::layout`].
    #[must_use]
    pub fn layout(mut self, layout: LayoutKind) -> Self {
        self.layout = Some(layout);
        self
    }

    /// Sets [`CleanOptions::structure_repair`].
    #[must_use]
    pub fn structure_repair(mut self, structure_repair: bool) -> Self {
        self.structure_repair = structure_repair;
        self
    }

    /// Sets [`CleanOptions::limits`].
    #[must_use]
    pub fn limits(mut self, limits: CleanLimits) -> Self {
        self.limits = limits;
        self
    }
}

/// One page to clean.
///
/// ```
/// use copydesk_clean::{CleanInput, InputKind};
///
/// let input = CleanInput::new("ferry.html", b"<p>The ferry sailed again.</p>")
///     .url("https://coast.example/ferry")
///     .charset("utf-8")
///     .kind(InputKind::Html);
/// assert_eq!(input.url, Some("https://coast.example/ferry"));
/// ```
#[derive(Clone, Copy)]
pub struct CleanInput<'a> {
    /// The bytes of the page as they were received.
    pub bytes: &'a [u8],
    /// Becomes [`crate::Record::source`]. Its suffix helps to tell pages from text.
    pub source: &'a str,
    /// The URL of the page. It selects the site rule, and relative links in Markdown and HTML output
    /// are resolved against it, or against `<base href>` if the page has one. Default none: the canonical
    /// URL that the page declares stands in for it; without one, relative links stay as written.
    pub url: Option<&'a str>,
    /// The charset that came with the bytes, from an HTTP header or an archive. Default none.
    pub charset: Option<&'a str>,
    /// Page or text. Default none: detected from the content and the suffix of `source`.
    pub kind: Option<InputKind>,
    /// Called now and then inside loops. Once it returns `true`, reading stops, and the part read so far
    /// is cleaned. The crate has no clock of its own, so a time limit goes here. Default none.
    pub interrupt: Option<&'a (dyn Fn() -> bool + Sync)>,
    /// How often blocks recur on the pages of this site, as evidence. Default none: the page is judged by
    /// itself.
    pub recurrence: Option<&'a dyn SiteRecurrence>,
    /// What the text is counted with if not with its host. Default none.
    pub group: Option<TextGroup<'a>>,
}

impl<'a> CleanInput<'a> {
    /// An input of which only the bytes and the source are known.
    pub const fn new(source: &'a str, bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            source,
            url: None,
            charset: None,
            kind: None,
            interrupt: None,
            recurrence: None,
            group: None,
        }
    }

    /// Sets [`CleanInput::url`].
    #[must_use]
    pub const fn url(mut self, url: &'a str) -> Self {
        self.url = Some(url);
        self
    }

    /// Sets [`CleanInput::charset`].
    #[must_use]
    pub const fn charset(mut self, charset: &'a str) -> Self {
        self.charset = Some(charset);
        self
    }

    /// Sets [`CleanInput::kind`].
    #[must_use]
    pub const fn kind(mut self, kind: InputKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Sets [`CleanInput::interrupt`].
    #[must_use]
    pub const fn interrupt(mut self, interrupt: &'a (dyn Fn() -> bool + Sync)) -> Self {
        self.interrupt = Some(interrupt);
        self
    }

    /// Sets [`CleanInput::recurrence`].
    #[must_use]
    pub const fn recurrence(mut self, recurrence: &'a dyn SiteRecurrence) -> Self {
        self.recurrence = Some(recurrence);
        self
    }

    /// Sets [`CleanInput::group`].
    #[must_use]
    pub const fn group(mut self, group: TextGroup<'a>) -> Self {
        self.group = Some(group);
        self
    }
}

impl std::fmt::Debug for CleanInput<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The bytes may be megabytes, so only their number is shown.
        f.debug_struct("CleanInput")
            .field("source", &self.source)
            .field("bytes", &self.bytes.len())
            .field("url", &self.url)
            .field("charset", &self.charset)
            .field("kind", &self.kind)
            .field("group", &self.group)
            .finish_non_exhaustive()
    }
}
