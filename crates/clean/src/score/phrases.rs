//! What the lexicon finds on a page, block by block.

use crate::lexicon::{At, Lexicon, Normalized};
use crate::segment::Page;
use crate::{Class, lexicon};

/// Longer blocks are looked at up to here: a phrase further down a long paragraph says little.
const MAX_BYTES: usize = 1_200;

/// What the phrases of one block say.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhraseEvidence<'a> {
    /// Log-odds by class.
    pub(crate) by_class: [f32; Class::ALL.len()],
    /// The rule that weighed most, and how much.
    pub(crate) strongest: Option<(&'a lexicon::Rule, f32)>,
    /// The class of the section that the block opens.
    pub(crate) opens: Option<Class>,
    /// The share of the block that phrases cover, at most 1.
    pub(crate) coverage: f32,
}

impl PhraseEvidence<'_> {
    /// The class with the most evidence.
    pub(crate) fn best(&self) -> Option<(Class, f32)> {
        Class::ALL
            .into_iter()
            .map(|class| (class, self.by_class[class.index()]))
            .filter(|(_, weight)| *weight > 0.0)
            .max_by(|left, right| left.1.total_cmp(&right.1))
    }

    /// The evidence of all classes together.
    pub(crate) fn total(&self) -> f32 {
        self.by_class.iter().sum()
    }
}

/// Looks the phrases of every block up.
pub(crate) fn find<'a>(page: &Page, lexicon: &'a Lexicon) -> Vec<PhraseEvidence<'a>> {
    page.blocks
        .iter()
        .map(|block| {
            let text = page.text_of(block);
            let mut end = text.len().min(MAX_BYTES);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            evidence(lexicon, &Normalized::of(text.get(..end).unwrap_or_default()), text.len())
        })
        .collect()
}

fn evidence<'a>(lexicon: &'a Lexicon, block: &Normalized, bytes: usize) -> PhraseEvidence<'a> {
    let mut found = PhraseEvidence::default();
    let mut best_of_rule: Vec<(&'a lexicon::Rule, f32)> = Vec::new();
    // The hits borrow the block; what is kept of them borrows the lexicon only.
    lexicon.for_each_hit(block, &mut |hit| {
        // A phrase is diluted by the text around it: fully counted in a short line, hardly in a
        // long paragraph, unless it is one that hardly stands anywhere else.
        let spread = (bytes as f32 / 160.0).max(1.0);
        let weight = match hit.rule.at {
            At::Whole | At::Opens => hit.rule.weight,
            _ if hit.rule.weight >= 4.5 => hit.rule.weight / spread.sqrt(),
            _ => hit.rule.weight * (hit.coverage * 2.0).clamp(0.35, 1.0) / spread,
        };
        found.coverage = (found.coverage + hit.coverage).min(1.0);
        if hit.rule.at == At::Opens {
            found.opens = Some(hit.rule.class);
        }
        match best_of_rule.iter_mut().find(|(rule, _)| std::ptr::eq(*rule, hit.rule)) {
            Some((_, best)) => *best = best.max(weight),
            None => best_of_rule.push((hit.rule, weight)),
        }
    });
    best_of_rule.sort_by(|left, right| right.1.total_cmp(&left.1));
    for (rule, weight) in &best_of_rule {
        let sum = &mut found.by_class[rule.class.index()];
        // Rules of one class speak of the same thing: the second one adds half.
        *sum += if *sum > 0.0 { weight / 2.0 } else { *weight };
    }
    found.strongest = best_of_rule.first().copied();
    found
}
