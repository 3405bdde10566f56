//! A table of which `<meta>` names and microdata properties belong to which field.

/// A field that markup can declare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetadataField {
    /// The headline.
    Title,
    /// An author's name.
    Author,
    /// The date of publication.
    Published,
    /// The date of the last change.
    Modified,
    /// A summary.
    Description,
    /// The URL of the lead image.
    Image,
    /// The name of the site.
    Sitename,
    /// The canonical URL of the page.
    Url,
    /// The license.
    License,
    /// The language, as a tag.
    Language,
    /// The kind of page.
    PageType,
    /// A section that the page is filed under.
    Category,
    /// A keyword, or several separated by commas.
    Tag,
    /// `free`, `metered` or `locked`.
    ContentTier,
    /// Whether the page is free to read.
    AccessibleForFree,
}

use MetadataField::{
    AccessibleForFree, Author, Category, ContentTier, Description, Image, Language, License,
    Modified, PageType, Published, Sitename, Tag, Title, Url,
};

/// Names of `<meta>` (in `name`, `property` or `http-equiv`), in lower case and sorted for a binary
/// search, each with its field and its rank. Among the values of a field, the lowest rank is
/// trusted most.
const META: &[(&str, MetadataField, u8)] = &[
    ("apple-mobile-web-app-title", Sitename, 5),
    ("application-name", Sitename, 4),
    ("article-author", Author, 2),
    ("article.author", Author, 2),
    ("article.created", Published, 3),
    ("article.date", Published, 3),
    ("article.published", Published, 1),
    ("article.section", Category, 2),
    ("article.updated", Modified, 2),
    ("article:author", Author, 3),
    ("article:author_name", Author, 1),
    ("article:content_tier", ContentTier, 1),
    ("article:modified", Modified, 1),
    ("article:modified_time", Modified, 1),
    ("article:publish_date", Published, 1),
    ("article:published", Published, 1),
    ("article:published_time", Published, 1),
    ("article:section", Category, 1),
    ("article:tag", Tag, 1),
    ("article_author", Author, 2),
    ("article_date_original", Published, 1),
    ("article_date_updated", Modified, 1),
    ("author", Author, 2),
    ("authors", Author, 2),
    ("book:author", Author, 2),
    ("book:release_date", Published, 4),
    ("byl", Author, 1),
    ("category", Category, 3),
    ("citation_abstract_html_url", Url, 4),
    ("citation_author", Author, 1),
    ("citation_authors", Author, 1),
    ("citation_date", Published, 2),
    ("citation_journal_title", Sitename, 2),
    ("citation_keywords", Tag, 2),
    ("citation_language", Language, 4),
    ("citation_online_date", Published, 1),
    ("citation_publication_date", Published, 2),
    ("citation_title", Title, 2),
    ("content-language", Language, 3),
    ("created", Published, 4),
    ("cxenseparse:author", Author, 2),
    ("cxenseparse:recs:articletitle", Title, 3),
    ("cxenseparse:recs:publishtime", Published, 2),
    ("date", Published, 4),
    ("date.created", Published, 4),
    ("date.issued", Published, 3),
    ("date.modified", Modified, 3),
    ("date.published", Published, 3),
    ("datemodified", Modified, 2),
    ("datepublished", Published, 2),
    ("dc.creator", Author, 2),
    ("dc.creator.personalname", Author, 2),
    ("dc.date", Published, 4),
    ("dc.date.created", Published, 4),
    ("dc.date.issued", Published, 2),
    ("dc.date.modified", Modified, 2),
    ("dc.description", Description, 4),
    ("dc.language", Language, 4),
    ("dc.publisher", Sitename, 5),
    ("dc.rights", License, 3),
    ("dc.subject", Tag, 4),
    ("dc.title", Title, 5),
    ("dcterms.available", Published, 3),
    ("dcterms.created", Published, 3),
    ("dcterms.creator", Author, 2),
    ("dcterms.date", Published, 4),
    ("dcterms.description", Description, 4),
    ("dcterms.issued", Published, 2),
    ("dcterms.language", Language, 4),
    ("dcterms.license", License, 1),
    ("dcterms.modified", Modified, 2),
    ("dcterms.publisher", Sitename, 5),
    ("dcterms.rights", License, 3),
    ("dcterms.subject", Tag, 4),
    ("dcterms.title", Title, 5),
    ("description", Description, 2),
    ("headline", Title, 4),
    ("image", Image, 5),
    ("keywords", Tag, 3),
    ("language", Language, 4),
    ("last-modified", Modified, 4),
    ("last_modified", Modified, 4),
    ("lastmod", Modified, 3),
    ("modified-date", Modified, 3),
    ("modified_date", Modified, 3),
    ("ms.date", Published, 5),
    ("news_keywords", Tag, 2),
    ("og:article:author", Author, 3),
    ("og:article:modified_time", Modified, 1),
    ("og:article:published_time", Published, 1),
    ("og:article:section", Category, 1),
    ("og:article:tag", Tag, 1),
    ("og:author", Author, 3),
    ("og:description", Description, 1),
    ("og:image", Image, 1),
    ("og:image:secure_url", Image, 2),
    ("og:image:url", Image, 2),
    ("og:locale", Language, 2),
    ("og:modified_time", Modified, 2),
    ("og:published_time", Published, 2),
    ("og:release_date", Published, 4),
    ("og:site_name", Sitename, 1),
    ("og:title", Title, 1),
    ("og:type", PageType, 1),
    ("og:updated_time", Modified, 3),
    ("og:url", Url, 2),
    ("originalpublicationdate", Published, 1),
    ("parsely-author", Author, 1),
    ("parsely-image-url", Image, 4),
    ("parsely-link", Url, 4),
    ("parsely-pub-date", Published, 2),
    ("parsely-section", Category, 2),
    ("parsely-tags", Tag, 2),
    ("parsely-title", Title, 2),
    ("pubdate", Published, 2),
    ("publication-date", Published, 2),
    ("publication_date", Published, 2),
    ("publish-date", Published, 2),
    ("publish_date", Published, 2),
    ("publishdate", Published, 2),
    ("published", Published, 2),
    ("published-date", Published, 2),
    ("published_at", Published, 2),
    ("published_date", Published, 2),
    ("published_time", Published, 2),
    ("publisher", Sitename, 5),
    ("revised", Modified, 4),
    ("rights", License, 3),
    ("sailthru.author", Author, 1),
    ("sailthru.date", Published, 2),
    ("sailthru.description", Description, 3),
    ("sailthru.image.full", Image, 4),
    ("sailthru.tags", Tag, 3),
    ("sailthru.title", Title, 2),
    ("section", Category, 3),
    ("shareaholic:article_author_name", Author, 1),
    ("shareaholic:article_modified_time", Modified, 2),
    ("shareaholic:article_published_time", Published, 2),
    ("thumbnail", Image, 5),
    ("title", Title, 5),
    ("twitter:description", Description, 3),
    ("twitter:image", Image, 3),
    ("twitter:image:src", Image, 3),
    ("twitter:title", Title, 3),
    ("twitter:url", Url, 4),
    ("updated_time", Modified, 3),
    ("video:release_date", Published, 4),
    ("video:tag", Tag, 2),
    ("w-published-date", Published, 3),
];

/// The field and rank of a `<meta>` name.
pub(super) fn meta(name: &str) -> Option<(MetadataField, u8)> {
    // The longest name in the table has 34 bytes. Longer ones are not in it, and are not
    // lower-cased.
    if name.len() > 40 {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let at = META.binary_search_by(|(known, ..)| known.cmp(&name.as_str())).ok()?;
    META.get(at).map(|(_, field, rank)| (*field, *rank))
}

/// The field of a schema.org property in microdata.
pub(super) fn microdata(property: &str) -> Option<MetadataField> {
    match property {
        "headline" => Some(Title),
        "author" | "creator" => Some(Author),
        "datePublished" | "dateCreated" | "datepublished" | "uploadDate" => Some(Published),
        "dateModified" | "datemodified" => Some(Modified),
        "description" => Some(Description),
        "articleSection" => Some(Category),
        "keywords" => Some(Tag),
        "license" => Some(License),
        "inLanguage" => Some(Language),
        "isAccessibleForFree" => Some(AccessibleForFree),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{META, MetadataField, meta, microdata};

    #[test]
    fn the_table_is_sorted_and_short() {
        assert!(META.is_sorted_by(|a, b| a.0 < b.0));
        assert!(META.iter().all(|(name, ..)| name.len() <= 40 && *name == name.to_lowercase()));
    }

    #[test]
    fn names_in_any_case() {
        assert_eq!(meta("DC.Date.Issued"), Some((MetadataField::Published, 2)));
        assert_eq!(meta("viewport"), None);
        assert_eq!(microdata("author"), Some(MetadataField::Author));
    }
}
