//! Words damaged and restored.

use super::copies::damaged_glyph;
use super::{Glyph, RestoredCharacter, restore};

fn damaged(text: &str) -> Vec<Glyph> {
    text.chars().map(|character| damaged_glyph(character, false)).collect()
}

/// Lines with what was found put in, and a `□` for what was not.
fn restored(lines: &[&str], clean: &[&str]) -> Vec<String> {
    let lines: Vec<Vec<Glyph>> = lines.iter().map(|line| damaged(line)).collect();
    lines
        .iter()
        .zip(restore(&lines, clean))
        .map(|(line, found)| {
            let mut found = found.into_iter();
            let text = line
                .iter()
                .map(|&glyph| match glyph {
                    Glyph::Kept(character) => character,
                    Glyph::Lost(_) => found.next().unwrap().map_or('□', |found| found.character),
                })
                .collect();
            assert!(found.next().is_none(), "an answer too many");
            text
        })
        .collect()
}

#[cfg(feature = "words")]
mod with_tables {
    use super::*;

    /// What is left damaged is left for lack of evidence; a wrong letter is a regression.
    #[test]
    fn sentences_are_restored() {
        let sentences = [
            ("Володимир Зеленський", "Володимир Зеленський"),
            ("Президент України прибув.", "Президент України прибув."),
            ("Уряд продовжить переговори.", "Уряд продовжить переговори."),
            (
                "Владимир Путин встретился с журналистами.",
                "Владимир □□□ин встретился □ журналистами.",
            ),
            ("Правительство приняло бюджет.", "Правительство приняло бюджет."),
            ("Η κυβέρνηση ανακοίνωσε νέα μέτρα.", "Η κυβέρνηση ανακοίνωσε νέα μέτρα."),
            ("Ο πρωθυπουργός μίλησε στη Βουλή.", "Ο πρωθυπουργός μίλησε στη □ο□λή."),
            (
                "Mieszkańcy wyszli na ulice, żeby świętować.",
                "Mieszkańcy wyszli na ulice, żeby świętować.",
            ),
            ("Więcej szczegółów będzie później.", "Więcej szczegółów będzie później."),
            (
                "Prezident včera přijal německého kancléře.",
                "Prezident včera přijal německého kancléře.",
            ),
            ("Začátek zápasu přihlíželo tisíc diváků.", "Začátek zápasu přihlíželo tisíc diváků."),
            (
                "Başbakan dün akşam değişiklikleri açıkladı.",
                "Başbakan dün akşam değişiklikleri açıkladı.",
            ),
            ("Öğrenciler şehir merkezinde toplandı.", "Öğrenciler şehir merkezinde toplandı."),
            (
                "Министърът заяви, че правителството ще продължи преговорите.",
                "Министърът заяви, че правителството □е продължи преговорите.",
            ),
            (
                "Председник владе изјавио је да ће преговори бити настављени.",
                "Председник владе изјавио □е да □е преговори бити настављени.",
            ),
            (
                "Прэзідэнт сустрэўся з журналістамі і адказаў на ўсе пытанні.",
                "□□□з□д□н□ □□□□□□□□□ з журналістамі і адказаў на □□е п□□анн□.",
            ),
            (
                "A kormányfő szerint a jövő héten döntenek az új törvényről.",
                "A kormányfő szerint a jövő héten döntenek az új törvényről.",
            ),
            (
                "Președintele țării a anunțat că orașul și județul vor fi ajutate.",
                "Președintele țării a anunțat că orașul și județul vor fi ajutate.",
            ),
            (
                "Preşedintele ţării a anunţat că oraşul şi judeţul vor fi ajutate.",
                "Preşedintele ţării a anunţat că oraşul şi judeţul vor fi ajutate.",
            ),
            (
                "Predseda vlády povedal, že riešenie príde až budúci týždeň.",
                "Predseda vlády povedal, že riešenie príde až budúci týždeň.",
            ),
            (
                "Vyriausybė pritarė naujiems įstatymams, kurie įsigalios kitąmet.",
                "Vyriausybė pritarė naujiems įstatymams, kurie įsigalios kitąmet.",
            ),
            (
                "Valdība šodien pieņēma lēmumu par jaunām skolām.",
                "Valdība šodien pieņēma lēmumu par jaunām skolām.",
            ),
        ];
        let found: Vec<String> =
            sentences.iter().map(|(sentence, _)| restored(&[*sentence], &[]).concat()).collect();
        let wanted: Vec<&str> = sentences.iter().map(|(_, wanted)| *wanted).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_capital_sigma_is_the_letter_that_ends_words_otherwise() {
        let text = restored(&["Το Συνέδριο άρχισε σήμερα στη Θεσσαλονίκη."], &[]).concat();
        assert!(text.contains("Συνέδριο"), "{text}");
    }

    #[test]
    fn dropped_soft_hyphens_are_restored_as_letters() {
        let line: Vec<Glyph> = "этот вопрос требует решения"
            .chars()
            .map(|character| damaged_glyph(character, true))
            .collect();
        let text: String =
            restore(&[line], &[]).concat().iter().flatten().map(|found| found.character).collect();
        assert!(text.starts_with('э'), "{text}");
    }

    #[test]
    fn a_language_without_a_table_stays_damaged() {
        let sentences = [
            "Претседателот на владата изјави дека преговорите ќе продолжат следната недела.",
            "Predsjednik vlade rekao je jučer da će pregovori biti nastavljeni.",
            "Über die Änderung des Gesetzes wird nächste Woche in Österreich beraten.",
            "À l'époque, l'État n'avait pas prévu cette dépense énorme.",
            "Às vezes é preciso esperar; Óscar e Ângela já sabem.",
        ];
        for sentence in sentences {
            let text = restored(&[sentence], &[]).concat();
            for (found, wanted) in text.chars().zip(sentence.chars()) {
                assert!(found == '□' || found == wanted, "{text}");
                assert!(found == wanted || matches!(damaged_glyph(wanted, false), Glyph::Lost(_)));
            }
            let lost = damaged(sentence).iter().filter(|one| matches!(one, Glyph::Lost(_))).count();
            assert_eq!(text.matches('□').count(), lost, "{text}");
        }
    }
}

#[test]
fn an_undamaged_copy_restores_a_name() {
    let line = ["Κωνσταντίνος Περβερίδης, Дзьобик i Škvořčák"];
    let clean = ["Περβερίδης", "Дзьобик", "Škvořčák"];
    let text = restored(&line, &clean).concat();
    for word in clean {
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn every_lost_character_has_an_entry() {
    let lines =
        ["", "plain", "Ð", "İstanbul ğ", "їїїїїї її ї", "ααα ωωω πππ 12 ςς", "漢字かな", "ß"];
    restored(&lines, &["", "ї", "a\nb"]);
    let lost = |count| vec![Glyph::Lost(0xD1); count];
    for lead in 0..=u8::MAX {
        assert_eq!(restore(&[vec![Glyph::Lost(lead)]], &[]), [[None]]);
    }
    assert_eq!(restore(&[lost(1_000_000)], &[]), [vec![None; 1_000_000]]);
    assert_eq!(restore(&[], &["clean"]), Vec::<Vec<Option<RestoredCharacter>>>::new());
}

#[test]
fn hostile_text_terminates() {
    let word = |length: usize, seed: usize| -> Vec<Glyph> {
        (0..length)
            .map(|at| {
                if (at * 7 + seed).is_multiple_of(5) {
                    Glyph::Kept('о')
                } else {
                    Glyph::Lost(0xD1)
                }
            })
            .collect()
    };
    let mut line = Vec::new();
    for seed in 0..2_000 {
        line.extend(word(3 + seed % 30, seed));
        line.push(Glyph::Kept(' '));
    }
    let found = restore(&[line.clone(), line], &[]);
    assert_eq!(found[0].len(), found[1].len());
}
