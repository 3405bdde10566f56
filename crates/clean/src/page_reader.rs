//! Runs the stages before judging: bytes to text, tree, blocks and metadata.

use std::borrow::Cow;

use scraper::Html;

use crate::embedded_text::graft;
use crate::layout::LayoutOptions;
use crate::metadata::{self, PageFacts};
use crate::parse::KeptAttributes;
use crate::segment::{
    SegmentOptions, SegmentedPage, WordTable, join_rows, segment_html, segment_text,
};
use crate::unpack::TextHeaders;
use crate::{
    CleanInput, CleanLimits, CleanOptions, EncodingReport, InputKind, LimitReached, Record,
    RecordErrorKind, Repairer, decode, page_repair, parse, unpack,
};

/// What is compiled once for reading many pages.
#[derive(Debug)]
pub(crate) struct PageReader {
    limits: CleanLimits,
    repairer: Repairer,
    layout: LayoutOptions,
    words: WordTable,
    /// Whether inline markup is recorded.
    with_spans: bool,
    /// Whether pictures are recorded.
    with_images: bool,
    /// Whether the tree keeps attributes that only a selector of a site rule can ask for.
    keeps_attributes: bool,
}

/// A page as the stages before judging leave it.
pub(crate) struct ReadPage {
    pub(crate) page: SegmentedPage,
    pub(crate) facts: PageFacts,
    /// The tree, for site rules; `None` for text.
    pub(crate) html: Option<Html>,
    pub(crate) encoding: EncodingReport,
    /// The caps that were reached, in the order of the stages.
    pub(crate) reached: Vec<LimitReached>,
}

impl PageReader {
    pub(crate) fn new(options: &CleanOptions, keeps_attributes: bool) -> Self {
        Self {
            limits: options.limits,
            repairer: Repairer::new(options.repair.clone()),
            layout: LayoutOptions { kind: options.layout, repairs: options.structure_repair },
            words: WordTable::new(),
            // Pictures in lines of text are marked by spans.
            with_spans: options.markdown || options.html || options.images || options.links,
            with_images: options.markdown || options.html || options.images,
            keeps_attributes,
        }
    }

    /// Decodes, parses, segments and repairs a page. The error is the record of an input that is not
    /// text.
    pub(crate) fn read(&self, input: &CleanInput<'_>) -> Result<ReadPage, Box<Record>> {
        self.read_with(input, None)
    }

    /// The source of an input: its text before it is parsed.
    pub(crate) fn source<'a>(&self, input: &CleanInput<'a>) -> Cow<'a, str> {
        decode::decode(self.head(input), input.charset).text
    }

    /// The tree of a page.
    pub(crate) fn tree(&self, source: &str) -> Html {
        parse::parse(source, &self.parse_options(None)).html
    }

    fn parse_options<'a>(
        &'a self,
        interrupt: Option<&'a dyn Fn() -> bool>,
    ) -> parse::ParseOptions<'a> {
        let kept_attributes = match () {
            () if self.keeps_attributes => KeptAttributes::All,
            () if self.with_spans => KeptAttributes::Pictures,
            () => KeptAttributes::Read,
        };
        parse::ParseOptions { limits: &self.limits, interrupt, kept_attributes }
    }

    /// The bytes of an input up to the cap, which holds before decoding, since decoding takes time and memory in
    /// proportion.
    fn head<'a>(&self, input: &CleanInput<'a>) -> &'a [u8] {
        input.bytes.get(..self.limits.max_input_bytes).unwrap_or(input.bytes)
    }

    /// Reads a page, with an `<article>` that is added to the end of its body.
    pub(crate) fn read_with(
        &self,
        input: &CleanInput<'_>,
        article: Option<&str>,
    ) -> Result<ReadPage, Box<Record>> {
        let mut reached = Vec::new();
        let bytes = self.head(input);
        if bytes.len() < input.bytes.len() {
            reached.push(LimitReached::InputBytes);
        }
        if decode::is_binary(bytes) {
            return Err(Box::new(Record::failed(
                input.source,
                RecordErrorKind::Binary,
                "not text in any known encoding",
                "",
            )));
        }
        let decode::DecodedText { text, report } = decode::decode(bytes, input.charset);
        let mut read = ReadPage {
            page: SegmentedPage::default(),
            facts: PageFacts::default(),
            html: None,
            encoding: report,
            reached,
        };
        let interrupt = input.interrupt.map(|interrupt| move || interrupt());
        let interrupt: Option<&dyn Fn() -> bool> = interrupt.as_ref().map(|i| i as _);
        match input.kind.unwrap_or_else(|| InputKind::detect(input.source, &text)) {
            InputKind::Html => self.read_html(&text, article, input.url, interrupt, &mut read),
            InputKind::Text => self.read_text(&text, input.url, interrupt, &mut read),
        }
        read.encoding.unrepaired = read.page.text.matches('\u{fffd}').count();
        Ok(read)
    }

    fn read_html(
        &self,
        text: &str,
        article: Option<&str>,
        url: Option<&str>,
        interrupt: Option<&dyn Fn() -> bool>,
        read: &mut ReadPage,
    ) {
        let parser = self.parse_options(interrupt);
        let mut parsed = parse::parse(text, &parser);
        read.reached.extend(parsed.reached);
        // Metadata come before segmenting, which needs the base URL of links.
        read.facts = metadata::extract(&parsed.html, url);
        if let Some(article) = article {
            graft(&mut parsed.html, parse::parse(article, &parser).html);
        }
        let options = SegmentOptions {
            words: &self.words,
            max_blocks: self.limits.max_blocks,
            with_spans: self.with_spans,
            with_images: self.with_images,
            source: text,
            link_base: read.facts.link_base.as_ref(),
        };
        read.page = segment_html(&parsed.html, &options, interrupt);
        // Before cells are joined to rows, which leaves fewer blocks.
        self.note_cut(read);
        page_repair::repair_page(
            &self.repairer,
            &mut read.page,
            &mut read.facts,
            interrupt,
            &mut read.encoding,
        );
        join_rows(&mut read.page);
        read.html = Some(parsed.html);
    }

    fn read_text(
        &self,
        text: &str,
        url: Option<&str>,
        interrupt: Option<&dyn Fn() -> bool>,
        read: &mut ReadPage,
    ) {
        let repaired =
            page_repair::repair_text(&self.repairer, text, interrupt, &mut read.encoding);
        let unpacked = unpack::unpack(repaired.as_deref().unwrap_or(text), self.layout.kind);
        read.page = segment_text(&unpacked.text, self.layout, self.limits.max_blocks);
        self.note_cut(read);
        read.page.set_aside.extend(unpacked.set_aside);
        let forms = unpacked.forms.into_iter();
        read.page.structure.unpacked =
            forms.map(|(form, changes)| (form.name().to_owned(), changes)).collect();
        let TextHeaders { title, author, date, sitename } = unpacked.headers;
        let headers = [title, author, date, sitename];
        read.facts = metadata::facts_from_text(headers, url);
        let lines: Vec<&str> =
            read.page.blocks.iter().map(|block| read.page.text_of(block)).collect();
        metadata::read_lines(&lines, &mut read.facts);
    }

    /// Notes which cap cut the page while it was segmented, if one did. To be called right after segmenting.
    fn note_cut(&self, read: &mut ReadPage) {
        if !read.page.was_cut {
            return;
        }
        // The segmenter stops for two reasons. With fewer blocks than the cap it was the interrupt.
        let is_full = read.page.blocks.len() >= self.limits.max_blocks;
        let limit = if is_full { LimitReached::Blocks } else { LimitReached::Interrupted };
        if !read.reached.contains(&limit) {
            read.reached.push(limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_the_cap_of_blocks_cuts_was_not_interrupted() {
        let rows = "<tr><td>ferry<td>nine<td>ten</tr>".repeat(3_000);
        let page = format!("<!doctype html><table>{rows}</table>");
        let mut options = CleanOptions::default();
        options.limits.max_blocks = 100;
        let read = PageReader::new(&options, false).read(&CleanInput::new("", page.as_bytes()));
        let read = read.ok().unwrap();
        assert_eq!(read.reached, [LimitReached::Blocks]);
        assert!(read.page.blocks.len() < 100, "cells became rows");
    }

    #[test]
    fn a_page_whose_time_is_up_while_it_is_segmented_was_interrupted() {
        let page = format!("<!doctype html>{}", "<p>ferry</p>".repeat(3_000));
        let count = std::sync::atomic::AtomicUsize::new(0);
        // The parser asks at the end of the page, the segmenter after some thousand nodes.
        let is_late = || count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 2;
        let input =
            CleanInput { interrupt: Some(&is_late), ..CleanInput::new("", page.as_bytes()) };
        let read = PageReader::new(&CleanOptions::default(), false).read(&input).ok().unwrap();
        assert_eq!(read.reached, [LimitReached::Interrupted]);
    }
}
