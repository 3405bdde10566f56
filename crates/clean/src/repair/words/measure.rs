//! Measures on running text: damages it, restores it, and compares.
//!
//! Not run with the other tests; `train/words/measure.py` calls it. `WORDS_TEXT` names a file of
//! texts, one sentence per line, with an empty line between texts. `WORDS_REPORT` is the file to
//! write, one damaged word per line: the word, its best reading, whether it reached the threshold,
//! posterior, evidence. `WORDS_TABLES` is the folder with the tables.

use std::fmt::Write as _;

use super::Glyph;
use super::copies::damaged_glyph;
use super::restorer::WordRestorer;
use super::table::LanguageTable;

#[test]
#[ignore = "measures; needs files that train/words/measure.py makes"]
fn measure() {
    let text = std::fs::read_to_string(std::env::var("WORDS_TEXT").unwrap()).unwrap();
    let tables = tables();
    let mut report = String::new();
    for document in text.split("\n\n") {
        let lines: Vec<Vec<char>> = document.lines().map(|line| line.chars().collect()).collect();
        let damaged: Vec<Vec<Glyph>> = lines
            .iter()
            .map(|line| line.iter().map(|&character| damaged_glyph(character, false)).collect())
            .collect();
        let mut restorer = WordRestorer::new(&tables, &damaged, &[]);
        for (whole, line) in lines.iter().zip(&damaged) {
            let table = restorer.language(line);
            let threshold = table.map_or(1.0, |table| tables[table].weights.threshold);
            for (at, best) in restorer.words(line, table) {
                let word: String = whole[at].iter().collect();
                let Some(best) = best else {
                    writeln!(report, "{word}\t\t0\t0").unwrap();
                    continue;
                };
                let reading: String = best.characters.iter().collect();
                let is_restored = u8::from(best.posterior >= threshold);
                write!(report, "{word}\t{reading}\t{is_restored}\t{:.5}", best.posterior).unwrap();
                for value in best.evidence {
                    write!(report, "\t{value:.4}").unwrap();
                }
                report.push('\n');
            }
            writeln!(
                report,
                "#line\t{}\t{}",
                table.map_or("-".to_owned(), |table| table.to_string()),
                restorer.fits(line)
            )
            .unwrap();
        }
    }
    std::fs::write(std::env::var("WORDS_REPORT").unwrap(), report).unwrap();
}

fn tables() -> Vec<LanguageTable> {
    let folder = std::fs::read_dir(std::env::var("WORDS_TABLES").unwrap()).unwrap();
    let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().filter_map(|path| LanguageTable::read(&std::fs::read(path).unwrap())).collect()
}
