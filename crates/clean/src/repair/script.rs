//! The scripts of letters.

/// A script, as far as letters of it stand beside others of it in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LetterScript {
    Basic,
    Latin,
    Cyrillic,
    /// Letters of Serbian, Macedonian and Belarusian alone.
    RareCyrillic,
    Greek,
    Hebrew,
    Arabic,
    Han,
    Other,
}

/// The script of a letter.
pub(super) fn script_of(character: char) -> Option<LetterScript> {
    match character {
        'A'..='Z' | 'a'..='z' => Some(LetterScript::Basic),
        'ª' | 'µ' | 'º' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ʯ' | '\u{1e00}'..='\u{1eff}' => {
            Some(LetterScript::Latin)
        }
        'Ђ' | 'Ѓ' | 'Ѕ' | 'Ј'..='Ў' | 'ђ' | 'ѓ' | 'ѕ' | 'ј'..='ў' => {
            Some(LetterScript::RareCyrillic)
        }
        '\u{400}'..='\u{481}' | '\u{48a}'..='\u{52f}' => Some(LetterScript::Cyrillic),
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' if character.is_alphabetic() => {
            Some(LetterScript::Greek)
        }
        '\u{591}'..='\u{5f4}' => Some(LetterScript::Hebrew),
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => Some(LetterScript::Arabic),
        // One group: they stand together in Japanese, and their punctuation beside them.
        '\u{3001}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff01}'..='\u{ffef}' => Some(LetterScript::Han),
        // Letters of India, and the marks on them.
        '\u{900}'..='\u{dff}' => Some(LetterScript::Other),
        // Modifier letters, of transcriptions.
        'ʰ'..='˿' => None,
        _ if character.is_alphabetic() => Some(LetterScript::Other),
        _ => None,
    }
}

impl LetterScript {
    /// The number of scripts, of which the last is `Other`.
    pub(super) const COUNT: usize = Self::Other as usize + 1;

    /// The script of which it is a part: Cyrillic is one, Latin another.
    pub(super) const fn whole(self) -> Self {
        match self {
            Self::RareCyrillic => Self::Cyrillic,
            Self::Basic => Self::Latin,
            script => script,
        }
    }

    /// Whether it is one of those whose letters windows-1252 lacks and no rule here knows by name.
    pub(super) const fn is_far(self) -> bool {
        matches!(self, Self::Han | Self::Other)
    }
}

/// The script of a letter, taken as a whole.
pub(super) fn whole_script_of(character: char) -> Option<LetterScript> {
    script_of(character).map(LetterScript::whole)
}

/// The script of which most letters start with a byte, by the byte's windows-1252 character.
pub(super) const fn led_script(lead: char) -> Option<LetterScript> {
    match lead {
        'Ð' | 'Ñ' => Some(LetterScript::Cyrillic),
        'Î' | 'Ï' => Some(LetterScript::Greek),
        '×' => Some(LetterScript::Hebrew),
        'Ø' | 'Ù' => Some(LetterScript::Arabic),
        'ã'..='í' => Some(LetterScript::Han),
        _ => None,
    }
}
