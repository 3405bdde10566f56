//! Words that say what a date is the date of.

/// Words of a change.
const CHANGE_WORDS: &[&str] = &[
    "updat",
    "modif",
    "revis",
    "edited",
    "reviewed",
    "changed",
    "aktualis",
    "geändert",
    "überarbeitet",
    "mis à jour",
    "mise à jour",
    "actualiza",
    "aggiorna",
    "atualiza",
    "bijgewerkt",
    "gewijzigd",
    "aktualiz",
    "оновлен",
    "обновлен",
    "изменен",
    "更新",
    "uppdatera",
    "ändrad",
    "opdatere",
    "oppdater",
    "güncel",
    "upraven",
    "zmodyfik",
    "frissít",
    "módosít",
    "actualizat",
    "päivitetty",
    "muokattu",
    "ažuriran",
    "posodobljeno",
    "ενημερ",
    "актуализ",
    "수정",
    "diperbarui",
    "cập nhật",
    "تحديث",
    "עודכן",
];

/// Words of a publication.
const PUBLICATION_WORDS: &[&str] = &[
    "publi",
    "posted",
    "created",
    "written",
    "entry-date",
    "veröffentlicht",
    "erstellt",
    "erschienen",
    "datum",
    "mis en ligne",
    "paru le",
    "fecha",
    "pubblicat",
    "gepubliceerd",
    "geplaatst",
    "opublikowan",
    "dodano",
    "опубликован",
    "опубліковано",
    "дата",
    "publik",
    "publicer",
    "udgivet",
    "offentliggjort",
    "yayın",
    "tarih",
    "közzét",
    "megjelen",
    "julkais",
    "objavljen",
    "δημοσιε",
    "публикув",
    "发布",
    "發布",
    "发表",
    "发稿",
    "時間",
    "时间",
    "公開",
    "掲載",
    "投稿",
    "등록",
    "입력",
    "게시",
    "diterbitkan",
    "đăng",
    "نشر",
    "פורסם",
];

/// Whether a text before a date, or a class, says that it is the date of a change.
pub(super) fn is_change_label(label: &str) -> bool {
    has_word(label, CHANGE_WORDS)
}

/// Whether it says that it is the date of publication. "Date:" alone counts, but not in a class.
pub(super) fn is_publication_label(label: &str) -> bool {
    let label = label.trim();
    has_word(label, PUBLICATION_WORDS)
        || ["date", "data", "dato", "stand"]
            .iter()
            .any(|word| label.trim_end_matches([':', ' ']).eq_ignore_ascii_case(word))
}

fn has_word(label: &str, words: &[&str]) -> bool {
    let label = label.to_lowercase();
    words.iter().any(|word| label.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{is_change_label, is_publication_label};

    #[test]
    fn labels_in_several_languages() {
        for label in
            ["Published:", "Veröffentlicht am", "Publié le", "Дата публикации:", "发布时间："]
        {
            assert!(is_publication_label(label), "{label}");
            assert!(!is_change_label(label), "{label}");
        }
        for label in ["Last updated", "Zuletzt geändert am", "Mis à jour le", "更新"] {
            assert!(is_change_label(label), "{label}");
        }
        assert!(!is_publication_label("Founded in"));
    }
}
