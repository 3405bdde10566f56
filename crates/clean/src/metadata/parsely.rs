//! What `<meta name=parsely-page>` says: a JSON object for the analytics of that name.

use serde_json::Value;

use super::jsonld;
use super::text::plain;

/// Maximum length of the object, in bytes.
const MAX_BYTES: usize = 20_000;

/// The facts in the object.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ParselyPage {
    /// The headline.
    pub title: Option<String>,
    /// The names of the authors.
    pub authors: Vec<String>,
    /// The date of publication.
    pub published: Option<String>,
}

impl ParselyPage {
    /// Reads the `content` of the element.
    pub(super) fn read(content: &str) -> Self {
        let value = (content.len() <= MAX_BYTES).then(|| jsonld::parse(content)).flatten();
        // What had to be repaired is in a list.
        let page = jsonld::values(value.as_ref()).find_map(Value::as_object);
        let Some(page) = page else { return Self::default() };
        let text = |key: &str| {
            let text = jsonld::text(page.get(key)).map(|text| plain(&text));
            text.filter(|text| !text.is_empty())
        };
        let authors = ["author", "authors"].iter().flat_map(|key| jsonld::values(page.get(*key)));
        Self {
            title: text("title"),
            authors: authors.filter_map(|name| jsonld::text(Some(name))).collect(),
            published: text("pub_date"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ParselyPage;

    #[test]
    fn one_author_or_several() {
        let one = ParselyPage::read(r#"{"title": "Ferry returns", "author": "Ada Quill"}"#);
        assert_eq!(one.title.as_deref(), Some("Ferry returns"));
        assert_eq!(one.authors, ["Ada Quill"]);
        let page = r#"{"authors": ["Ada Quill", "Ben Ost"], "pub_date": "2024-05-03T10:00:00Z",}"#;
        let two = ParselyPage::read(page);
        assert_eq!(two.authors, ["Ada Quill", "Ben Ost"]);
        assert_eq!(two.published.as_deref(), Some("2024-05-03T10:00:00Z"));
        assert_eq!(ParselyPage::read("none"), ParselyPage::default());
    }
}
