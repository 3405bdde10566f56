//! Weighs what would be removed of a text against what could be lost by it.
//!
//! Each block is removed because it is more likely to be clutter than not. Over a whole text this can still be a poor
//! bet: in a list of prizes or the table of a statistic, line after line looks a little like clutter, and all of them are
//! wrong together. So the words that are expected to be clutter must outweigh those that are not by far.

/// The expected words of clutter for each expected word of content, below which nothing is removed. Of the texts that
/// scrapers delivered and whose lines are labelled, none comes near it. Lists and tables that are content do.
const LEAST_RATIO: f32 = 3.0;

/// What would be removed of a text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RemovalBalance {
    /// The expected words of clutter, and of content.
    gain: f32,
    loss: f32,
    has_phrase: bool,
}

impl RemovalBalance {
    /// Adds a block with these words that is clutter with this probability.
    pub(crate) fn add(&mut self, words: f32, probability: f32) {
        self.gain += words * probability;
        self.loss += words * (1.0 - probability);
    }

    /// Notes that a clutter phrase gave a block away. So the text does have clutter, and what is beside it is likely to
    /// be clutter too.
    pub(crate) fn add_phrase(&mut self) {
        self.has_phrase = true;
    }

    /// Whether the text had better be left as it is.
    pub(crate) fn is_doubtful(&self) -> bool {
        !self.has_phrase && self.gain < LEAST_RATIO * self.loss
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balance(blocks: &[(f32, f32)]) -> RemovalBalance {
        let mut balance = RemovalBalance::default();
        for (words, probability) in blocks {
            balance.add(*words, *probability);
        }
        balance
    }

    #[test]
    fn many_words_that_are_hardly_clutter_are_left() {
        assert!(balance(&[(8.0, 0.7), (9.0, 0.75)]).is_doubtful());
        assert!(!balance(&[(8.0, 0.76), (9.0, 0.8)]).is_doubtful());
        assert!(!balance(&[]).is_doubtful(), "nothing would be removed");
    }

    #[test]
    fn certain_clutter_outweighs_a_doubtful_line() {
        assert!(!balance(&[(8.0, 0.6), (9.0, 0.99)]).is_doubtful());
        assert!(balance(&[(40.0, 0.6), (2.0, 0.99)]).is_doubtful());
    }

    #[test]
    fn a_phrase_shows_that_there_is_clutter() {
        let mut balance = balance(&[(40.0, 0.6)]);
        balance.add_phrase();
        assert!(!balance.is_doubtful());
    }
}
