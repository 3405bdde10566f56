//! Lines such as `Title: ...` before a text, and front matter.

use super::{TextForm, Unpacked, aside};
use crate::ClutterClass;
use crate::segment::SetAsideText;

/// Lines in which headers are searched.
const MAX_LINES: usize = 20;
/// Bytes of a header.
const MAX_VALUE: usize = 500;

/// What the headers of a text say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TextHeaders {
    pub(crate) title: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) sitename: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    Title,
    Author,
    Date,
    Site,
    /// What has no field here: URL, section, tags.
    Other,
}

impl Header {
    fn from_key(key: &str) -> Option<Self> {
        Some(match key.trim().to_lowercase().as_str() {
            "title" | "headline" | "título" | "titulo" | "titel" | "titre" | "titolo"
            | "tiêu đề" | "заголовок" | "标题" | "標題" | "タイトル" => {
                Self::Title
            }
            "author" | "authors" | "autor" | "autora" | "auteur" | "autore" | "byline"
            | "tác giả" | "автор" | "作者" => Self::Author,
            "date" | "published" | "publish date" | "publication date" | "date published"
            | "datum" | "fecha" | "data" | "ngày" | "дата" | "日期" => Self::Date,
            "source" | "publisher" | "publication" | "site" | "quelle" | "fuente" | "fonte"
            | "bron" | "nguồn" | "источник" | "来源" | "來源" => Self::Site,
            "url" | "link" | "section" | "category" | "categories" | "tags" | "keywords"
            | "language" | "lang" | "id" | "layout" | "slug" => Self::Other,
            _ => return None,
        })
    }
}

/// Takes the headers off a text. One line alone is a header only if it gives the title.
pub(super) fn take(
    text: &str,
    headers: &mut TextHeaders,
    set_aside: &mut Vec<SetAsideText>,
) -> Option<Unpacked> {
    let mut found: Vec<(usize, Header, &str)> = Vec::new();
    let mut ends_at = 0;
    let mut is_front_matter = false;
    for (number, line) in text.split('\n').take(MAX_LINES).enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            continue;
        }
        if trimmed == "---" && (found.is_empty() || is_front_matter) {
            if is_front_matter {
                ends_at = number + 1;
                break;
            }
            is_front_matter = true;
            continue;
        }
        let header = trimmed.split_once([':', '：']).and_then(|(key, value)| {
            let value = value.trim().trim_matches('"').trim();
            let key = key.trim_matches(['*', ' ']);
            Some((Header::from_key(key)?, value)).filter(|(_, value)| value.len() <= MAX_VALUE)
        });
        match header {
            Some((header, value)) => {
                found.push((number, header, value));
                ends_at = number + 1;
            }
            // Front matter may have keys that nobody knows.
            None if is_front_matter => found.push((number, Header::Other, trimmed)),
            None => break,
        }
    }
    let has = |wanted: Header| found.iter().any(|(_, header, _)| *header == wanted);
    let known = [Header::Title, Header::Author, Header::Date, Header::Site];
    let kinds = known.into_iter().filter(|header| has(*header)).count();
    let is_header = kinds >= 2
        || kinds == 1 && is_front_matter
        || has(Header::Title)
            && found.first().is_some_and(|(_, header, _)| *header == Header::Title);
    let last = found.iter().filter(|(number, ..)| *number < ends_at).count();
    if !is_header || last == 0 {
        return None;
    }
    found.truncate(last);
    for (number, header, value) in &found {
        let field = match header {
            Header::Title => &mut headers.title,
            Header::Author => &mut headers.author,
            Header::Date => &mut headers.date,
            Header::Site => &mut headers.sitename,
            Header::Other => &mut None,
        };
        if field.is_none() && !value.is_empty() {
            *field = Some((*value).to_owned());
        }
        let class = match header {
            Header::Title | Header::Other => ClutterClass::Other,
            _ => ClutterClass::Byline,
        };
        let line = text.split('\n').nth(*number).unwrap_or_default();
        set_aside.push(aside(class, "unpack/header", *number, line));
    }
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let is_taken = number < ends_at
            && (line.trim() == "---" || found.iter().any(|(taken, ..)| *taken == number));
        if !is_taken {
            out.push_str(line);
        }
    }
    Some(Unpacked { text: out, form: TextForm::Headers, changes: found.len() })
}
