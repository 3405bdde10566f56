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

/// Names of `<meta>` (in `name`, `property` or `http-equiv`) as [`meta`] compares them, sorted for a
/// binary search, each with its field and its rank. Among the values of a field, the lowest rank is
/// trusted most.
const META: &[(&str, MetadataField, u8)] = &[
    ("applemobilewebapptitle", Sitename, 5),
    ("applicationname", Sitename, 4),
    ("article:author", Author, 3),
    ("article:author:name", Author, 1),
    ("article:authorname", Author, 1),
    ("article:authors", Author, 1),
    ("article:byline", Author, 2),
    ("article:contenttier", ContentTier, 1),
    ("article:created", Published, 3),
    ("article:createdat", Published, 3),
    ("article:createdate", Published, 3),
    ("article:createdtime", Published, 3),
    ("article:date", Published, 3),
    ("article:datepublished", Published, 2),
    ("article:lastmodified", Modified, 1),
    ("article:lastupdated", Modified, 1),
    ("article:modificationdate", Modified, 1),
    ("article:modified", Modified, 1),
    ("article:modifieddate", Modified, 1),
    ("article:modifiedtime", Modified, 1),
    ("article:postdate", Published, 2),
    ("article:pubdate", Published, 1),
    ("article:publicationdate", Published, 1),
    ("article:publishdate", Published, 1),
    ("article:published", Published, 1),
    ("article:publishedat", Published, 2),
    ("article:publishedtime", Published, 1),
    ("article:section", Category, 1),
    ("article:tag", Tag, 1),
    ("article:title", Title, 2),
    ("article:updated", Modified, 2),
    ("article:updatedat", Modified, 1),
    ("article:updatedtime", Modified, 1),
    ("article:updatetime", Modified, 1),
    ("articleauthor", Author, 2),
    ("articleauthorname", Author, 2),
    ("articledateoriginal", Published, 1),
    ("articledateupdated", Modified, 1),
    ("articlepublishdate", Published, 1),
    ("articlepublishedtime", Published, 1),
    ("author", Author, 2),
    ("authorname", Author, 1),
    ("authors", Author, 2),
    ("blog:published", Published, 2),
    ("book:author", Author, 2),
    ("book:releasedate", Published, 4),
    ("bt:pubdate", Published, 2),
    ("byl", Author, 1),
    ("byline", Author, 1),
    ("category", Category, 3),
    ("citationabstracthtmlurl", Url, 4),
    ("citationauthor", Author, 1),
    ("citationauthors", Author, 1),
    ("citationdate", Published, 2),
    ("citationjournaltitle", Sitename, 2),
    ("citationkeywords", Tag, 2),
    ("citationlanguage", Language, 4),
    ("citationonlinedate", Published, 1),
    ("citationpublicationdate", Published, 2),
    ("citationtitle", Title, 2),
    ("contentauthor", Author, 1),
    ("contentlanguage", Language, 3),
    ("contentpublished", Published, 2),
    ("created", Published, 4),
    ("createdat", Published, 3),
    ("createdate", Published, 3),
    ("createddate", Published, 3),
    ("creationdate", Published, 3),
    ("creator", Author, 2),
    ("cxenseparse:author", Author, 2),
    ("cxenseparse:publishtime", Published, 2),
    ("cxenseparse:recs:articletitle", Title, 3),
    ("cxenseparse:recs:author", Author, 2),
    ("cxenseparse:recs:publishtime", Published, 2),
    ("date", Published, 4),
    ("date:created", Published, 4),
    ("date:issued", Published, 3),
    ("date:modified", Modified, 3),
    ("date:published", Published, 3),
    ("datecreated", Published, 3),
    ("datecreation", Published, 3),
    ("datelastmodified", Modified, 2),
    ("datemodified", Modified, 2),
    ("dateofpublication", Published, 2),
    ("dateposted", Published, 2),
    ("datepublication", Published, 2),
    ("datepublished", Published, 2),
    ("datetime", Published, 4),
    ("dateupdate", Modified, 2),
    ("dateupdated", Modified, 2),
    ("dc:author", Author, 2),
    ("dc:contributorauthor", Author, 2),
    ("dc:created", Published, 3),
    ("dc:creator", Author, 2),
    ("dc:creator:personalname", Author, 2),
    ("dc:creators", Author, 2),
    ("dc:date", Published, 4),
    ("dc:date:created", Published, 4),
    ("dc:date:issued", Published, 2),
    ("dc:date:modified", Modified, 2),
    ("dc:date:publication", Published, 2),
    ("dc:date:published", Published, 2),
    ("dc:date:xmetadatadate", Published, 4),
    ("dc:description", Description, 4),
    ("dc:issued", Published, 2),
    ("dc:language", Language, 4),
    ("dc:modified", Modified, 2),
    ("dc:publisher", Sitename, 5),
    ("dc:rights", License, 3),
    ("dc:subject", Tag, 4),
    ("dc:title", Title, 5),
    ("dcsext:articlefirstpublished", Published, 1),
    ("dcsext:author", Author, 1),
    ("dct:available", Published, 3),
    ("dct:created", Published, 3),
    ("dct:creator", Author, 2),
    ("dct:date", Published, 3),
    ("dct:issued", Published, 2),
    ("dct:language", Language, 4),
    ("dct:license", License, 1),
    ("dct:modified", Modified, 2),
    ("dct:published", Published, 2),
    ("dct:publisher", Sitename, 5),
    ("dct:rights", License, 3),
    ("dct:title", Title, 5),
    ("dcterms:available", Published, 3),
    ("dcterms:created", Published, 3),
    ("dcterms:creator", Author, 2),
    ("dcterms:date", Published, 4),
    ("dcterms:description", Description, 4),
    ("dcterms:issued", Published, 2),
    ("dcterms:language", Language, 4),
    ("dcterms:license", License, 1),
    ("dcterms:modified", Modified, 2),
    ("dcterms:publisher", Sitename, 5),
    ("dcterms:rights", License, 3),
    ("dcterms:subject", Tag, 4),
    ("dcterms:title", Title, 5),
    ("dcterms:updated", Modified, 2),
    ("description", Description, 2),
    ("displaydate", Published, 2),
    ("displaypublishdate", Published, 2),
    ("docdate", Published, 3),
    ("eomportal:firstpublishdate", Published, 1),
    ("firstpublishdate", Published, 1),
    ("firstpublished", Published, 1),
    ("firstpublisheddate", Published, 1),
    ("headline", Title, 4),
    ("image", Image, 5),
    ("iso8601publishdate", Published, 2),
    ("issued", Published, 2),
    ("issuedate", Published, 2),
    ("keywords", Tag, 3),
    ("language", Language, 4),
    ("lastmod", Modified, 3),
    ("lastmodified", Modified, 4),
    ("lastmodifieddate", Modified, 2),
    ("lastpubdate", Modified, 2),
    ("lastrevised", Modified, 2),
    ("lastupdate", Modified, 2),
    ("lastupdated", Modified, 2),
    ("lastupdatedate", Modified, 2),
    ("lastupdateddate", Modified, 2),
    ("livedate", Published, 3),
    ("mediatorauthor", Author, 1),
    ("mediatorpublishedtime", Published, 1),
    ("moddate", Modified, 2),
    ("modificationdate", Modified, 2),
    ("modified", Modified, 4),
    ("modifiedat", Modified, 2),
    ("modifieddate", Modified, 3),
    ("modifiedon", Modified, 2),
    ("modifiedtime", Modified, 2),
    ("ms:date", Published, 5),
    ("newsauthor", Author, 1),
    ("newsdate", Published, 2),
    ("newskeywords", Tag, 2),
    ("newspublishdate", Published, 2),
    ("og:article:author", Author, 3),
    ("og:article:authors", Author, 1),
    ("og:article:modified", Modified, 1),
    ("og:article:modifiedtime", Modified, 1),
    ("og:article:published", Published, 2),
    ("og:article:publishedtime", Published, 1),
    ("og:article:section", Category, 1),
    ("og:article:tag", Tag, 1),
    ("og:article:updatedtime", Modified, 1),
    ("og:author", Author, 3),
    ("og:created", Published, 3),
    ("og:createdtime", Published, 3),
    ("og:date", Published, 4),
    ("og:datetime", Published, 4),
    ("og:description", Description, 1),
    ("og:image", Image, 1),
    ("og:image:secureurl", Image, 2),
    ("og:image:url", Image, 2),
    ("og:locale", Language, 2),
    ("og:modified", Modified, 2),
    ("og:modifiedtime", Modified, 2),
    ("og:pubdate", Published, 2),
    ("og:publicationdate", Published, 2),
    ("og:publishdate", Published, 2),
    ("og:published", Published, 2),
    ("og:publishedtime", Published, 2),
    ("og:releasedate", Published, 4),
    ("og:sitename", Sitename, 1),
    ("og:title", Title, 1),
    ("og:type", PageType, 1),
    ("og:updated", Modified, 2),
    ("og:updatedtime", Modified, 3),
    ("og:url", Url, 2),
    ("onlinedate", Published, 3),
    ("originalpublicationdate", Published, 1),
    ("originalpublishdate", Published, 1),
    ("pageauthor", Author, 1),
    ("pagedate", Published, 3),
    ("parselyauthor", Author, 1),
    ("parselyimageurl", Image, 4),
    ("parselylink", Url, 4),
    ("parselypagetitle", Title, 2),
    ("parselypubdate", Published, 2),
    ("parselysection", Category, 2),
    ("parselytags", Tag, 2),
    ("parselytitle", Title, 2),
    ("postauthor", Author, 1),
    ("postdate", Published, 2),
    ("posted", Published, 2),
    ("posteddate", Published, 2),
    ("prism:author", Author, 1),
    ("prism:creationdate", Published, 3),
    ("prism:modificationdate", Modified, 1),
    ("prism:publicationdate", Published, 1),
    ("prism:title", Title, 2),
    ("pubdate", Published, 2),
    ("pubdateiso", Published, 2),
    ("publicationdate", Published, 2),
    ("publicationtime", Published, 2),
    ("publish", Published, 2),
    ("publishdate", Published, 2),
    ("published", Published, 2),
    ("publishedat", Published, 2),
    ("publisheddate", Published, 2),
    ("publisheddatetime", Published, 2),
    ("publishedon", Published, 2),
    ("publishedtime", Published, 2),
    ("publishedtimestamp", Published, 2),
    ("publisher", Sitename, 5),
    ("publishingdate", Published, 2),
    ("publishtime", Published, 2),
    ("rbauthors", Author, 1),
    ("rbpubdate", Published, 2),
    ("releasedate", Published, 4),
    ("revised", Modified, 4),
    ("reviseddate", Modified, 2),
    ("revisiondate", Modified, 2),
    ("rights", License, 3),
    ("rnews:creator", Author, 1),
    ("rnews:datecreated", Published, 3),
    ("rnews:datemodified", Modified, 1),
    ("rnews:datepublished", Published, 1),
    ("sailthru:author", Author, 1),
    ("sailthru:authors", Author, 1),
    ("sailthru:date", Published, 2),
    ("sailthru:description", Description, 3),
    ("sailthru:image:full", Image, 4),
    ("sailthru:publishdate", Published, 2),
    ("sailthru:tags", Tag, 3),
    ("sailthru:title", Title, 2),
    ("schema:author", Author, 1),
    ("schema:datecreated", Published, 3),
    ("schema:datemodified", Modified, 1),
    ("schema:datepublished", Published, 1),
    ("section", Category, 3),
    ("shareaholic:articleauthorname", Author, 1),
    ("shareaholic:articlemodifiedtime", Modified, 2),
    ("shareaholic:articlepublishedtime", Published, 2),
    ("thedate", Published, 4),
    ("thumbnail", Image, 5),
    ("time", Published, 4),
    ("timestamp", Published, 4),
    ("title", Title, 5),
    ("twitter:description", Description, 3),
    ("twitter:image", Image, 3),
    ("twitter:image:src", Image, 3),
    ("twitter:title", Title, 3),
    ("twitter:url", Url, 4),
    ("twtpublishedat", Published, 2),
    ("updated", Modified, 4),
    ("updatedat", Modified, 2),
    ("updatedate", Modified, 2),
    ("updateddate", Modified, 2),
    ("updatedon", Modified, 2),
    ("updatedtime", Modified, 3),
    ("updatetime", Modified, 2),
    ("uploaddate", Published, 2),
    ("video:releasedate", Published, 4),
    ("video:tag", Tag, 2),
    ("vr:author", Author, 1),
    ("vr:publishedtime", Published, 1),
    ("weibo:article:createat", Published, 3),
    ("wpublisheddate", Published, 3),
    ("writer", Author, 2),
    ("writers", Author, 2),
    ("writtenby", Author, 2),
];

/// Maximum length of the name of a `<meta>`, in bytes. The longest in the table is shorter.
const MAX_NAME: usize = 48;

/// The field and rank of a `<meta>` name. Sites write the same name in many ways, so case, hyphens
/// and underscores do not count, and a period is a colon: `DC.date.issued`, `publish_date`.
pub(super) fn meta(name: &str) -> Option<(MetadataField, u8)> {
    if name.len() > MAX_NAME {
        return None;
    }
    let mut folded = String::with_capacity(name.len());
    folded.extend(name.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| match c {
        '.' => ':',
        _ => c.to_ascii_lowercase(),
    }));
    let at = META.binary_search_by(|(known, ..)| known.cmp(&folded.as_str())).ok()?;
    META.get(at).map(|(_, field, rank)| (*field, *rank))
}

/// Whether a `<meta>` names who published the page, without being a name of the site.
pub(super) fn is_publisher(name: &str) -> bool {
    ["copyright", "dc.rightsholder", "owner", "web_author", "article:publisher", "twitter:site"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// The field of a property in `RDFa`, in the vocabularies that pages use: schema.org, Dublin Core and
/// the news vocabulary `rNews`.
pub(super) fn rdfa(property: &str) -> Option<MetadataField> {
    let name = match property.rsplit_once([':', '/', '#']) {
        Some((vocabulary, name)) => {
            let known = ["schema", "dc", "dct", "dcterms", "rnews"].contains(&vocabulary)
                || ["schema.org", "purl.org/dc"].iter().any(|host| vocabulary.contains(host));
            known.then_some(name)?
        }
        None => property,
    };
    match name {
        "author" | "creator" => Some(Author),
        "datePublished" | "dateCreated" | "created" | "issued" | "date" => Some(Published),
        "dateModified" | "modified" => Some(Modified),
        _ => None,
    }
}

/// The field of a schema.org property in microdata.
pub(super) fn microdata(property: &str) -> Option<MetadataField> {
    match property {
        "headline" => Some(Title),
        "author" | "creator" => Some(Author),
        "datePublished" | "dateCreated" | "datepublished" => Some(Published),
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
    use super::{META, MetadataField, meta, microdata, rdfa};

    #[test]
    fn the_table_is_sorted_and_short() {
        assert!(META.is_sorted_by(|a, b| a.0 < b.0));
        for (name, field, rank) in META {
            assert!(name.len() <= super::MAX_NAME, "{name}");
            assert_eq!(meta(name), Some((*field, *rank)), "{name}");
        }
    }

    #[test]
    fn names_in_any_case() {
        assert_eq!(meta("DC.Date.Issued"), Some((MetadataField::Published, 2)));
        assert_eq!(meta("publish_date"), meta("Publish-Date"));
        assert_eq!(meta("viewport"), None);
        assert_eq!(microdata("author"), Some(MetadataField::Author));
        assert_eq!(rdfa("schema:dateCreated"), Some(MetadataField::Published));
        assert_eq!(rdfa("http://purl.org/dc/terms/creator"), Some(MetadataField::Author));
        assert_eq!(rdfa("foaf:name"), None);
    }
}
