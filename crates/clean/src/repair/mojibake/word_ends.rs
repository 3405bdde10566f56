//! Characters that stand behind words in clean text, and are bytes of UTF-8 in windows-1252 as well.

/// No-break spaces, quotes, dashes, trade marks, ordinals, degrees.
pub(super) const fn is_closing(character: char) -> bool {
    matches!(
        character,
        '\u{a0}'
            | '’'
            | '‘'
            | '”'
            | '“'
            | '»'
            | '«'
            | '›'
            | '‹'
            | '…'
            | '–'
            | '—'
            | '™'
            | '®'
            | '©'
            | 'ª'
            | 'º'
            | '°'
            | '²'
            | '³'
            | '·'
    )
}

/// Those, and more signs of footnotes and accents that stand by themselves.
pub(super) const fn may_end_word(character: char) -> bool {
    is_closing(character)
        || matches!(character, '¹' | '†' | '‡' | '§' | '¶' | '±' | '´' | '•' | '¨')
}

/// The letters, which follow other accented letters in some languages.
pub(super) const fn is_letter(character: char) -> bool {
    matches!(character, 'š' | 'ž' | 'Š' | 'Ž' | 'œ' | 'Œ')
}
