//! Words damaged and restored.

use super::copies::damage;
use super::{Glyph, restore};

fn damaged(text: &str) -> Vec<Glyph> {
    text.chars().map(|character| damage(character, false)).collect()
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

    #[test]
    fn sentences_are_restored() {
        let sentences = [
            // The seed's line.
            "Володимир Зеленський",
            "Міністр заявив, що уряд продовжить переговори.",
            "Президент України прибув до Києва.",
            "Правительство России приняло решение о новых выборах.",
            "Президент Владимир Путин встретился с журналистами.",
            "Η κυβέρνηση ανακοίνωσε νέα μέτρα για την οικονομία.",
            "Ο πρωθυπουργός μίλησε στη Βουλή για την Ελλάδα.",
            "Wczoraj wieczorem mieszkańcy wyszli na ulice, żeby świętować.",
            "Prezydent powiedział, że więcej szczegółów będzie później.",
            "Předseda vlády řekl, že řešení bude příští týden.",
            "Český prezident včera přijal německého kancléře.",
            "Başbakan dün akşam değişiklikleri açıkladı.",
            "Öğrenciler yağmura rağmen şehir merkezinde toplandı.",
        ];
        for sentence in sentences {
            eprintln!("{:?}", restored(&[sentence], &[]));
        }
    }

    #[test]
    fn a_language_without_a_table_stays_damaged() {
        let sentences = [
            "Министърът заяви, че правителството ще продължи преговорите следващата седмица.",
            "Председник владе изјавио је јуче да ће преговори бити настављени.",
            "Прэзідэнт сустрэўся з журналістамі і адказаў на ўсе пытанні.",
            "Predseda vlády povedal, že riešenie príde až budúci týždeň.",
            "Predsjednik vlade rekao je jučer da će pregovori biti nastavljeni.",
            "Über die Änderung des Gesetzes wird nächste Woche in Österreich beraten.",
            "À l'époque, l'État n'avait pas prévu cette dépense énorme.",
            "Às vezes é preciso esperar; Óscar e Ângela já sabem.",
        ];
        for sentence in sentences {
            let text = restored(&[sentence], &[]).concat();
            for (found, wanted) in text.chars().zip(sentence.chars()) {
                assert!(found == '□' || found == wanted, "{text}");
                assert!(found == wanted || matches!(damage(wanted, false), Glyph::Lost(_)));
            }
            let lost = damaged(sentence).iter().filter(|one| matches!(one, Glyph::Lost(_))).count();
            assert_eq!(text.matches('□').count(), lost, "{text}");
        }
    }
}
