//! The cleaner: runs the stages over one page.

use std::collections::HashSet;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::access::{self, BlockState, FoundPrompts, OfferScope};
use crate::embedded_text::{self, script_evidence};
use crate::feature_schema::feature_names;
use crate::fingerprints::counted_with;
use crate::judged_page::{JudgedPage, fingerprints_of};
use crate::kept_structure::keep_structure;
use crate::metadata::PageFacts;
use crate::page_reader::{PageReader, ReadPage};
use crate::removal::RemovalBalance;
use crate::score::{
    BlockEvidence, BlockScorer, BlockTexts, BlockVerdict, ClutterSentence, KnownSite, ScoreOptions,
    Scorer,
};
use crate::segment::{BlockKind, ElementContext, PageBlock, SegmentedPage};
use crate::site::SiteRuling;
use crate::{
    BlockReport, CleanInput, CleanOptions, ClutterClass, Favor, Lexicon, Model, PageFingerprints,
    PageView, Record, ScriptNeed, SiteRules, TextSource,
};

/// The signs that programs write in place of characters that they cannot read or write.
const LOST_CHARACTERS: [char; 2] = [char::REPLACEMENT_CHARACTER, '?'];

/// Words from which a block that repeats an earlier one is a copy. Shorter ones may be meant, such as
/// the refrain of a song.
const MIN_REPEATED_WORDS: usize = 8;

/// How often the kept part of a text is judged again at most. Each round judges every kept block, so
/// this bounds the time of a text from which every round removes a little.
const MAX_ROUNDS: usize = 6;

/// Texts with more blocks are judged once: they are no articles, and more rounds would take long.
const MAX_BLOCKS_FOR_ROUNDS: usize = 10_000;

/// Cleans pages one after another, and holds everything that is compiled once. It is `Sync`: share one
/// between threads.
///
/// No state passes from one page to the next: the same input always gives the same record.
///
/// ```
/// use copydesk_clean::{CleanInput, CleanOptions, Cleaner, ClutterClass};
///
/// let options = CleanOptions::default().markdown(true).keep([ClutterClass::Caption]);
/// let cleaner = Cleaner::with_options(options);
/// let page = "<article><h1>Ferry returns</h1>\
///     <p>The ferry sailed again on <a href=/monday>Monday</a> after nine weeks in dock.</p></article>";
/// let input = CleanInput::new("ferry.html", page.as_bytes()).url("https://coast.example/ferry");
/// assert_eq!(
///     cleaner.clean(&input).markdown.as_deref(),
///     Some(
///         "The ferry sailed again on [Monday](https://coast.example/monday) \
///          after nine weeks in dock."
///     )
/// );
/// ```
#[derive(Debug)]
pub struct Cleaner {
    options: CleanOptions,
    reader: PageReader,
    scorer: Box<dyn Scorer>,
    model: Arc<Model>,
    sites: SiteRules,
}

impl Cleaner {
    /// A cleaner with these options, the lexicons and the model that come with the crate, and no site
    /// rules.
    pub fn with_options(options: CleanOptions) -> Self {
        Self::new(options, Lexicon::default(), SiteRules::default())
    }

    /// A cleaner with these options, lexicons and site rules, and the model that comes with the crate.
    pub fn new(options: CleanOptions, lexicon: Lexicon, sites: SiteRules) -> Self {
        Self::with_model(options, lexicon, sites, Model::embedded())
    }

    /// A cleaner with a model of the caller's.
    pub fn with_model(
        options: CleanOptions,
        lexicon: Lexicon,
        sites: SiteRules,
        model: Arc<Model>,
    ) -> Self {
        Self {
            // The selectors of site rules may name any attribute; without rules most are skipped.
            reader: PageReader::new(&options, !sites.is_empty()),
            options,
            scorer: Box::new(BlockScorer::new(lexicon, Arc::clone(&model))),
            model,
            sites,
        }
    }

    /// The options of this cleaner.
    pub fn options(&self) -> &CleanOptions {
        &self.options
    }

    /// Cleans one page. Never fails: what is wrong with a page is in [`Record::error`].
    pub fn clean(&self, input: &CleanInput<'_>) -> Record {
        match self.judge(input, self.options.explain) {
            Ok(judged) => self.record(input, judged),
            Err(record) => *record,
        }
    }

    /// The verdict on every block of a page, in document order: what [`Cleaner::clean`] decided and
    /// why. Empty for input that is not text.
    pub fn inspect(&self, input: &CleanInput<'_>) -> Vec<BlockReport> {
        self.judge(input, true).map_or_else(|_| Vec::new(), |judged| judged.reports())
    }

    /// The record of a page, and the places of its blocks in the markup of the page and of the text: what a program needs
    /// to show people what was kept and what was removed. Its record has `markdown`, `html` and `blocks`, whatever the
    /// options say.
    pub fn view(&self, input: &CleanInput<'_>) -> PageView {
        let options = self.options.clone().explain(true).markdown(true).html(true);
        // People want to see a page with its styles and pictures, whose attributes nothing else reads.
        let reader = PageReader::new(&options, true);
        let judged = match self.judge_with(&reader, input, true, options.favor) {
            Ok(judged) => judged,
            Err(record) => return PageView { record: *record, ..PageView::default() },
        };
        let kept_favoring = |favor: Favor| {
            let other = self.judge_with(&reader, input, false, favor).ok();
            // What is cut out of the paragraphs of a text may be different too, and then so are the blocks.
            other.filter(|other| other.page.blocks == judged.page.blocks).map(|other| other.kept)
        };
        PageView {
            page: judged.numbered_page(),
            text: judged.numbered_text(),
            kept_favoring_precision: kept_favoring(Favor::Precision).unwrap_or_default(),
            kept_favoring_recall: kept_favoring(Favor::Recall).unwrap_or_default(),
            record: judged.into_record(input.source, &options, &self.model.calibrations),
        }
    }

    /// The names of the features that [`Cleaner::features`] gives, in order.
    pub fn feature_names() -> Vec<String> {
        feature_names()
    }

    /// The evidence on every block of a page, in document order: what a scorer is fitted on. Empty for
    /// input that is not text.
    pub fn features(&self, input: &CleanInput<'_>) -> Vec<BlockEvidence> {
        let Ok(read) = self.reader.read(input) else { return Vec::new() };
        self.scorer.evidence(&read.page, &read.facts)
    }

    /// The fingerprints of a page's blocks, for counting what recurs on its site. The page is parsed,
    /// segmented and repaired as [`Cleaner::clean`] does it, but not judged. Empty for input that is not
    /// text.
    pub fn fingerprints(&self, input: &CleanInput<'_>) -> PageFingerprints {
        let Ok(read) = self.reader.read(input) else { return PageFingerprints::default() };
        fingerprints_of(&read.page, &read.facts, input.group)
    }

    /// [`Cleaner::clean`] and [`Cleaner::fingerprints`] in one, at the price of the first.
    pub fn clean_with_fingerprints(&self, input: &CleanInput<'_>) -> (Record, PageFingerprints) {
        match self.judge(input, self.options.explain) {
            Ok(mut judged) => {
                let fingerprints = judged.fingerprints(input.group);
                (self.record(input, judged), fingerprints)
            }
            Err(record) => (*record, PageFingerprints::default()),
        }
    }

    fn record(&self, input: &CleanInput<'_>, judged: JudgedPage) -> Record {
        judged.into_record(input.source, &self.options, &self.model.calibrations)
    }

    /// Reads and judges a page. With `explain`, verdicts name the rule behind them. The error is the
    /// record of an input that is not text.
    fn judge(&self, input: &CleanInput<'_>, explain: bool) -> Result<JudgedPage, Box<Record>> {
        self.judge_with(&self.reader, input, explain, self.options.favor)
    }

    fn judge_with(
        &self,
        reader: &PageReader,
        input: &CleanInput<'_>,
        explain: bool,
        favor: Favor,
    ) -> Result<JudgedPage, Box<Record>> {
        let judged = self.judge_page(input, reader.read(input)?, explain, favor);
        Ok(if judged.is_shell() {
            self.judge_embedded(reader, input, judged, explain, favor)
        } else {
            judged
        })
    }

    /// Judges a page whose blocks have no article again, with the text that it has elsewhere. If there is none, notes
    /// what shows that scripts would load it.
    fn judge_embedded(
        &self,
        reader: &PageReader,
        input: &CleanInput<'_>,
        mut shell: JudgedPage,
        explain: bool,
        favor: Favor,
    ) -> JudgedPage {
        let source = reader.source(input);
        let title = shell.facts.metadata.title.as_deref();
        if let Some(found) = embedded_text::find(&source, title)
            && let Ok(read) = reader.read_with(input, Some(&found.html))
        {
            let mut judged = self.judge_page(input, read, explain, favor);
            if !judged.is_shell() {
                judged.text_source = found.source;
                return judged;
            }
        }
        let blocks = shell.page.blocks.iter().map(|block| shell.page.text_of(block));
        let evidence = script_evidence(&source, &reader.tree(&source), blocks);
        shell.needs_javascript = (!evidence.is_empty()).then_some(ScriptNeed { evidence });
        shell
    }

    /// Judges the blocks of a page.
    fn judge_page(
        &self,
        input: &CleanInput<'_>,
        read: ReadPage,
        explain: bool,
        favor: Favor,
    ) -> JudgedPage {
        let ReadPage { mut page, facts, html, encoding, reached } = read;
        let hostname = facts.metadata.hostname.as_deref();
        let site = input.recurrence.and_then(|_| counted_with(input.group, hostname, page.is_text));
        let recurrence = input.recurrence.zip(site.as_deref());
        let recurrence = recurrence.map(|(counts, site)| KnownSite { counts, site });
        let options = ScoreOptions { explain, favor, recurrence };
        let texts = BlockTexts::new(&page);
        let mut verdicts = self.scorer.judge(&page, &texts, &facts, options);
        if !page.is_text {
            keep_structure(&page, &mut verdicts);
        }
        drop_repeats(&page, &mut verdicts);
        let (mut uncut, mut left_as_is) = (None, false);
        // Only text is cleaned a second time, when it was scraped before; cleaning a cleaned text must
        // change nothing.
        if page.is_text {
            self.judge_until_stable(&page, &texts, &facts, options, &mut verdicts);
            let clutter = self.all_clutter_sentences(&page, &texts, recurrence, &verdicts);
            // What recurs in other texts and sentences with phrases are certain. Who favors precision wants doubtful blocks
            // to go.
            let is_doubtful = || {
                clutter.iter().all(Vec::is_empty)
                    && self.is_removal_doubtful(&page, &texts, &verdicts)
            };
            left_as_is = recurrence.is_none()
                && favor != Favor::Precision
                && (is_unreadable(&page, &texts) || is_doubtful());
            if left_as_is {
                self.keep_all(&page, &mut verdicts);
            } else {
                uncut = self.cut(&mut page, clutter, &mut verdicts);
            }
        }
        // Site rules come last, because their decisions are final.
        let host = facts.metadata.hostname.as_deref();
        if let Some((rule, rulings)) = self.sites.rulings(host, html.as_ref(), &page) {
            for (verdict, ruling) in verdicts.iter_mut().zip(rulings) {
                apply_ruling(verdict, ruling, &rule);
            }
        }
        let pagetype = facts.metadata.pagetype.as_deref();
        let scope = OfferScope {
            is_article: if page.is_text { Some(true) } else { pagetype.map(|it| it == "article") },
            language: facts.metadata.language.as_deref(),
        };
        let prompts = self.find_prompts(&page, &texts, scope, &mut verdicts);
        let kept = verdicts.iter().map(|verdict| self.is_kept(&page, verdict)).collect();
        JudgedPage {
            page,
            html,
            facts,
            verdicts,
            kept,
            prompts,
            uncut,
            left_as_is,
            encoding,
            reached,
            text_source: TextSource::Visible,
            needs_javascript: None,
        }
    }

    /// Judges the kept part of a text again by itself, until nothing more is removed. This makes
    /// cleaning idempotent: cleaned text stays as it is.
    fn judge_until_stable<'a>(
        &'a self,
        page: &SegmentedPage,
        texts: &BlockTexts<'a>,
        facts: &PageFacts,
        options: ScoreOptions<'_>,
        verdicts: &mut [BlockVerdict],
    ) {
        let rounds = if page.blocks.len() > MAX_BLOCKS_FOR_ROUNDS { 0 } else { MAX_ROUNDS };
        for _ in 0..rounds {
            let kept: Vec<usize> =
                (0..verdicts.len()).filter(|index| self.is_kept(page, &verdicts[*index])).collect();
            if kept.len() == verdicts.len() {
                return;
            }
            let remainder = page.with_blocks(&kept);
            let rest = texts.of_blocks(&kept);
            let mut changed = false;
            let judged = self.scorer.judge(&remainder, &rest, facts, options);
            for (index, verdict) in kept.iter().zip(judged) {
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

    /// The sentences to cut out of each block of a text; none for a block that is not a kept paragraph.
    fn all_clutter_sentences(
        &self,
        page: &SegmentedPage,
        texts: &BlockTexts<'_>,
        site: Option<KnownSite<'_>>,
        verdicts: &[BlockVerdict],
    ) -> Vec<Vec<ClutterSentence>> {
        let blocks = page.blocks.iter().zip(verdicts).enumerate();
        let of_block = |(index, (block, verdict)): (usize, (&PageBlock, &BlockVerdict))| {
            if block.kind != BlockKind::Paragraph || !self.is_kept(page, verdict) {
                return Vec::new();
            }
            let paragraph = page.text_of(block);
            let mut sentences = self.scorer.clutter_sentences(paragraph, index, texts, site);
            sentences.retain(|sentence| !self.keeps(sentence.class));
            sentences
        };
        blocks.map(of_block).collect()
    }

    /// Whether the blocks that would be removed of a text are too doubtful.
    fn is_removal_doubtful(
        &self,
        page: &SegmentedPage,
        texts: &BlockTexts<'_>,
        verdicts: &[BlockVerdict],
    ) -> bool {
        let mut balance = RemovalBalance::default();
        for (index, verdict) in verdicts.iter().enumerate() {
            if !self.is_kept(page, verdict) {
                balance.add(texts.words_of(index), 1.0 - verdict.score);
                if verdict.by_phrase {
                    balance.add_phrase();
                }
            }
        }
        balance.is_doubtful()
    }

    /// Takes back every verdict that would remove something.
    fn keep_all(&self, page: &SegmentedPage, verdicts: &mut [BlockVerdict]) {
        for verdict in verdicts {
            if !self.is_kept(page, verdict) {
                verdict.keep();
            }
        }
    }

    /// Cuts sentences of clutter out of the paragraphs of a text that are kept. Their blocks become parts of one
    /// paragraph. Returns the blocks as they were, if anything was cut.
    fn cut(
        &self,
        page: &mut SegmentedPage,
        clutter: Vec<Vec<ClutterSentence>>,
        verdicts: &mut Vec<BlockVerdict>,
    ) -> Option<Vec<PageBlock>> {
        // Most texts have none, and need no copy.
        if clutter.iter().all(Vec::is_empty) {
            return None;
        }
        let uncut = std::mem::take(&mut page.blocks);
        let mut blocks = Vec::with_capacity(uncut.len());
        let mut judged = Vec::with_capacity(uncut.len());
        for ((block, verdict), sentences) in uncut.iter().zip(verdicts.drain(..)).zip(clutter) {
            if sentences.is_empty() {
                blocks.push(block.clone());
                judged.push(verdict);
                continue;
            }
            let ranges: Vec<_> = sentences.iter().map(|sentence| sentence.range.clone()).collect();
            for (part, number) in page.parts_of(block, &ranges) {
                let sentence = number.and_then(|number| sentences.get(number));
                blocks.push(part);
                judged.push(
                    sentence.map_or_else(|| verdict.clone(), |it| it.verdict(self.options.explain)),
                );
            }
        }
        page.blocks = blocks;
        *verdicts = judged;
        Some(uncut)
    }

    /// Finds what the page asks of its readers. What was kept of a gate goes, with its buttons.
    fn find_prompts(
        &self,
        page: &SegmentedPage,
        texts: &BlockTexts<'_>,
        scope: OfferScope<'_>,
        verdicts: &mut [BlockVerdict],
    ) -> FoundPrompts {
        let state = |verdict: &BlockVerdict| BlockState {
            is_kept: self.is_kept(page, verdict),
            is_title: verdict.is_title,
            is_of_others: matches!(
                verdict.class,
                Some(ClutterClass::Comments | ClutterClass::Related)
            ),
        };
        let states: Vec<BlockState> = verdicts.iter().map(state).collect();
        let prompts = access::find(page, texts, &states, scope);
        // Cleaning a cleaned text must change nothing.
        if !page.is_text {
            let kept = prompts.gates.iter().flat_map(|gate| gate.around.clone());
            let kept = kept.filter(|block| states.get(*block).is_some_and(|it| it.is_kept));
            for block in kept {
                if let Some(verdict) = verdicts.get_mut(block) {
                    verdict.remove(ClutterClass::Paywall, "access/gate");
                }
            }
        }
        prompts
    }

    /// Whether a block with this verdict belongs into the text. This is the only place that decides it;
    /// [`JudgedPage::kept`] has the final answers.
    fn is_kept(&self, page: &SegmentedPage, verdict: &BlockVerdict) -> bool {
        // The title of a page is a field of the record. In text it is a line like any other.
        if verdict.is_title {
            return page.is_text;
        }
        verdict.class.is_none_or(|class| self.keeps(class))
    }

    /// Whether the options keep clutter of this class.
    fn keeps(&self, class: ClutterClass) -> bool {
        self.options.keep.contains(class) || !self.options.drop.contains(class)
    }
}

impl Default for Cleaner {
    /// [`Cleaner::with_options`] with [`CleanOptions::default`].
    fn default() -> Self {
        Self::with_options(CleanOptions::default())
    }
}

/// Whether a text lost more letters than it has: runs of `?` or U+FFFD stand in their place. Nothing can be said of such
/// a text, least of all that it is clutter.
fn is_unreadable(page: &SegmentedPage, texts: &BlockTexts<'_>) -> bool {
    let (letters, characters) = texts.letters();
    // True of nearly all texts, and spares reading them again.
    if letters * 2 >= characters {
        return false;
    }
    let lost = |block: &PageBlock| {
        let text = page.text_of(block);
        let signs = text.chars().zip(text.chars().skip(1));
        signs.filter(|(one, next)| one == next && LOST_CHARACTERS.contains(one)).count()
    };
    page.blocks.iter().map(lost).sum::<usize>() > letters
}

fn apply_ruling(verdict: &mut BlockVerdict, ruling: Option<SiteRuling>, rule: &str) {
    match ruling {
        Some(SiteRuling::Keep) => {
            (verdict.class, verdict.score) = (None, 1.0);
            verdict.rule.clear();
        }
        Some(SiteRuling::Drop) => {
            // The class that the scorer found says more than "other".
            verdict.remove(verdict.class.unwrap_or(ClutterClass::Other), rule);
        }
        None => {}
    }
}

/// Keeps one of several blocks with the same text: the first that is shown. Pages hold copies of a paragraph for
/// screens of different sizes, of which style sheets show one.
fn drop_repeats(page: &SegmentedPage, verdicts: &mut [BlockVerdict]) {
    let is_hidden = |block: &PageBlock| page.element_of(block).context.has(ElementContext::HIDDEN);
    let mut seen = HashSet::new();
    // What is shown comes before what is hidden, whatever the order on the page.
    for hidden in [false, true] {
        let mut is_in_copy = false;
        for (block, verdict) in page.blocks.iter().zip(verdicts.iter_mut()) {
            if verdict.class.is_some() || is_hidden(block) != hidden {
                continue;
            }
            let text = page.text_of(block);
            let is_long = text.split_whitespace().nth(MIN_REPEATED_WORDS - 1).is_some();
            if !is_long {
                continue;
            }
            let is_repeat = !seen.insert(xxh3_64(text.as_bytes()));
            // Recipes and price lists repeat a line. Only the copy of a whole section repeats what is before it too.
            let is_line = matches!(block.kind, BlockKind::ListItem { .. } | BlockKind::Row { .. });
            if !is_repeat || is_line && !is_in_copy && !hidden {
                is_in_copy = is_repeat && is_in_copy;
                continue;
            }
            is_in_copy = true;
            verdict.remove(ClutterClass::Other, "repeat/exact");
        }
    }
}
