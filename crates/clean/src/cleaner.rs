//! The cleaner: runs the stages over one page.

use std::collections::HashSet;
use std::sync::Arc;

use scraper::Html;
use xxhash_rust::xxh3::xxh3_64;

use crate::access::{self, AccessDeclaration, AccessObservations, PromptStop};
use crate::feature_schema::feature_names;
use crate::fingerprints::page_fingerprints;
use crate::fold::folded;
use crate::metadata::{self, PageFacts};
use crate::model::Calibration;
use crate::score::{BlockEvidence, BlockScorer, BlockVerdict, ScoreOptions, Scorer};
use crate::segment::{
    BlockKind, PageBlock, SegmentOptions, SegmentedPage, WordTable, segment_html, segment_text,
};
use crate::site::SiteRuling;
use crate::{
    BlockReport, CleanInput, CleanOptions, ClutterClass, EncodingReport, InputKind, Lexicon,
    LimitReached, Model, PageFingerprints, Record, RecordError, RecordOutcome, RemovedBlock,
    RemovedContent, Repairer, SiteRules, TextQuality, decode, language, page_repair, parse, render,
    sniff,
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
    options: CleanOptions,
    repairer: Repairer,
    scorer: Box<dyn Scorer>,
    model: Arc<Model>,
    sites: SiteRules,
    words: WordTable,
}

/// A page with the verdicts on its blocks.
struct JudgedPage {
    page: SegmentedPage,
    facts: PageFacts,
    verdicts: Vec<BlockVerdict>,
    encoding: EncodingReport,
    reached: Vec<LimitReached>,
}

impl Cleaner {
    /// A cleaner with these settings.
    pub fn new(options: CleanOptions, lexicon: Lexicon, sites: SiteRules) -> Self {
        Self::with_model(options, lexicon, sites, Model::embedded())
    }

    /// A cleaner with these settings and a model of the caller's.
    pub fn with_model(
        options: CleanOptions,
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
    pub fn options(&self) -> &CleanOptions {
        &self.options
    }

    /// Cleans one page. Never fails: what is wrong with the page is in the record.
    pub fn clean(&self, input: &CleanInput<'_>) -> Record {
        match self.judge(input, self.options.explain) {
            Ok(judged) => self.record(input, judged),
            Err(record) => *record,
        }
    }

    /// The verdict on every block of a page, in document order: what [`Cleaner::clean`] decided and
    /// why. Empty for what is no text.
    pub fn inspect(&self, input: &CleanInput<'_>) -> Vec<BlockReport> {
        let Ok(judged) = self.judge(input, true) else { return Vec::new() };
        self.reports(&judged.page, &judged.verdicts)
    }

    fn reports(&self, page: &SegmentedPage, verdicts: &[BlockVerdict]) -> Vec<BlockReport> {
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
    pub fn features(&self, input: &CleanInput<'_>) -> Vec<BlockEvidence> {
        let Ok((page, facts, ..)) = self.read(input) else { return Vec::new() };
        self.scorer.evidence(&page, &facts)
    }

    /// The prints of a page's blocks, for counting what recurs on its site: parsed, segmented and
    /// repaired as [`Cleaner::clean`] does it, and not judged. None for what is no text.
    pub fn fingerprints(&self, input: &CleanInput<'_>) -> PageFingerprints {
        let Ok((page, facts, ..)) = self.read(input) else { return PageFingerprints::default() };
        fingerprints_of(&page, &facts)
    }

    /// [`Cleaner::clean`] and [`Cleaner::prints`] in one.
    pub fn clean_with_fingerprints(&self, input: &CleanInput<'_>) -> (Record, PageFingerprints) {
        match self.judge(input, self.options.explain) {
            Ok(judged) => {
                let fingerprints = fingerprints_of(&judged.page, &judged.facts);
                (self.record(input, judged), fingerprints)
            }
            Err(record) => (*record, PageFingerprints::default()),
        }
    }

    /// `explain` asks for the rule behind each verdict.
    fn judge(&self, input: &CleanInput<'_>, explain: bool) -> Result<JudgedPage, Box<Record>> {
        let (page, facts, html, encoding, reached) = self.read(input)?;
        let CleanInput { recurrence, .. } = *input;
        let demand = ScoreOptions { explain, favor: self.options.favor, recurrence };
        let mut verdicts = self.scorer.judge(&page, &facts, demand);
        drop_repeats(&page, &mut verdicts);
        if page.is_text {
            self.judge_until_stable(&page, &facts, demand, &mut verdicts);
        }
        let host = facts.metadata.hostname.as_deref();
        if let Some((rule, rulings)) = self.sites.rulings(host, html.as_ref(), &page) {
            for (verdict, ruling) in verdicts.iter_mut().zip(rulings) {
                match ruling {
                    Some(SiteRuling::Keep) => {
                        (verdict.class, verdict.score) = (None, 1.0);
                        verdict.rule.clear();
                    }
                    Some(SiteRuling::Drop) => {
                        verdict.class = Some(verdict.class.unwrap_or(ClutterClass::Other));
                        verdict.score = 0.0;
                        verdict.rule.clone_from(&rule);
                    }
                    None => {}
                }
            }
        }
        Ok(JudgedPage { page, facts, verdicts, encoding, reached })
    }

    /// Judges what is kept of a text again by itself, until no more goes: so that text which was
    /// cleaned once stays as it is.
    fn judge_until_stable(
        &self,
        page: &SegmentedPage,
        facts: &PageFacts,
        demand: ScoreOptions<'_>,
        verdicts: &mut [BlockVerdict],
    ) {
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
        input: &CleanInput<'_>,
    ) -> Result<
        (SegmentedPage, PageFacts, Option<Html>, EncodingReport, Vec<LimitReached>),
        Box<Record>,
    > {
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
        let decode::DecodedText { text, mut report } = decode::decode(bytes, input.charset);
        let interrupt = input.interrupt.map(|interrupt| move || interrupt());
        let interrupt: Option<&dyn Fn() -> bool> = interrupt.as_ref().map(|i| i as _);
        let kind = input.kind.unwrap_or_else(|| sniff::sniff(input.source, &text));
        let (page, facts, html) = match kind {
            InputKind::Html => {
                // Rules for sites may ask for any attribute.
                let keeps_attributes = !self.sites.is_empty();
                let parser = parse::ParseOptions { limits, interrupt, keeps_attributes };
                let parsed = parse::parse(&text, &parser);
                reached.extend(parsed.reached);
                let segmenter = SegmentOptions {
                    words: &self.words,
                    max_blocks: limits.max_blocks,
                    with_spans: self.options.markdown || self.options.html,
                };
                let mut page = segment_html(&parsed.html, &segmenter, interrupt);
                let mut facts = metadata::extract(&parsed.html, input.url);
                page_repair::repair_page(
                    &self.repairer,
                    &mut page,
                    &mut facts,
                    interrupt,
                    &mut report,
                );
                (page, facts, Some(parsed.html))
            }
            InputKind::Text => {
                let repaired =
                    page_repair::repair_text(&self.repairer, &text, interrupt, &mut report);
                let page = segment_text(repaired.as_deref().unwrap_or(&text), limits.max_blocks);
                (page, metadata::facts_from_url(input.url), None)
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

    fn is_kept(&self, page: &SegmentedPage, verdict: &BlockVerdict) -> bool {
        // A page's title is a field of the record; in text it is a line like the others.
        if verdict.is_title {
            return page.is_text;
        }
        verdict.class.is_none_or(|class| {
            self.options.keep.contains(class) || !self.options.drop.contains(class)
        })
    }

    fn record(&self, input: &CleanInput<'_>, judged: JudgedPage) -> Record {
        let JudgedPage { page, facts, verdicts, encoding, reached } = judged;
        let pairs = || page.blocks.iter().zip(&verdicts);
        let kept: Vec<&PageBlock> = pairs()
            .filter(|(_, verdict)| self.is_kept(&page, verdict))
            .map(|(block, _)| block)
            .collect();
        let text = render::text(&page, &kept);
        let texts_of = |class: ClutterClass| -> Vec<String> {
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
        let declared =
            AccessDeclaration { access: facts.declared, evidence: facts.access_evidence };
        let prompts = prompts(&page, &verdicts, &kept);
        let seen = AccessObservations {
            prompt: prompts.first().map(|block| page.text_of(block)),
            text: &text,
            last_block: kept.last().map(|block| page.text_of(block)),
            stops: &stops(&page, &prompts, &kept),
        };
        let access = access::judge(&declared, seen);
        let comments = self.options.comments.then(|| texts_of(ClutterClass::Comments).join("\n\n"));
        let error = reached.first().map(|limit| limit_error(*limit, &self.options));
        let is_empty = text.is_empty();
        Record {
            source: input.source.to_owned(),
            outcome: if reached.iter().any(|limit| limit.loses_content()) {
                RecordOutcome::Error
            } else if is_empty {
                RecordOutcome::Empty
            } else {
                RecordOutcome::Ok
            },
            error,
            markdown: self.options.markdown.then(|| render::markdown(&page, &kept)),
            html: self.options.html.then(|| render::html(&page, &kept)),
            comments: comments.filter(|comments| !comments.is_empty()),
            captions: texts_of(ClutterClass::Caption),
            bylines: texts_of(ClutterClass::Byline),
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

    fn removed(&self, page: &SegmentedPage, verdicts: &[BlockVerdict]) -> RemovedContent {
        let mut removed = RemovedContent::default();
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
        Self::new(CleanOptions::default(), Lexicon::embedded(), SiteRules::default())
    }
}

fn fingerprints_of(page: &SegmentedPage, facts: &PageFacts) -> PageFingerprints {
    let metadata = &facts.metadata;
    let url = metadata.url.as_deref().or(metadata.canonical_url.as_deref());
    page_fingerprints(page, metadata.hostname.as_deref(), url)
}

/// Of blocks with the same words, the first one stays: pages hold copies for other screens.
fn drop_repeats(page: &SegmentedPage, verdicts: &mut [BlockVerdict]) {
    let mut seen = HashSet::new();
    for (block, verdict) in page.blocks.iter().zip(verdicts) {
        let text = page.text_of(block);
        if verdict.class.is_none()
            && text.split_whitespace().nth(MIN_REPEATED_WORDS - 1).is_some()
            && !seen.insert(xxh3_64(text.as_bytes()))
        {
            verdict.class = Some(ClutterClass::Other);
            verdict.score = 0.0;
            "repeat/exact".clone_into(&mut verdict.rule);
        }
    }
}

/// The removed blocks that ask a reader to pay or to log in. A button or a price asks nothing, and
/// what stands before the text belongs to the site's own menu.
fn prompts<'a>(
    page: &'a SegmentedPage,
    verdicts: &[BlockVerdict],
    kept: &[&PageBlock],
) -> Vec<&'a PageBlock> {
    let begin = kept.first().map_or(0, |first| first.start);
    let is_request = |block: &PageBlock| {
        let words = page.text_of(block).split_whitespace();
        let words = words.filter(|word| word.chars().any(char::is_alphabetic));
        let long = page.text_of(block).len() >= MIN_PROMPT_BYTES;
        block.start >= begin && (long || words.take(MIN_PROMPT_WORDS).count() == MIN_PROMPT_WORDS)
    };
    page.blocks
        .iter()
        .zip(verdicts)
        .filter(|(block, verdict)| {
            verdict.class == Some(ClutterClass::Paywall) && is_request(block)
        })
        .map(|(block, _)| block)
        .collect()
}

/// The kept blocks after which a prompt comes next.
fn stops<'a>(
    page: &'a SegmentedPage,
    prompts: &[&PageBlock],
    kept: &[&'a PageBlock],
) -> Vec<PromptStop<'a>> {
    let mut numbers: Vec<usize> = prompts
        .iter()
        .map(|prompt| kept.partition_point(|block| block.end <= prompt.start))
        .collect();
    numbers.dedup();
    let stop = |number: usize| {
        let (before, after) = kept.split_at_checked(number)?;
        let block = before.last()?;
        let words = after.iter().flat_map(|block| page.text_of(block).split_whitespace());
        Some(PromptStop {
            text: page.text_of(block),
            is_paragraph: block.kind == BlockKind::Paragraph,
            words_after: words.take(access::TEASER_WORDS).count(),
        })
    };
    numbers.into_iter().filter_map(stop).collect()
}

fn quality(
    page: &SegmentedPage,
    verdicts: &[BlockVerdict],
    kept: &[&PageBlock],
    calibration: &Calibration,
) -> TextQuality {
    let bytes = |block: &PageBlock| (block.end - block.start) as f32;
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
        return TextQuality::default();
    }
    // The F1 of the expectations, which is near the expected F1 where there are many words.
    let expected = 2.0 * hits / (kept + content).max(f32::MIN_POSITIVE);
    TextQuality {
        confidence: calibration.apply(expected).clamp(0.0, 1.0),
        kept_ratio: kept / length,
    }
}

/// The fingerprint of a text: xxh3-64 of its letters and digits in lower case, so that white space
/// and punctuation make no difference.
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
