//! A page whose blocks have verdicts, and the record that it becomes.

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::Html;
use xxhash_rust::xxh3::xxh3_64;

use crate::access::{self, AccessDeclaration, AccessObservations, FoundPrompts};
use crate::embedded_text::{VisibleText, is_shell};
use crate::fingerprints::{counted_with, page_fingerprints, word_count};
use crate::fold::folded;
use crate::kept_images::{ImageNeighbor, attached_captions, kept_images};
use crate::metadata::{PageFacts, PageMetadata};
use crate::model::Calibration;
use crate::page_view::numbered_markup;
use crate::references::{text_images, text_links};
use crate::render::RenderSelection;
use crate::score::BlockVerdict;
use crate::segment::{PageBlock, SegmentedPage, Tag};
use crate::{
    AccessFacts, BlockReport, CleanOptions, ClutterClass, EncodingReport, LimitReached,
    PageFingerprints, Record, RecordError, RecordErrorKind, RecordOutcome, RemovedBlock,
    RemovedContent, ScriptNeed, TextGroup, TextImage, TextQuality, TextSource, language, render,
};

/// A page with a verdict on each of its blocks.
pub(crate) struct JudgedPage {
    pub(crate) page: SegmentedPage,
    /// The tree; `None` for text.
    pub(crate) html: Option<Html>,
    pub(crate) facts: PageFacts,
    /// One for each block, in the same order.
    pub(crate) verdicts: Vec<BlockVerdict>,
    /// Whether each block is part of the text. Decided once, after the site rules.
    pub(crate) kept: Vec<bool>,
    /// What the page asks of its readers.
    pub(crate) prompts: FoundPrompts,
    /// The blocks as they were before sentences were cut out of them, if any were.
    pub(crate) uncut: Option<Vec<PageBlock>>,
    /// Whether nothing was removed because all of it was too doubtful.
    pub(crate) left_as_is: bool,
    pub(crate) encoding: EncodingReport,
    pub(crate) reached: Vec<LimitReached>,
    /// Where the text was found.
    pub(crate) text_source: TextSource,
    /// Why scripts would be needed to have a text.
    pub(crate) needs_javascript: Option<ScriptNeed>,
}

/// A block with what was decided about it.
#[derive(Clone, Copy)]
struct JudgedBlock<'a> {
    block: &'a PageBlock,
    verdict: &'a BlockVerdict,
    is_kept: bool,
}

impl JudgedBlock<'_> {
    /// The class under which the block was removed. `None` for kept blocks, and for the title of a
    /// page, which is left out of the text because it is a field of the record.
    fn removed_as(&self) -> Option<ClutterClass> {
        self.verdict.class.filter(|_| !self.is_kept && !self.verdict.is_title)
    }
}

impl JudgedPage {
    fn blocks(&self) -> impl Iterator<Item = JudgedBlock<'_>> {
        let judged = self.page.blocks.iter().zip(&self.verdicts).zip(&self.kept);
        judged.map(|((block, verdict), kept)| JudgedBlock { block, verdict, is_kept: *kept })
    }

    /// Whether this is a page that came out without an article, although all of it was read.
    pub(crate) fn is_shell(&self) -> bool {
        let kept = self.blocks().filter(|judged| judged.is_kept);
        !self.page.is_text
            && !self.reached.contains(&LimitReached::Interrupted)
            && is_shell(VisibleText::of(kept.map(|judged| self.page.text_of(judged.block))))
    }

    /// Where the text was found.
    fn text_source(&self, kept: &[&PageBlock]) -> TextSource {
        let is_noscript = |block: &&PageBlock| {
            self.page.ancestors(block.element).any(|element| element.tag == Tag::Noscript)
        };
        // A page that has most of its text in `<noscript>` was parsed without scripting.
        let bytes = |block: &&PageBlock| block.end - block.start;
        let unscripted: u32 = kept.iter().filter(|block| is_noscript(block)).map(bytes).sum();
        if unscripted > 0 && unscripted >= kept.iter().map(bytes).sum::<u32>() / 2 {
            TextSource::Noscript
        } else {
            self.text_source
        }
    }

    /// What was decided about each block, in document order.
    pub(crate) fn reports(&self) -> Vec<BlockReport> {
        let is_text = self.page.is_text;
        self.blocks()
            .map(|JudgedBlock { block, verdict, is_kept }| BlockReport {
                text: self.page.text_of(block).to_owned(),
                kept: is_kept,
                is_title: verdict.is_title,
                class: verdict.class,
                score: verdict.score,
                rule: verdict.rule.clone(),
                evidence: verdict.evidence.clone(),
                place: self.page.place_of(block),
                lines: is_text.then_some(block.lines.start as usize..block.lines.end as usize),
            })
            .collect()
    }

    /// The markup of the page with the numbers of its blocks. `None` for text.
    pub(crate) fn numbered_page(&self) -> Option<String> {
        self.html.as_ref().map(|html| numbered_markup(html, &self.page))
    }

    /// The text as HTML with the numbers of its blocks.
    pub(crate) fn numbered_text(&self) -> String {
        render::numbered_html(&self.page, &self.selection())
    }

    /// See [`crate::Cleaner::fingerprints`].
    pub(crate) fn fingerprints(&mut self, group: Option<TextGroup<'_>>) -> PageFingerprints {
        // A line is counted whole, whatever was cut out of it this time.
        let Some(uncut) = self.uncut.take() else {
            return fingerprints_of(&self.page, &self.facts, group);
        };
        let cut = std::mem::replace(&mut self.page.blocks, uncut);
        let fingerprints = fingerprints_of(&self.page, &self.facts, group);
        self.uncut = Some(std::mem::replace(&mut self.page.blocks, cut));
        fingerprints
    }

    /// The record of the page. `calibrations` are those of the model.
    pub(crate) fn into_record(
        mut self,
        source: &str,
        options: &CleanOptions,
        calibrations: &[Calibration; 2],
    ) -> Record {
        // Field by field, so that a new one cannot be forgotten.
        let PageMetadata {
            url,
            canonical_url,
            hostname,
            sitename,
            title,
            author,
            description,
            image,
            license,
            language,
            pagetype,
            date,
            date_modified,
            categories,
            tags,
        } = std::mem::take(&mut self.facts.metadata);
        let needs_javascript = self.needs_javascript.take();
        let selection = self.selection();
        let kept = selection.blocks(&self.page);
        let text = render::text(&self.page, &selection);
        // Without a declared title, the block that was found to be the title is the best guess.
        let title = title.or_else(|| {
            let judged = self.blocks().find(|judged| judged.verdict.is_title)?;
            Some(self.page.text_of(judged.block).to_owned())
        });
        let language = language::detect(&text, language.as_deref());
        let comments = options.comments.then(|| self.texts_of(ClutterClass::Comments).join("\n\n"));
        let error = self.reached.first().map(|limit| limit_error(*limit, options));
        Record {
            source: source.to_owned(),
            outcome: self.outcome(&text),
            error,
            markdown: options.markdown.then(|| render::markdown(&self.page, &selection)),
            html: options.html.then(|| render::html(&self.page, &selection)),
            images: if options.images { self.images(&selection) } else { Vec::new() },
            links: if options.links { text_links(&self.page, &kept) } else { Vec::new() },
            comments: comments.filter(|comments| !comments.is_empty()),
            captions: self.all_texts_of(ClutterClass::Caption),
            bylines: self.all_texts_of(ClutterClass::Byline),
            text_source: self.text_source(&kept),
            needs_javascript,
            access: self.access(pagetype.as_deref()),
            removed: self.removed(options.explain),
            blocks: if options.explain { self.reports() } else { Vec::new() },
            quality: self.quality(&kept, &calibrations[usize::from(self.page.is_text)]),
            fingerprint: if text.is_empty() { String::new() } else { fingerprint(&text) },
            encoding: self.encoding,
            structure: std::mem::take(&mut self.page.structure),
            url,
            canonical_url,
            hostname,
            sitename,
            title,
            author,
            description,
            image,
            license,
            language,
            pagetype,
            date,
            date_modified,
            categories,
            tags,
            text,
            ..Record::default()
        }
    }

    /// What is rendered.
    fn selection(&self) -> RenderSelection {
        let is_caption =
            |judged: &JudgedBlock<'_>| judged.removed_as() == Some(ClutterClass::Caption);
        let neighbor = |judged: JudgedBlock<'_>| match judged.removed_as() {
            None => ImageNeighbor::Kept,
            Some(ClutterClass::Caption | ClutterClass::Byline) => ImageNeighbor::Neutral,
            Some(_) => ImageNeighbor::Removed,
        };
        let neighbors: Vec<_> = self.blocks().map(neighbor).collect();
        let images = kept_images(&self.page, &neighbors);
        let captions: Vec<bool> = self.blocks().map(|judged| is_caption(&judged)).collect();
        let captions = attached_captions(&self.page, &captions, &self.kept, &images);
        let mut selection = RenderSelection {
            kept: self.kept.clone(),
            images,
            captions,
            ..RenderSelection::default()
        };
        selection.find_notes(&self.page);
        selection
    }

    fn images(&self, selection: &RenderSelection) -> Vec<TextImage> {
        let RenderSelection { kept, images, captions, .. } = selection;
        text_images(&self.page, kept, images, captions)
    }

    fn outcome(&self, text: &str) -> RecordOutcome {
        // A cut page may have lost its article, so its text must not pass for a complete one.
        if self.reached.iter().any(|limit| limit.loses_content()) {
            RecordOutcome::Error
        } else if text.is_empty() {
            RecordOutcome::Empty
        } else {
            RecordOutcome::Ok
        }
    }

    /// The texts of the blocks that were removed as this class.
    fn texts_of(&self, class: ClutterClass) -> Vec<String> {
        self.blocks()
            .filter(|judged| judged.removed_as() == Some(class))
            .map(|judged| self.page.text_of(judged.block).to_owned())
            .collect()
    }

    /// The same, and the texts of this class that the segmenter set aside.
    fn all_texts_of(&self, class: ClutterClass) -> Vec<String> {
        let mut texts = self.texts_of(class);
        let aside = self.page.set_aside.iter().filter(|aside| aside.class == class);
        texts.extend(aside.map(|aside| aside.text.clone()));
        texts
    }

    /// The removed blocks by class, and the blocks themselves if `with_blocks` is set.
    fn removed(&self, with_blocks: bool) -> RemovedContent {
        let mut removed = RemovedContent::default();
        let mut first_lines = Vec::new();
        for judged in self.blocks() {
            let Some(class) = judged.removed_as() else { continue };
            *removed.counts.entry(class).or_default() += 1;
            if with_blocks {
                let JudgedBlock { block, verdict, .. } = judged;
                first_lines.push(block.lines.start);
                removed.blocks.push(RemovedBlock {
                    class,
                    rule: verdict.rule.clone(),
                    evidence: verdict.evidence.clone(),
                    // The score of a verdict is the probability of content.
                    score: 1.0 - verdict.score,
                    class_confidence: verdict.class_confidence,
                    place: self.page.place_of(block),
                    text: self.page.text_of(block).to_owned(),
                });
            }
        }
        for aside in &self.page.set_aside {
            *removed.counts.entry(aside.class).or_default() += 1;
            if with_blocks {
                first_lines.push(aside.lines.start);
                removed.blocks.push(RemovedBlock {
                    class: aside.class,
                    rule: aside.rule.to_owned(),
                    evidence: Vec::new(),
                    score: 1.0,
                    class_confidence: 1.0,
                    place: self.page.place_of_aside(aside),
                    text: aside.text.clone(),
                });
            }
        }
        if !self.page.set_aside.is_empty() {
            let mut blocks: Vec<_> = first_lines.into_iter().zip(removed.blocks).collect();
            blocks.sort_by_key(|(line, _)| *line);
            removed.blocks = blocks.into_iter().map(|(_, block)| block).collect();
        }
        removed
    }

    fn access(&self, pagetype: Option<&str>) -> AccessFacts {
        let declared = AccessDeclaration {
            access: self.facts.declared,
            evidence: self.facts.access_evidence.clone(),
        };
        let observations = AccessObservations {
            page: &self.page,
            kept: &self.kept,
            prompts: &self.prompts,
            part_words: self.paid_part_words(),
            is_article: pagetype == Some("article"),
        };
        access::judge(&declared, observations)
    }

    /// Kept words of the elements that the markup says are paid for.
    fn paid_part_words(&self) -> f32 {
        let parts: HashSet<NodeId> = self.facts.paid_parts.iter().copied().collect();
        if parts.is_empty() {
            return 0.0;
        }
        let is_paid = |block: &PageBlock| {
            let mut around = self.page.ancestors(block.element);
            around.any(|element| element.node.is_some_and(|node| parts.contains(&node)))
        };
        let kept = self.blocks().filter(|judged| judged.is_kept && is_paid(judged.block));
        kept.map(|judged| word_count(self.page.text_of(judged.block))).sum()
    }

    fn quality(&self, kept: &[&PageBlock], calibration: &Calibration) -> TextQuality {
        let bytes = |block: &PageBlock| (block.end - block.start) as f32;
        let (mut length, mut content, mut hits) = (0.0, 0.0, 0.0);
        for (block, verdict) in self.page.blocks.iter().zip(&self.verdicts) {
            length += bytes(block);
            content += bytes(block) * verdict.score;
            if verdict.class.is_none() {
                hits += bytes(block) * verdict.score;
            }
        }
        // The sum of no numbers would be -0.
        let kept = kept.iter().fold(0.0, |sum, block| sum + bytes(block));
        let left_as_is = self.left_as_is;
        // A text without words shares none with the text that the page may have.
        if length <= 0.0 || kept <= 0.0 {
            return TextQuality { left_as_is, ..TextQuality::default() };
        }
        let expected = match self.verdicts.as_slice() {
            // The text is that block or not, so its F1 is 1 or 0: nothing else could be judged.
            [only] if only.class.is_none() => only.score,
            // The F1 of the expected counts. With many words it is close to the expected F1, which has no
            // closed form.
            _ => 2.0 * hits / (kept + content).max(f32::MIN_POSITIVE),
        };
        TextQuality {
            confidence: calibration.apply(expected).clamp(0.0, 1.0),
            kept_ratio: kept / length,
            left_as_is,
        }
    }
}

/// The fingerprints of a page's blocks, under the group or the host, and the URL of the page.
pub(crate) fn fingerprints_of(
    page: &SegmentedPage,
    facts: &PageFacts,
    group: Option<TextGroup<'_>>,
) -> PageFingerprints {
    let metadata = &facts.metadata;
    let url = metadata.url.as_deref().or(metadata.canonical_url.as_deref());
    page_fingerprints(page, counted_with(group, metadata.hostname.as_deref(), page.is_text), url)
}

/// The fingerprint of a text: xxh3-64 of its letters and digits in lower case. White space and
/// punctuation make no difference, so that two copies which were set differently share it.
fn fingerprint(text: &str) -> String {
    format!("{:016x}", xxh3_64(folded(text).as_bytes()))
}

fn limit_error(limit: LimitReached, options: &CleanOptions) -> RecordError {
    let limits = &options.limits;
    let message = match limit {
        LimitReached::InputBytes => {
            format!(
                "the page is larger than {} bytes; the rest was not read",
                limits.max_input_bytes
            )
        }
        LimitReached::Depth => format!(
            "elements are nested more than {} levels deep; deeper elements were flattened",
            limits.max_depth
        ),
        LimitReached::Nodes => {
            format!("the page has more than {} nodes; the rest was not read", limits.max_nodes)
        }
        LimitReached::Attributes => format!(
            "an element has more than {} attributes; the rest of them were not read",
            limits.max_attributes
        ),
        LimitReached::Blocks => {
            format!("the page has more than {} blocks; the rest was not read", limits.max_blocks)
        }
        LimitReached::Interrupted => {
            "the time limit for this page was reached; the part read so far was cleaned".to_owned()
        }
    };
    let kind = match limit {
        LimitReached::Interrupted => RecordErrorKind::Interrupted,
        _ => RecordErrorKind::Limit,
    };
    RecordError { kind, message, concerns: limit.name().into() }
}
