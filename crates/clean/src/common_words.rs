//! Common words that give the language of a text away.

/// Words below which a text is too short to be certain.
const MIN_WORDS: usize = 40;
/// The share of common words from which a language is certain, as one in so many words.
const MIN_SHARE: usize = 14;
/// How many times as many common words the language must have as any other.
const MIN_LEAD: usize = 4;

/// The ISO 639-1 code of the language of a text, if its words leave no doubt. A few languages of Latin script are
/// recognized.
pub(crate) fn certain_language(text: &str) -> Option<&'static str> {
    let mut counts = [0_usize; LANGUAGES.len()];
    let mut words = 0;
    for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        words += 1;
        if let Some(language) = language_of(word) {
            counts[language as usize] += 1;
        }
    }
    if words < MIN_WORDS {
        return None;
    }
    let (best, most) = counts.iter().enumerate().max_by_key(|(_, count)| **count)?;
    let others = counts.iter().enumerate().filter(|(language, _)| *language != best);
    let next = others.map(|(_, count)| *count).max()?;
    let is_certain = most * MIN_SHARE >= words && *most >= next * MIN_LEAD;
    LANGUAGES.get(best).copied().filter(|_| is_certain)
}

/// The codes of the languages, in the order of [`CommonLanguage`].
const LANGUAGES: [&str; 7] = ["en", "de", "fr", "es", "pt", "it", "nl"];

#[derive(Clone, Copy)]
enum CommonLanguage {
    English,
    German,
    French,
    Spanish,
    Portuguese,
    Italian,
    Dutch,
}

/// Bytes of the longest word in [`language_of`].
const LONGEST: usize = 8;

/// The language in which a word is common. Words that are also common in another language that the detector knows are
/// left out: "die" is German and Afrikaans, "que" is Spanish, French, Portuguese and Catalan.
fn language_of(word: &str) -> Option<CommonLanguage> {
    if word.len() > LONGEST {
        return None;
    }
    let mut bytes = [0; LONGEST];
    for (slot, byte) in bytes.iter_mut().zip(word.bytes()) {
        *slot = byte.to_ascii_lowercase();
    }
    Some(match bytes.get(..word.len()).and_then(|bytes| str::from_utf8(bytes).ok())? {
        "the" | "and" | "of" | "that" | "with" | "this" | "from" | "have" | "has" | "which"
        | "they" | "their" | "been" | "were" | "would" | "said" | "who" => CommonLanguage::English,
        "und" | "das" | "nicht" | "ist" | "eine" | "einer" | "einen" | "auf" | "für" | "sich"
        | "auch" | "wird" | "werden" | "dass" | "dem" | "mit" | "von" | "zu" | "bei" | "nach" => {
            CommonLanguage::German
        }
        "les" | "des" | "une" | "dans" | "pour" | "qui" | "sur" | "avec" | "sont" | "cette"
        | "aux" | "ont" | "été" | "du" | "par" | "pas" | "plus" | "elle" | "leur" | "être" => {
            CommonLanguage::French
        }
        "los" | "las" | "el" | "y" | "más" | "pero" | "fue" | "sus" | "según" | "desde"
        | "hasta" | "sobre" | "muy" | "son" | "han" => CommonLanguage::Spanish,
        "não" | "em" | "um" | "uma" | "os" | "dos" | "ao" | "mais" | "foi" | "pelo" | "pela"
        | "são" | "também" | "é" | "às" | "seu" | "sua" => CommonLanguage::Portuguese,
        "il" | "che" | "della" | "è" | "sono" | "nel" | "anche" | "più" | "dei" | "gli"
        | "delle" | "nella" | "degli" | "questo" | "questa" | "dal" | "alla" | "per" => {
            CommonLanguage::Italian
        }
        "het" | "een" | "voor" | "niet" | "zijn" | "werd" | "naar" | "bij" | "wordt" | "heeft"
        | "worden" | "deze" | "hij" | "hebben" | "haar" => CommonLanguage::Dutch,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::certain_language;

    /// A few sentences of more than forty words in each language.
    const TEXTS: [(&str, &str); 7] = [
        (
            "en",
            "The ferry has sailed again since Monday, after it had been in the dock for nine weeks. The harbour \
             master said that the timetable is valid until the autumn, and that the prices which were announced \
             in spring would not rise.",
        ),
        (
            "de",
            "Die Fähre fährt seit Montag wieder, nachdem sie neun Wochen lang im Dock gelegen hatte. Die \
             Hafenmeisterin sagte, dass der Fahrplan bis zum Herbst gilt und dass sich die Preise nicht ändern \
             werden. Das Schiff ist für den Hafen und die Stadt wichtig, auch wenn es nicht neu ist.",
        ),
        (
            "fr",
            "Le bac navigue de nouveau depuis lundi, après neuf semaines dans le bassin. La capitaine du port a \
             dit que les horaires sont valables jusqu'à l'automne pour toute la ligne, et que les prix qui ont \
             été annoncés au printemps par la ville ne changent pas avec cette saison.",
        ),
        (
            "es",
            "El barco navega otra vez desde el lunes, tras nueve semanas en el dique. La jefa del puerto dijo que \
             los horarios y las tarifas valen hasta el otoño, pero que los precios de las islas fue lo más \
             difícil de fijar y que sus clientes no pagan de más.",
        ),
        (
            "pt",
            "O barco voltou a navegar na segunda-feira, após nove semanas em um dique. A chefe do porto disse que \
             os horários são válidos até o outono e que os preços não vão subir, mas que também é uma questão de \
             custos. O navio foi limpo pela equipe e não tem mais defeitos.",
        ),
        (
            "it",
            "Il traghetto naviga di nuovo da lunedì, dopo nove settimane nel bacino. La direttrice del porto ha \
             detto che gli orari della linea valgono fino all'autunno, che anche i prezzi sono gli stessi e che \
             il lavoro più lungo è stato quello dei motori e delle scialuppe.",
        ),
        (
            "nl",
            "De veerboot vaart sinds maandag weer, nadat het schip negen weken lang in het dok had gelegen. De \
             havenmeester zei dat de dienstregeling voor het hele jaar geldt en dat de prijzen niet hoger worden \
             dan zijn bedrijf heeft gezegd. Hij wil naar een tweede boot kijken.",
        ),
    ];

    #[test]
    fn languages_show_in_their_common_words() {
        for (code, text) in TEXTS {
            assert_eq!(certain_language(text), Some(code), "{text}");
        }
    }

    #[test]
    fn short_and_mixed_texts_and_other_languages_are_not_certain() {
        let [(_, english), (_, german), ..] = TEXTS;
        assert_eq!(certain_language("The ferry and the captain of the ship"), None, "too short");
        assert_eq!(certain_language(&format!("{english} {german}")), None);
        let afrikaans = "Die veerboot vaar sedert Maandag weer, nadat dit nege weke lank in die dok was. Die \
            hawemeester het gesê dat die rooster tot die herfs geld en dat die pryse van die kaartjies nie gaan \
            styg nie, maar dat die skip ook in die winter na die eilande toe vaar as die weer dit toelaat.";
        let catalan = "El vaixell torna a navegar des de dilluns, després de nou setmanes al dic. La cap del port \
            va dir que els horaris valen fins a la tardor, que les tarifes no pujaran i que la gent de les illes \
            ja no haurà de pagar més per una feina que es fa amb els diners de tothom.";
        assert_eq!(certain_language(afrikaans), None);
        assert_eq!(certain_language(catalan), None);
    }
}
