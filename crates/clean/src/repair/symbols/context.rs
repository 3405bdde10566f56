//! The context of the lone signs of a line, as numbered features: the same as in
//! `train/punctuation/features.py`.

/// What is at a position of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineItem {
    Char(char),
    /// The remains of a sign; its context decides what it was.
    Sign,
    Ellipsis,
    Symbol,
}

/// The kinds of characters. They are numbers, since they are parts of the number of a feature.
mod kind {
    pub(super) const EDGE: usize = 0;
    pub(super) const SPACE: usize = 1;
    pub(super) const UPPER: usize = 2;
    pub(super) const LOWER: usize = 3;
    pub(super) const DIGIT: usize = 4;
    pub(super) const STOP: usize = 5;
    pub(super) const COMMA: usize = 6;
    pub(super) const QUESTION: usize = 7;
    pub(super) const COLON: usize = 8;
    pub(super) const OPENING: usize = 9;
    pub(super) const CLOSING: usize = 10;
    pub(super) const DOUBLE: usize = 11;
    pub(super) const SINGLE: usize = 12;
    pub(super) const HYPHEN: usize = 13;
    pub(super) const SIGN: usize = 14;
    pub(super) const ELLIPSIS: usize = 15;
    pub(super) const OTHER: usize = 16;
    pub(super) const COUNT: usize = 17;
}

/// How a sign is placed between its neighbors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignShape {
    Middle,
    Open,
    Close,
    Spaced,
    Loose,
}

pub(super) const SHAPES: usize = 5;

/// What follows an apostrophe in English.
const SUFFIXES: [&str; 12] =
    ["s", "t", "re", "ve", "ll", "d", "m", "em", "cause", "til", "n", "clock"];
const STEMS: [&str; 8] = ["o", "d", "l", "don", "can", "i", "rock", "y"];

/// How many signs away the other end of a quote is searched.
const REACH: usize = 8;

const FEATURES_PER_SIGN: usize = 20;
pub(super) type SignFeatures = [usize; FEATURES_PER_SIGN];

/// The number of features. It is the size of the fitted weights, so a change here needs a new fit.
pub(super) const FEATURES: usize = 1838;

struct LoneSign {
    place: usize,
    /// The number of signs directly before and after.
    before: usize,
    after: usize,
    /// The kinds of the characters left and right of all these.
    outer: (usize, usize),
    shape: SignShape,
    /// The number of words of the line up to here.
    words: usize,
}

/// A line, prepared for the features of its signs.
pub(super) struct LineContext<'a> {
    items: &'a [LineItem],
    kinds: Vec<usize>,
    signs: Vec<LoneSign>,
    words: usize,
    has_double: bool,
    has_single: bool,
    has_hyphen: bool,
    contractions: usize,
    shapes: [usize; SHAPES],
}

impl<'a> LineContext<'a> {
    pub(super) fn new(items: &'a [LineItem]) -> Self {
        let kinds = items.iter().map(|&item| kind_of(item)).collect();
        let mut context = Self {
            items,
            kinds,
            signs: Vec::new(),
            words: 0,
            has_double: false,
            has_single: false,
            has_hyphen: false,
            contractions: 0,
            shapes: [0; SHAPES],
        };
        context.find_signs();
        context.look_around();
        context
    }

    pub(super) fn shape(&self, order: usize) -> SignShape {
        self.signs.get(order).map_or(SignShape::Loose, |sign| sign.shape)
    }

    fn find_signs(&mut self) {
        let mut run = 0;
        let mut previous = kind::SPACE;
        for (place, &kind) in self.kinds.iter().enumerate() {
            self.words += usize::from(is_word(kind) && !is_word(previous));
            previous = kind;
            if kind == kind::SIGN {
                self.signs.push(LoneSign {
                    place,
                    before: run,
                    after: 0,
                    outer: (kind::EDGE, kind::EDGE),
                    shape: SignShape::Loose,
                    words: self.words,
                });
                run += 1;
            } else {
                run = 0;
            }
        }
        let mut next = usize::MAX;
        let mut run = 0;
        for sign in self.signs.iter_mut().rev() {
            run = if sign.place + 1 == next { run + 1 } else { 0 };
            sign.after = run;
            next = sign.place;
        }
        for sign in &mut self.signs {
            let at = |place: usize| self.kinds.get(place).copied().unwrap_or(kind::EDGE);
            let left = sign.place.checked_sub(sign.before + 1).map_or(kind::EDGE, at);
            let right = at(sign.place + sign.after + 1);
            sign.outer = (left, right);
            sign.shape = shape_of(left, right);
            if let Some(count) = self.shapes.get_mut(sign.shape as usize) {
                *count += 1;
            }
        }
    }

    fn look_around(&mut self) {
        for (place, &item) in self.items.iter().enumerate() {
            let around = (self.kind(place, -1), self.kind(place, 1));
            match item {
                LineItem::Char('"') => self.has_double = true,
                LineItem::Char('\'') => {
                    self.has_single |= is_letter(around.0) && is_letter(around.1);
                }
                LineItem::Char('-') => self.has_hyphen |= around == (kind::SPACE, kind::SPACE),
                _ => {}
            }
        }
        let is_contraction = |sign: &&LoneSign| {
            sign.shape == SignShape::Middle && self.suffix(sign.place) < SUFFIXES.len()
        };
        self.contractions = self.signs.iter().filter(is_contraction).count();
    }

    /// The kind of the character at a distance.
    fn kind(&self, place: usize, step: isize) -> usize {
        let place = place.checked_add_signed(step);
        place.and_then(|place| self.kinds.get(place)).copied().unwrap_or(kind::EDGE)
    }

    /// Up to seven letters from the next position on, in lower case.
    fn word(&self, place: usize, direction: isize) -> String {
        let steps = (1..=7).map(|step| step * direction);
        let letters = steps.take_while(|&step| is_letter(self.kind(place, step)));
        let chars =
            letters.filter_map(|step| match self.items.get(place.checked_add_signed(step)?) {
                Some(LineItem::Char(char)) => char.to_lowercase().next(),
                _ => None,
            });
        chars.collect()
    }

    fn suffix(&self, place: usize) -> usize {
        let word = self.word(place, 1);
        let known = SUFFIXES.iter().position(|suffix| *suffix == word);
        known.unwrap_or(SUFFIXES.len() + usize::from(!word.is_empty()))
    }

    /// The number of digits from a distance on, at most five.
    fn digits(&self, place: usize, from: isize) -> usize {
        let direction = from.signum();
        (0..5).take_while(|step| self.kind(place, from + step * direction) == kind::DIGIT).count()
    }

    /// The number of words from the sign to the next one that closes a quote, plus one; 0 if there
    /// is none.
    fn to_close(&self, order: usize, words: usize) -> usize {
        let next = self.signs.iter().skip(order + 1).take(REACH);
        let close = next.into_iter().find(|other| other.shape == SignShape::Close);
        close.map_or(0, |close| close.words.saturating_sub(words) + 1)
    }

    fn since_open(&self, order: usize, words: usize) -> usize {
        let previous = self.signs.get(order.saturating_sub(REACH)..order).unwrap_or_default();
        let open = previous.iter().rev().find(|other| other.shape == SignShape::Open);
        open.map_or(0, |open| words.saturating_sub(open.words) + 1)
    }

    fn count(&self, shape: SignShape) -> usize {
        self.shapes.get(shape as usize).copied().unwrap_or(0)
    }

    /// The features of a sign.
    pub(super) fn features(&self, order: usize) -> Option<SignFeatures> {
        let sign = self.signs.get(order)?;
        let (place, shape) = (sign.place, sign.shape);
        let (left, right) = (self.kind(place, -1), self.kind(place, 1));
        let reversed = self.word(place, -1);
        let stem: String = reversed.chars().rev().collect();
        let is_stem = STEMS.contains(&stem.as_str());
        let is_plural = reversed.starts_with('s') && reversed.chars().nth(6).is_none();
        let is_middle = shape == SignShape::Middle;
        let is_spaced = matches!(shape, SignShape::Spaced | SignShape::Middle);
        let gap = if shape == SignShape::Spaced { 2 } else { 1 };
        let neighbour = |order: Option<usize>| {
            order.and_then(|order| self.signs.get(order)).map_or(SHAPES, |sign| sign.shape as usize)
        };
        let is = |flag: bool| (usize::from(flag), 2);
        let shape = (shape as usize, SHAPES);
        let kinds = |one, other| [(one, kind::COUNT), (other, kind::COUNT)];
        let stands_after = if is_letter(left) {
            0
        } else if left == kind::DIGIT {
            1
        } else {
            2
        };
        let digits = |from| if is_spaced { self.digits(place, from) } else { 0 };
        let other_contractions = self.contractions.saturating_sub(usize::from(is_middle)).min(2);
        let joints = if is_middle { 0 } else { self.count(SignShape::Middle) - self.contractions };
        let parts: [&[(usize, usize)]; FEATURES_PER_SIGN] = [
            &kinds(left, right),
            &kinds(self.kind(place, -2), left),
            &kinds(right, self.kind(place, 2)),
            &kinds(sign.outer.0, sign.outer.1),
            &[(self.suffix(place), 14), (stands_after, 3)],
            &[is(is_stem), is(is_plural), (right, kind::COUNT)],
            &[(sign.before.min(2), 3), (sign.after.min(2), 3), shape],
            &[
                shape,
                (neighbour(order.checked_sub(1)), SHAPES + 1),
                (neighbour(Some(order + 1)), SHAPES + 1),
            ],
            &[shape, (bucket(self.to_close(order, sign.words), [0, 1, 2, 4, 8]), 6)],
            &[shape, (bucket(self.since_open(order, sign.words), [0, 1, 2, 4, 8]), 6)],
            &[shape, is(self.has_double)],
            &[shape, is(self.has_single)],
            &[shape, (other_contractions, 3)],
            &[shape, is(self.has_hyphen)],
            &[is(is_spaced), (digits(-gap), 6), (digits(gap), 6)],
            &[shape, (self.count(SignShape::Spaced).min(3), 4)],
            &[shape, (joints.min(3), 4)],
            &[shape, (bucket(self.words, [0, 3, 8, 20, 60]), 6)],
            &[shape, is(place == 0), is(self.kind(0, 0) == kind::SIGN)],
            &[
                shape,
                (self.count(SignShape::Open).min(3), 4),
                (self.count(SignShape::Close).min(3), 4),
            ],
        ];
        let mut first = 0;
        Some(parts.map(|parts| {
            let (number, size) = parts.iter().fold((0, 1), |(number, total), &(value, size)| {
                (number * size + value, total * size)
            });
            first += size;
            first - size + number
        }))
    }
}

fn is_letter(kind: usize) -> bool {
    matches!(kind, kind::UPPER | kind::LOWER)
}

fn is_word(kind: usize) -> bool {
    is_letter(kind) || kind == kind::DIGIT
}

fn kind_of(item: LineItem) -> usize {
    let char = match item {
        LineItem::Char(char) => char,
        LineItem::Sign => return kind::SIGN,
        LineItem::Ellipsis => return kind::ELLIPSIS,
        LineItem::Symbol => return kind::OTHER,
    };
    match char {
        '0'..='9' => kind::DIGIT,
        '.' => kind::STOP,
        ',' => kind::COMMA,
        '?' | '!' => kind::QUESTION,
        ';' | ':' => kind::COLON,
        '(' | '[' | '{' => kind::OPENING,
        ')' | ']' | '}' => kind::CLOSING,
        '"' => kind::DOUBLE,
        '\'' => kind::SINGLE,
        '-' | '/' => kind::HYPHEN,
        _ if char.is_whitespace() => kind::SPACE,
        _ if char.is_uppercase() => kind::UPPER,
        _ if char.is_alphabetic() => kind::LOWER,
        _ => kind::OTHER,
    }
}

fn shape_of(left: usize, right: usize) -> SignShape {
    use kind::{
        CLOSING, COLON, COMMA, EDGE, ELLIPSIS, HYPHEN, OPENING, OTHER, QUESTION, SPACE, STOP,
    };
    let is_gap = |kind| matches!(kind, EDGE | SPACE);
    if is_word(left) && is_word(right) {
        SignShape::Middle
    } else if matches!(left, EDGE | SPACE | OPENING | HYPHEN)
        && (is_word(right) || matches!(right, ELLIPSIS | OTHER))
    {
        SignShape::Open
    } else if !is_gap(left)
        && matches!(right, EDGE | SPACE | STOP | COMMA | QUESTION | COLON | CLOSING)
    {
        SignShape::Close
    } else if is_gap(left) && is_gap(right) {
        SignShape::Spaced
    } else {
        SignShape::Loose
    }
}

/// The number of bounds that a count exceeds.
fn bucket(count: usize, bounds: [usize; 5]) -> usize {
    bounds.iter().filter(|&&bound| count > bound).count()
}
