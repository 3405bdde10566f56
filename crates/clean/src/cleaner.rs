//! The cleaner: runs the stages over one page.

use std::collections::HashSet;
use std::sync::Arc;

use scraper::Html;
use xxhash_rust::xxh3::xxh3_64;

use crate::access::{self, Declared, Seen, Stop};
use crate::fold::folded;
use crate::metadata::{self, PageFacts};
use crate::model::Calibration;
use crate::recur::page_prints;
use crate::score::{BlockEvidence, BlockScorer, Demand, Scorer, Verdict, feature_names};
use crate::segment::{Block, BlockKind, Page, Segmenter, WordTable, segment_html, segment_text};
use crate::site::Ruling;
use crate::{
    BlockReport, Class, EncodingReport, Input, InputKind, Lexicon, LimitReached, Model, Options,
    Outcome, PagePrints, Quality, Record, RecordError, Removed, RemovedBlock, Repairer, SiteRules,
    decode, language, mended, parse, render, sniff,
};

/// A block with as many words that stands on a page before is a copy, not a refrain.
const MIN_REPEATED_WORDS: usize = 8;

/// Words from which a block about payment asks for something, and is no button, label or price.
const MIN_PROMPT_WORDS: usize = 4;
/// Bytes from which it does in a script that puts no blanks between words.
const MIN_PROMPT_BYTES: usize = 48;

/// How often the kept part of a text is judged again at most.
const MAX_ROUNDS: usize = 6;

/// Cleans pages one after another; holds what is compiled once. Share one between threads.
///
/// No state passes from one page to the next: the same input always gives the same record.
#[derive(Debug)]
pub struct Cleaner {
    options: Options,
    repairer: Repairer,
    scorer: Box<dyn Scorer>,
    model: Arc<Model>,
    sites: SiteRules,
    words: WordTable,
}

/// A page with the verdicts on its blocks.
struct Judged {
    page: Page,
    facts: PageFacts,
    verdicts: Vec<Verdict>,
    encoding: EncodingReport,
    reached: Vec<LimitReached>,
}

impl Cleaner {
    /// A cleaner with these settings.
    pub fn new(options: Options, lexicon: Lexicon, sites: SiteRules) -> Self {
        Self::with_model(options, lexicon, sites, Model::embedded())
    }

    /// A cleaner with these settings and a model of the caller's.
    pub fn with_model(
        options: Options,
        lexicon: Lexicon,
        sites: SiteRules,
        model: Arc<Model>,
    ) -> Self {
        Self {
            repairer: Repairer::new(options.repair.clone()),
            options,
            scorer: Box::new(BlockScorer::new(lexicon, Arc::clone(&model))),
            model,
            sites,
            words: WordTable::new(),
        }
    }

    /// The settings in force.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Cleans one page. Never fails: what is wrong with the page is in the record.
    pub fn clean(&self, input: &Input<'_>) -> Record {
        match self.judge(input, self.options.explain) {
            Ok(judged) => self.record(input, judged),
            Err(record) => *record,
        }
    }

    /// The verdict on every block of a page, in document order: what [`Cleaner::clean`] decided and
    /// why. Empty for what is no text.
    pub fn inspect(&self, input: &Input<'_>) -> Vec<BlockReport> {
        let Ok(judged) = self.judge(input, true) else { return Vec::new() };
        self.reports(&judged.page, &judged.verdicts)
    }

    fn reports(&self, page: &Page, verdicts: &[Verdict]) -> Vec<BlockReport> {
        page.blocks
            .iter()
            .zip(verdicts)
            .map(|(block, verdict)| BlockReport {
                text: page.text_of(block).to_owned(),
                kept: self.is_kept(page, verdict),
                is_title: verdict.is_title,
                class: verdict.class,
                score: verdict.score,
                rule: verdict.rule.clone(),
                evidence: verdict.evidence.clone(),
                place: page.place_of(block),
                lines: page.is_text.then_some(block.lines.start as usize..block.lines.end as usize),
            })
            .collect()
    }

    /// The names of the features that [`Cleaner::features`] gives, in order.
    pub fn feature_names() -> Vec<String> {
        feature_names()
    }

    /// The evidence on every block of a page that its verdict rests on, in document order: what a
    /// scorer is fitted on.
    pub fn features(&self, input: &Input<'_>) -> Vec<BlockEvidence> {
        let Ok((page, facts, ..)) = self.read(input) else { return Vec::new() };
        self.scorer.evidence(&page, &facts)
    }

    /// The prints of a page's blocks, for counting what recurs on its site: parsed, segmented and
    /// repaired as [`Cleaner::clean`] does it, and not judged. None for what is no text.
    pub fn prints(&self, input: &Input<'_>) -> PagePrints {
        let Ok((page, facts, ..)) = self.read(input) else { return PagePrints::default() };
        prints(&page, &facts)
    }

    /// [`Cleaner::clean`] and [`Cleaner::prints`] in one.
    pub fn clean_with_prints(&self, input: &Input<'_>) -> (Record, PagePrints) {
        match self.judge(input, self.options.explain) {
            Ok(judged) => {
                let prints = prints(&judged.page, &judged.facts);
                (self.record(input, judged), prints)
            }
            Err(record) => (*record, PagePrints::default()),
        }
    }

    /// `explain` asks for the rule behind each verdict.
    fn judge(&self, input: &Input<'_>, explain: bool) -> Result<Judged, Box<Record>> {
        let (page, facts, html, encoding, reached) = self.read(input)?;
        let Input { recurrence, .. } = *input;
        let demand = Demand { explain, favor: self.options.favor, recurrence };
        let mut verdicts = self.scorer.judge(&page, &facts, demand);
        drop_repeats(&page, &mut verdicts);
        if page.is_text {
            self.settle(&page, &facts, demand, &mut verdicts);
        }
        let host = facts.metadata.hostname.as_deref();
        if let Some((rule, rulings)) = self.sites.rulings(host, html.as_ref(), &page) {
            for (verdict, ruling) in verdicts.iter_mut().zip(rulings) {
                match ruling {
                    Some(Ruling::Keep) => {
                        (verdict.class, verdict.score) = (None, 1.0);
                        verdict.rule.clear();
                    }
                    Some(Ruling::Drop) => {
                        verdict.class = Some(verdict.class.unwrap_or(Class::Other));
                        verdict.score = 0.0;
                        verdict.rule.clone_from(&rule);
                    }
                    None => {}
                }
            }
        }
        Ok(Judged { page, facts, verdicts, encoding, reached })
    }

    /// Judges what is kept of a text again by itself, until no more goes: so that text which was
    /// cleaned once stays as it is.
    fn settle(&self, page: &Page, facts: &PageFacts, demand: Demand<'_>, verdicts: &mut [Verdict]) {
        // Judging takes its time: a text of so many blocks is no article, and is judged once.
        let rounds = if page.blocks.len() > 10_000 { 0 } else { MAX_ROUNDS };
        for _ in 0..rounds {
            let kept: Vec<usize> =
                (0..verdicts.len()).filter(|index| self.is_kept(page, &verdicts[*index])).collect();
            if kept.len() == verdicts.len() {
                return;
            }
            let remainder = page.with_blocks(&kept);
            let mut changed = false;
            for (index, verdict) in kept.iter().zip(self.scorer.judge(&remainder, facts, demand)) {
                if !self.is_kept(page, &verdict) {
                    verdicts[*index] = verdict;
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// Decodes, parses and segments a page; an error record for what is no text.
    #[allow(clippy::type_complexity, reason = "the stages' outputs, taken apart at once")]
    fn read(
        &self,
        input: &Input<'_>,
    ) -> Result<(Page, PageFacts, Option<Html>, EncodingReport, Vec<LimitReached>), Box<Record>>
    {
        let limits = &self.options.limits;
        let mut reached = Vec::new();
        let bytes = match input.bytes.get(..limits.max_input_bytes) {
            Some(head) if head.len() < input.bytes.len() => {
                reached.push(LimitReached::InputBytes);
                head
            }
            _ => input.bytes,
        };
        if decode::is_binary(bytes) {
            return Err(Box::new(Record::failed(
                input.source,
                "binary",
                "this is no text in any encoding",
                "",
            )));
        }
        let decode::Decoded { text, mut report } = decode::decode(bytes, input.charset);
        let interrupt = input.interrupt.map(|interrupt| move || interrupt());
        let interrupt: Option<&dyn Fn() -> bool> = interrupt.as_ref().map(|i| i as _);
        let kind = input.kind.unwrap_or_else(|| sniff::sniff(input.source, &text));
        let (page, facts, html) = match kind {
            InputKind::Html => {
                // Rules for sites may ask for any attribute.
                let keeps_attributes = !self.sites.is_empty();
                let parser = parse::Parser { limits, interrupt, keeps_attributes };
                let parsed = parse::parse(&text, &parser);
                reached.extend(parsed.reached);
                let segmenter = Segmenter {
                    words: &self.words,
                    max_blocks: limits.max_blocks,
                    with_spans: self.options.markdown || self.options.html,
                };
                let mut page = segment_html(&parsed.html, &segmenter, interrupt);
                let mut facts = metadata::extract(&parsed.html, input.url);
                mended::page(&self.repairer, &mut page, &mut facts, interrupt, &mut report);
                (page, facts, Some(parsed.html))
            }
            InputKind::Text => {
                let mended = mended::text(&self.repairer, &text, interrupt, &mut report);
                let page = segment_text(mended.as_deref().unwrap_or(&text), limits.max_blocks);
                (page, metadata::of_text(input.url), None)
            }
        };
        if page.was_cut {
            let was_interrupted = reached.contains(&LimitReached::Interrupted)
                || page.blocks.len() < limits.max_blocks;
            let limit =
                if was_interrupted { LimitReached::Interrupted } else { LimitReached::Blocks };
            if !reached.contains(&limit) {
                reached.push(limit);
            }
        }
        report.unrepaired = page.text.matches('\u{fffd}').count();
        Ok((page, facts, html, report, reached))
    }

    fn is_kept(&self, page: &Page, verdict: &Verdict) -> bool {
        // A page's title is a field of the record; in text it is a line like the others.
        if verdict.is_title {
            return page.is_text;
        }
        verdict.class.is_none_or(|class| {
            self.options.keep.contains(class) || !self.options.drop.contains(class)
        })
    }

    fn record(&self, input: &Input<'_>, judged: Judged) -> Record {
        let Judged { page, facts, verdicts, encoding, reached } = judged;
        let pairs = || page.blocks.iter().zip(&verdicts);
        let kept: Vec<&Block> = pairs()
            .filter(|(_, verdict)| self.is_kept(&page, verdict))
            .map(|(block, _)| block)
            .collect();
        let text = render::text(&page, &kept);
        let texts_of = |class: Class| -> Vec<String> {
            pairs()
                .filter(|(_, v)| v.class == Some(class) && !v.is_title && !self.is_kept(&page, v))
                .map(|(block, _)| page.text_of(block).to_owned())
                .collect()
        };
        let mut metadata = facts.metadata;
        if metadata.title.is_none() {
            metadata.title = pairs()
                .find(|(_, verdict)| verdict.is_title)
                .map(|(block, _)| page.text_of(block).to_owned());
        }
        metadata.language = language::detect(&text, metadata.language.as_deref());
        let declared = Declared { access: facts.declared, evidence: facts.access_evidence };
        let prompts = prompts(&page, &verdicts, &kept);
        let seen = Seen {
            prompt: prompts.first().map(|block| page.text_of(block)),
            text: &text,
            last_block: kept.last().map(|block| page.text_of(block)),
            stops: &stops(&page, &prompts, &kept),
        };
        let access = access::judge(&declared, seen);
        let comments = self.options.comments.then(|| texts_of(Class::Comments).join("\n\n"));
        let error = reached.first().map(|limit| limit_error(*limit, &self.options));
        let is_empty = text.is_empty();
        Record {
            source: input.source.to_owned(),
            outcome: if reached.iter().any(|limit| limit.loses_content()) {
                Outcome::Error
            } else if is_empty {
                Outcome::Empty
            } else {
                Outcome::Ok
            },
            error,
            markdown: self.options.markdown.then(|| render::markdown(&page, &kept)),
            html: self.options.html.then(|| render::html(&page, &kept)),
            comments: comments.filter(|comments| !comments.is_empty()),
            captions: texts_of(Class::Caption),
            bylines: texts_of(Class::Byline),
            access,
            encoding,
            removed: self.removed(&page, &verdicts),
            blocks: if self.options.explain { self.reports(&page, &verdicts) } else { Vec::new() },
            quality: quality(
                &page,
                &verdicts,
                &kept,
                &self.model.calibrations[usize::from(page.is_text)],
            ),
            fingerprint: if is_empty { String::new() } else { fingerprint(&text) },
            metadata,
            text,
            ..Record::default()
        }
    }

    fn removed(&self, page: &Page, verdicts: &[Verdict]) -> Removed {
        let mut removed = Removed::default();
        for (block, verdict) in page.blocks.iter().zip(verdicts) {
            let Some(class) = verdict.class else { continue };
            if verdict.is_title || self.is_kept(page, verdict) {
                continue;
            }
            *removed.counts.entry(class).or_default() += 1;
            if self.options.explain {
                removed.blocks.push(RemovedBlock {
                    class,
                    rule: verdict.rule.clone(),
                    evidence: verdict.evidence.clone(),
                    score: 1.0 - verdict.score,
                    place: page.place_of(block),
                    text: page.text_of(block).to_owned(),
                });
            }
        }
        removed
    }
}

impl Default for Cleaner {
    fn default() -> Self {
        Self::new(Options::default(), Lexicon::embedded(), SiteRules::default())
    }
}

fn prints(page: &Page, facts: &PageFacts) -> PagePrints {
    let metadata = &facts.metadata;
    let address = metadata.url.as_deref().or(metadata.canonical_url.as_deref());
    page_prints(page, metadata.hostname.as_deref(), address)
}

/// Of blocks with the same words, the first one stays: pages hold copies for other screens.
fn drop_repeats(page: &Page, verdicts: &mut [Verdict]) {
    let mut seen = HashSet::new();
    for (block, verdict) in page.blocks.iter().zip(verdicts) {
        let text = page.text_of(block);
        if verdict.class.is_none()
            && text.split_whitespace().nth(MIN_REPEATED_WORDS - 1).is_some()
            && !seen.insert(xxh3_64(text.as_bytes()))
        {
            verdict.class = Some(Class::Other);
            verdict.score = 0.0;
            "repeat/exact".clone_into(&mut verdict.rule);
        }
    }
}

/// The removed blocks that ask a reader to pay or to log in. A button or a price asks nothing, and
/// what stands before the text belongs to the site's own menu.
fn prompts<'a>(page: &'a Page, verdicts: &[Verdict], kept: &[&Block]) -> Vec<&'a Block> {
    let begin = kept.first().map_or(0, |first| first.start);
    let is_request = |block: &Block| {
        let words = page.text_of(block).split_whitespace();
        let words = words.filter(|word| word.chars().any(char::is_alphabetic));
        let long = page.text_of(block).len() >= MIN_PROMPT_BYTES;
        block.start >= begin && (long || words.take(MIN_PROMPT_WORDS).count() == MIN_PROMPT_WORDS)
    };
    page.blocks
        .iter()
        .zip(verdicts)
        .filter(|(block, verdict)| verdict.class == Some(Class::Paywall) && is_request(block))
        .map(|(block, _)| block)
        .collect()
}

/// The kept blocks after which a prompt comes next.
fn stops<'a>(page: &'a Page, prompts: &[&Block], kept: &[&'a Block]) -> Vec<Stop<'a>> {
    let mut numbers: Vec<usize> = prompts
        .iter()
        .map(|prompt| kept.partition_point(|block| block.end <= prompt.start))
        .collect();
    numbers.dedup();
    let stop = |number: usize| {
        let (before, after) = kept.split_at_checked(number)?;
        let block = before.last()?;
        let words = after.iter().flat_map(|block| page.text_of(block).split_whitespace());
        Some(Stop {
            text: page.text_of(block),
            is_paragraph: block.kind == BlockKind::Paragraph,
            words_after: words.take(access::TEASER_WORDS).count(),
        })
    };
    numbers.into_iter().filter_map(stop).collect()
}

fn quality(
    page: &Page,
    verdicts: &[Verdict],
    kept: &[&Block],
    calibration: &Calibration,
) -> Quality {
    let bytes = |block: &Block| (block.end - block.start) as f32;
    let (mut length, mut content, mut hits) = (0.0, 0.0, 0.0);
    for (block, verdict) in page.blocks.iter().zip(verdicts) {
        length += bytes(block);
        content += bytes(block) * verdict.score;
        if verdict.class.is_none() {
            hits += bytes(block) * verdict.score;
        }
    }
    let kept: f32 = kept.iter().map(|block| bytes(block)).sum();
    if length <= 0.0 {
        return Quality::default();
    }
    // The F1 of the expectations, which is near the expected F1 where there are many words.
    let expected = 2.0 * hits / (kept + content).max(f32::MIN_POSITIVE);
    Quality { confidence: calibration.apply(expected).clamp(0.0, 1.0), kept_ratio: kept / length }
}

/// The fingerprint of a text: xxh3-64 of its letters and digits in lower case, so that white space
/// and punctuation make no difference.
fn fingerprint(text: &str) -> String {
    format!("{:016x}", xxh3_64(folded(text).as_bytes()))
}

fn limit_error(limit: LimitReached, options: &Options) -> RecordError {
    let limits = &options.limits;
    let message = match limit {
        LimitReached::InputBytes => {
            format!(
                "the page is larger than {} bytes; the rest was not read",
                limits.max_input_bytes
            )
        }
        LimitReached::Depth => format!(
            "elements are nested more than {} deep; deeper ones were taken out of one another",
            limits.max_depth
        ),
        LimitReached::Nodes => {
            format!("the page has more than {} nodes; the rest was not read", limits.max_nodes)
        }
        LimitReached::Attributes => format!(
            "an element has more than {} attributes; its further ones were not read",
            limits.max_attributes
        ),
        LimitReached::Blocks => {
            format!("the page has more than {} blocks; the rest was not read", limits.max_blocks)
        }
        LimitReached::Interrupted => {
            "the time for this page ran out; what was read up to then was cleaned".to_owned()
        }
    };
    let kind = if limit == LimitReached::Interrupted { "interrupted" } else { "limit" };
    RecordError { kind: kind.into(), message, concerns: limit.name().into() }
}
