//! What the JSON-LD of a page says about it.

use serde_json::Value;

use super::jsonld::{self, JsonLdEntity};
use super::text::{fold, head, plain};

/// How many levels of `hasPart` are searched for a declaration of access.
const MAX_PART_DEPTH: usize = 3;

/// Maximum length of a selector of a paid part, in bytes.
const MAX_SELECTOR: usize = 80;

/// The facts from the JSON-LD objects that describe the page.
#[derive(Debug, Default)]
pub(super) struct JsonLdFacts {
    /// The type of the main object, as schema.org writes it.
    pub kind: Option<String>,
    /// Its headline or name.
    pub title: Option<String>,
    /// Names of its authors.
    pub authors: Vec<String>,
    /// Those of them that are declared as something other than `Person`.
    pub organizations: Vec<String>,
    /// Whether all of them are declared as `Person`.
    pub authors_are_people: bool,
    /// The date of publication.
    pub published: Option<String>,
    /// The date of the last change.
    pub modified: Option<String>,
    /// The summary.
    pub description: Option<String>,
    /// The text of the article.
    pub body: Option<String>,
    /// The URL of its image.
    pub image: Option<String>,
    /// The license.
    pub license: Option<String>,
    /// Language tag.
    pub language: Option<String>,
    /// Sections.
    pub sections: Vec<String>,
    /// Keywords.
    pub keywords: Vec<String>,
    /// The name of the publisher or the site.
    pub sitename: Option<String>,
    /// Declarations of access: the value, and where it was read.
    pub access: Vec<(bool, String)>,
    /// The CSS selectors of parts that are not free.
    pub paid_parts: Vec<String>,
}

/// How close the type of an object is to the content of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum EntityRole {
    /// An article, a post, a question, a recipe.
    Work,
    /// A product, an event, a video and the like.
    Thing,
    /// The page that contains the content.
    Page,
    /// The site, its publisher, its breadcrumbs.
    Frame,
}

impl JsonLdFacts {
    /// Reads all scripts. `titles` are the other declared titles of the page: among several
    /// articles, the one that agrees with them describes the page.
    pub(super) fn read(scripts: &[&str], titles: &[&str]) -> Self {
        let roots: Vec<Value> = scripts.iter().filter_map(|script| jsonld::parse(script)).collect();
        let entities = jsonld::entities(&roots);
        let mut linked = Self::default();
        let main = main_entity(&entities, titles);
        let page = entities.iter().copied().find(|entity| role(entity) == EntityRole::Page);
        let own: Vec<&JsonLdEntity> = main.into_iter().chain(page).collect();

        let text = |keys: &[&str]| {
            let mut places = own.iter().flat_map(|entity| keys.iter().map(|key| entity.get(*key)));
            places.find_map(jsonld::text).map(|text| plain(&text)).filter(|text| !text.is_empty())
        };
        linked.published = text(&["datePublished", "uploadDate", "dateCreated", "datePosted"]);
        linked.modified = text(&["dateModified"]);
        linked.description = text(&["description"]);
        linked.body = text(&["articleBody"]);
        linked.image = text(&["image", "thumbnailUrl"]);
        linked.license = text(&["license"]);
        linked.language = text(&["inLanguage"]);
        if let Some(main) = main {
            linked.kind = jsonld::types(main).next().map(str::to_owned);
            linked.title = ["headline", "name", "title"]
                .iter()
                .find_map(|key| jsonld::text(main.get(*key)))
                .map(|title| plain(&title));
            linked.sections = list(main.get("articleSection"), false);
            linked.keywords = list(main.get("keywords"), true);
        } else if let Some(page) = page {
            linked.kind = jsonld::types(page).next().map(str::to_owned);
        }
        let authors = own.iter().map(|entity| authors(entity, &entities));
        let authors = authors.into_iter().find(|authors| !authors.is_empty()).unwrap_or_default();
        linked.authors_are_people =
            !authors.is_empty() && authors.iter().all(|author| author.kind == AuthorKind::Person);
        for author in authors {
            if author.kind == AuthorKind::Organization {
                linked.organizations.push(author.name.clone());
            }
            linked.authors.push(author.name);
        }
        linked.sitename = sitename(&entities, &own);
        for entity in &own {
            access(entity, 0, &mut linked);
        }
        linked
    }
}

impl JsonLdFacts {
    /// Whether the main object is an article or a post.
    pub(super) fn is_article(&self) -> bool {
        self.kind.as_deref().is_some_and(|kind| role_of_type(kind) == EntityRole::Work)
    }
}

fn role(entity: &JsonLdEntity) -> EntityRole {
    jsonld::types(entity).map(role_of_type).min().unwrap_or(EntityRole::Frame)
}

fn role_of_type(name: &str) -> EntityRole {
    if name.ends_with("Article") || name.ends_with("Posting") && name != "JobPosting" {
        return EntityRole::Work;
    }
    match name {
        "BlogPost" | "Report" | "Review" | "Recipe" | "Question" | "HowTo" | "ClaimReview"
        | "OpinionPiece" | "Thesis" | "MediaReview" => EntityRole::Work,
        "Product"
        | "ProductGroup"
        | "Event"
        | "VideoObject"
        | "Course"
        | "SoftwareApplication"
        | "MobileApplication"
        | "WebApplication"
        | "SoftwareSourceCode"
        | "Book"
        | "Movie"
        | "MusicAlbum"
        | "MusicRecording"
        | "Service"
        | "JobPosting"
        | "Dataset"
        | "Person"
        | "PodcastEpisode"
        | "TVEpisode"
        | "CreativeWork"
        | "ImageObject"
        | "Game"
        | "VideoGame"
        | "Comment"
        | "Place"
        | "LocalBusiness" => EntityRole::Thing,
        _ if name.ends_with("Page") => EntityRole::Page,
        _ if name.ends_with("Event") => EntityRole::Thing,
        _ => EntityRole::Frame,
    }
}

/// The object that describes the content of the page.
fn main_entity<'a>(entities: &[&'a JsonLdEntity], titles: &[&str]) -> Option<&'a JsonLdEntity> {
    let titles: Vec<String> = titles.iter().map(|title| fold(title)).collect();
    let agrees = |entity: &JsonLdEntity| {
        let name = ["headline", "name"].iter().find_map(|key| jsonld::text(entity.get(*key)));
        let name = name.map(|name| fold(&plain(&name))).unwrap_or_default();
        name.len() > 3 && titles.iter().any(|title| title.contains(&name) || name.contains(title))
    };
    let of =
        |wanted: EntityRole| entities.iter().copied().filter(move |entity| role(entity) == wanted);
    // Several articles, none of which has the title of the page, are a list of stories.
    let work = match of(EntityRole::Work).count() {
        0 => None,
        1 => of(EntityRole::Work).next(),
        _ => of(EntityRole::Work)
            .find(|entity| agrees(entity))
            .or_else(|| of(EntityRole::Work).next().filter(|_| of(EntityRole::Work).count() == 2)),
    };
    work.or_else(|| {
        // In a `@graph`, the objects of authors and images do not describe the page.
        let things = || {
            of(EntityRole::Thing).filter(|entity| {
                !jsonld::types(entity)
                    .any(|name| matches!(name, "Person" | "ImageObject" | "Place"))
            })
        };
        things()
            .find(|entity| agrees(entity))
            .or_else(|| things().next().filter(|_| things().count() == 1))
    })
}

/// What an author is declared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AuthorKind {
    Person,
    Organization,
    Unknown,
}

/// An author as an object declares it.
#[derive(Clone, Debug)]
struct DeclaredAuthor {
    name: String,
    kind: AuthorKind,
}

/// The authors of an object. References by `@id` are followed once.
fn authors(entity: &JsonLdEntity, entities: &[&JsonLdEntity]) -> Vec<DeclaredAuthor> {
    let mut out = Vec::new();
    for key in ["author", "authors", "creator"] {
        for value in jsonld::values(entity.get(key)).take(40) {
            match value {
                Value::String(name) => {
                    out.push(DeclaredAuthor { name: plain(name), kind: AuthorKind::Unknown });
                }
                Value::Object(person) => {
                    let person = referenced(person, entities);
                    let kind = author_kind(person);
                    let names = person_name(person).into_iter();
                    out.extend(names.map(|name| DeclaredAuthor { name: plain(&name), kind }));
                }
                _ => {}
            }
        }
        out.retain(|author| !author.name.is_empty());
        if !out.is_empty() {
            break;
        }
    }
    out
}

/// The object that an object without a name refers to by its `@id`.
fn referenced<'a>(person: &'a JsonLdEntity, entities: &[&'a JsonLdEntity]) -> &'a JsonLdEntity {
    if !person_name(person).is_empty() {
        return person;
    }
    let id = person.get("@id").and_then(Value::as_str);
    let named = id.and_then(|id| {
        let is_named = |entity: &&&JsonLdEntity| {
            entity.get("@id").and_then(Value::as_str) == Some(id) && entity.contains_key("name")
        };
        entities.iter().find(is_named).copied()
    });
    named.unwrap_or(person)
}

fn author_kind(person: &JsonLdEntity) -> AuthorKind {
    let mut kinds = jsonld::types(person).peekable();
    if kinds.peek().is_none() {
        return AuthorKind::Unknown;
    }
    // Plug-ins declare the owner of a personal site as both.
    if kinds.any(|kind| kind == "Person") { AuthorKind::Person } else { AuthorKind::Organization }
}

fn person_name(person: &JsonLdEntity) -> Vec<String> {
    // Some sites put the whole list into the `name` of one person.
    let names: Vec<String> =
        jsonld::values(person.get("name")).filter_map(Value::as_str).map(str::to_owned).collect();
    if !names.is_empty() {
        return names;
    }
    let part = |key: &str| person.get(key).and_then(Value::as_str);
    match (part("givenName"), part("familyName")) {
        (Some(given), Some(family)) => vec![format!("{given} {family}")],
        _ => Vec::new(),
    }
}

fn sitename(entities: &[&JsonLdEntity], own: &[&JsonLdEntity]) -> Option<String> {
    let name = |entity: &JsonLdEntity| {
        jsonld::text(entity.get("name")).map(|name| plain(&name)).filter(|name| !name.is_empty())
    };
    let of = |wanted: &str| {
        entities.iter().copied().find(|entity| jsonld::types(entity).any(|name| name == wanted))
    };
    of("WebSite")
        .and_then(name)
        .or_else(|| {
            own.iter().find_map(|entity| {
                jsonld::values(entity.get("publisher")).find_map(|publisher| match publisher {
                    Value::Object(publisher) => name(publisher),
                    _ => None,
                })
            })
        })
        .or_else(|| of("Organization").or_else(|| of("NewsMediaOrganization")).and_then(name))
        .filter(|name| !name.contains("://"))
}

/// The strings of a property; with `split`, commas separate them too.
fn list(value: Option<&Value>, split: bool) -> Vec<String> {
    let mut out = Vec::new();
    for value in jsonld::values(value) {
        if let Some(text) = jsonld::text(Some(value)) {
            if split && value.is_string() {
                out.extend(text.split([',', ';']).map(plain));
            } else {
                out.push(plain(&text));
            }
        }
    }
    out
}

fn access(entity: &JsonLdEntity, depth: usize, linked: &mut JsonLdFacts) {
    if depth > MAX_PART_DEPTH || linked.access.len() >= 8 {
        return;
    }
    let kind = jsonld::types(entity).next().unwrap_or("object");
    for key in ["isAccessibleForFree", "isAccessibleForfree"] {
        let free = jsonld::values(entity.get(key)).find_map(boolean_value);
        if let Some(free) = free {
            // The selector of a part says where on the page it is, so it belongs into the evidence.
            let part = jsonld::text(entity.get("cssSelector"));
            if let Some(part) = part.as_deref().filter(|_| !free) {
                linked.paid_parts.push(part.to_owned());
            }
            let part = part.map(|part| format!(" ({})", head(&plain(&part), MAX_SELECTOR)));
            let part = part.unwrap_or_default();
            linked.access.push((free, format!("JSON-LD {kind}{part}: {key} is {free}")));
        }
    }
    for part in jsonld::values(entity.get("hasPart")).filter_map(Value::as_object) {
        access(part, depth + 1, linked);
    }
}

/// A boolean as pages write it: `true`, `"True"`, `"http://schema.org/False"`.
fn boolean_value(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) => parse_boolean(text),
        _ => None,
    }
}

/// A boolean as text.
pub(super) fn parse_boolean(text: &str) -> Option<bool> {
    match text.trim().rsplit('/').next()?.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::JsonLdFacts;

    #[test]
    fn authors_in_every_form() {
        for (author, expected) in [
            (r#""Ada Quill""#, vec!["Ada Quill"]),
            (r#"{"@type": "Person", "name": "Ada Quill"}"#, vec!["Ada Quill"]),
            (r#"[{"name": "Ada Quill"}, "Ben Ost"]"#, vec!["Ada Quill", "Ben Ost"]),
            (r#"{"name": ["Ada Quill", "Ben Ost"]}"#, vec!["Ada Quill", "Ben Ost"]),
            (r##"{"@id": "#ada"}"##, vec!["Ada Quill"]),
            (r#"{"givenName": "Ada", "familyName": "Quill"}"#, vec!["Ada Quill"]),
        ] {
            let script = format!(
                r##"[{{"@type": "NewsArticle", "author": {author}}},
                    {{"@type": "Person", "@id": "#ada", "name": "Ada Quill"}}]"##
            );
            assert_eq!(JsonLdFacts::read(&[&script], &[]).authors, expected, "{author}");
        }
    }

    #[test]
    fn the_article_that_agrees_with_the_title_is_the_page() {
        let script = r#"[
            {"@type": "NewsArticle", "headline": "Bridge closed", "datePublished": "2020-01-01"},
            {"@type": "NewsArticle", "headline": "Ferry returns", "datePublished": "2024-05-03"},
            {"@type": "NewsArticle", "headline": "Market moves", "datePublished": "2021-01-01"}]"#;
        let date = |titles: &[&str]| JsonLdFacts::read(&[script], titles).published;
        assert_eq!(date(&["Ferry returns | The Quay"]).as_deref(), Some("2024-05-03"));
        assert_eq!(date(&["Latest stories"]), None);
    }

    #[test]
    fn access_in_parts_and_in_words() {
        let script = r#"{"@type": "NewsArticle", "isAccessibleForFree": "False",
            "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": false}}"#;
        let access = JsonLdFacts::read(&[script], &[]).access;
        assert_eq!(access.iter().map(|(free, _)| *free).collect::<Vec<_>>(), [false, false]);
        assert_eq!(access[0].1, "JSON-LD NewsArticle: isAccessibleForFree is false");
    }
}
