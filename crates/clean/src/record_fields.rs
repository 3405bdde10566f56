//! The fields of a [`Record`](crate::Record) in one table. The JSON Schema, the list in
//! `docs/record.md` and the columns of tables derive from it, so a new field is added in two
//! places: in the struct, and here.

use crate::{RecordOutcome, TextSource};

/// The type of a field in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldType {
    /// A string.
    String,
    /// A string with a date, `YYYY-MM-DD`.
    Date,
    /// A string with a time, RFC 3339.
    DateTime,
    /// `true` or `false`.
    Boolean,
    /// A whole number, 0 or more.
    Integer,
    /// A number.
    Number,
    /// A list of strings.
    Strings,
    /// An object; its fields follow in the table.
    Object,
    /// A list of objects; their fields follow in the table.
    Objects,
    /// An object with names of the data for keys, and whole numbers for values. Fields of its own,
    /// if any, follow in the table.
    Counts,
}

impl FieldType {
    /// The type in words, as `docs/record.md` has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::String | Self::Date | Self::DateTime => "string",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Strings => "list of strings",
            Self::Object | Self::Counts => "object",
            Self::Objects => "list of objects",
        }
    }
}

/// One field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordField {
    /// Its path in JSON: a dot separates the names of nested objects, and `[]` stands for the
    /// elements of a list, as in `removed.blocks[].class`.
    pub path: &'static str,
    /// The type of its value.
    pub field_type: FieldType,
    /// Whether it can be null.
    pub nullable: bool,
    /// When the field is present; `None` if it always is.
    pub optional: Option<&'static str>,
    /// The possible values, if they are a fixed set.
    pub values: Option<&'static [&'static str]>,
    /// The name of its column in a flat table; `None` if it has none of its own.
    pub column: Option<&'static str>,
    /// What it means: one phrase for people, in Markdown.
    pub doc: &'static str,
}

impl RecordField {
    /// The last name of its path.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The path of the object that it is in, without `[]`; empty at the top.
    pub fn parent(&self) -> &'static str {
        self.path.rsplit_once('.').map_or("", |(parent, _)| parent.trim_end_matches("[]"))
    }

    const fn or_null(mut self) -> Self {
        self.nullable = true;
        self
    }

    const fn optional(mut self, when: &'static str) -> Self {
        self.optional = Some(when);
        self
    }

    const fn one_of(mut self, values: &'static [&'static str]) -> Self {
        self.values = Some(values);
        self
    }

    const fn column(mut self, name: &'static str) -> Self {
        self.column = Some(name);
        self
    }
}

const fn field(path: &'static str, field_type: FieldType, doc: &'static str) -> RecordField {
    RecordField {
        path,
        field_type,
        nullable: false,
        optional: None,
        values: None,
        column: None,
        doc,
    }
}

const OUTCOMES: &[&str] =
    &[RecordOutcome::Ok.as_str(), RecordOutcome::Empty.as_str(), RecordOutcome::Error.as_str()];
const TEXT_SOURCES: &[&str] = &[
    TextSource::Visible.as_str(),
    TextSource::JsonLd.as_str(),
    TextSource::Hydration.as_str(),
    TextSource::Noscript.as_str(),
    TextSource::Template.as_str(),
];
const PROMPTS: &[&str] = &["none", "generic", "wall"];
const ACCESS: &[&str] = &["free", "paid", "unknown"];
const CHANGES: &[&str] = &["new", "changed", "gone"];
// A const cannot collect the names of `ClutterClass::ALL`; a test compares the two.
const CLASSES: &[&str] = &[
    "navigation",
    "newsletter",
    "paywall",
    "login",
    "consent",
    "advert",
    "related",
    "share",
    "comments",
    "byline",
    "caption",
    "legal",
    "notice",
    "other",
];

// A test compares these with the names of the enums too.
const LAYOUTS: &[&str] = &["lines", "paragraphs", "fragments", "wrapped", "one_line", "markdown"];
const STRUCTURE_REPAIRS: &[&str] = &["join", "drop_cap", "unwrap", "split", "space"];

/// Every field of a record, in the order of its JSON. `input` is not in [`Record`](crate::Record):
/// the sinks of `copydesk-core` add it.
pub const RECORD_FIELDS: &[RecordField] = &[
    field(
        "source",
        FieldType::String,
        "where the page came from: a path, the requested URL, or `file#record`: the number of a line, row \
         or record, from 1; in an archive its byte offset",
    )
    .column("source"),
    field(
        "outcome",
        FieldType::String,
        "`ok`; `empty` (the page has no main content); `error` (it could not be read, or \
         only up to a limit)",
    )
    .one_of(OUTCOMES)
    .column("outcome"),
    field(
        "error",
        FieldType::Object,
        "what went wrong; a warning if `outcome` is not `error`: a limit was reached, and \
         no text was lost",
    )
    .or_null(),
    field("error.kind", FieldType::String, "one of the error kinds").column("error_kind"),
    field("error.message", FieldType::String, "one sentence for people").column("error_message"),
    field(
        "error.concerns",
        FieldType::String,
        "the setting, field or position that the error is about; may be empty",
    )
    .column("error_concerns"),
    field("url", FieldType::String, "the URL of the page; the final URL of a fetched page")
        .or_null()
        .column("url"),
    field("canonical_url", FieldType::String, "the URL that the page declares as canonical")
        .or_null()
        .column("canonical_url"),
    field("hostname", FieldType::String, "the host of `url`, or of `canonical_url`")
        .or_null()
        .column("hostname"),
    field("sitename", FieldType::String, "the name of the site").or_null().column("sitename"),
    field("title", FieldType::String, "the headline, without the name of the site")
        .or_null()
        .column("title"),
    field("author", FieldType::String, "the authors, separated by `; `").or_null().column("author"),
    field("description", FieldType::String, "the summary that the page gives of itself")
        .or_null()
        .column("description"),
    field("image", FieldType::String, "the URL of the lead image").or_null().column("image"),
    field("license", FieldType::String, "the license, as a name or a URL")
        .or_null()
        .column("license"),
    field(
        "language",
        FieldType::String,
        "the language of the text, as an ISO 639-1 code. Norwegian is `nb`, or `nn` for pages that declare Nynorsk; `--language no` finds both",
    )
        .or_null()
        .column("language"),
    field(
        "pagetype",
        FieldType::String,
        "`article`, `product`, `forum` and so on, as the markup names it",
    )
    .or_null()
    .column("pagetype"),
    field("date", FieldType::Date, "the date of publication, `YYYY-MM-DD`")
        .or_null()
        .column("date"),
    field("date_modified", FieldType::Date, "the date of the last change, `YYYY-MM-DD`")
        .or_null()
        .column("date_modified"),
    field("categories", FieldType::Strings, "the sections that the page is filed under")
        .column("categories"),
    field("tags", FieldType::Strings, "its keywords").column("tags"),
    field("text", FieldType::String, "the main content; blocks are separated by one blank line")
        .column("text"),
    field("markdown", FieldType::String, "the main content as Markdown, with absolute links if the URL of the page is known")
        .optional("with `--extra-fields markdown`")
        .column("markdown"),
    field("html", FieldType::String, "the main content as minimal HTML, with the same links")
        .optional("with `--extra-fields html`")
        .column("html"),
    field("images", FieldType::Objects, "the pictures of a page that belong to the main content, in order; absent if there are none")
        .optional("with `--extra-fields images`")
        .column("images"),
    field("images[].url", FieldType::String, "the file, absolute if the URL of the page is known"),
    field("images[].alt", FieldType::String, "the alternative text; may be empty"),
    field("images[].caption", FieldType::String, "the caption in the same figure or box").or_null(),
    field("links", FieldType::Objects, "the links of a page that are in `text`, in order; absent if there are none")
        .optional("with `--extra-fields links`")
        .column("links"),
    field(
        "links[].url",
        FieldType::String,
        "the target, absolute if the URL of the page is known; the scheme is `http`, `https` or `mailto`",
    ),
    field("links[].text", FieldType::String, "the text of the link, in one line"),
    field(
        "text_source",
        FieldType::String,
        "where the text was found: `visible`, in what a browser shows; or, for a page without an article there, \
         in `json_ld`, `hydration` (the data of its scripts), `noscript` or `template`",
    )
    .one_of(TEXT_SOURCES)
    .column("text_source"),
    field(
        "needs_javascript",
        FieldType::Object,
        "set if the page has no article anywhere, and scripts would load it",
    )
    .or_null(),
    field(
        "needs_javascript.evidence",
        FieldType::Strings,
        "what shows it: a notice, an element that scripts fill, the number of scripts",
    )
    .column("needs_javascript_evidence"),
    field("comments", FieldType::String, "reader comments, with `--comments`")
        .or_null()
        .column("comments"),
    field(
        "captions",
        FieldType::Strings,
        "captions and alternative texts that are not in `text`; `--keep caption` keeps them \
         there",
    )
    .column("captions"),
    field(
        "bylines",
        FieldType::Strings,
        "byline lines that are not in `text`; `--keep byline` keeps them there",
    )
    .column("bylines"),
    field(
        "access",
        FieldType::Object,
        "separate facts about payment, since each one misleads alone",
    ),
    field(
        "access.declared",
        FieldType::String,
        "what the markup declares: `free`, `paid` or `unknown`",
    )
    .one_of(ACCESS)
    .column("access_declared"),
    field(
        "access.prompt",
        FieldType::String,
        "what the page asks of its readers: `none`; `generic`, an offer or a log-in beside the text; `wall`, a gate \
         between readers and the text",
    )
    .one_of(PROMPTS)
    .column("access_prompt"),
    field("access.prompt_seen", FieldType::Boolean, "whether `access.prompt` is `wall`")
        .column("access_prompt_seen"),
    field(
        "access.appears_truncated",
        FieldType::Boolean,
        "the page shows that its text goes on elsewhere",
    )
    .column("access_appears_truncated"),
    field(
        "access.evidence",
        FieldType::Strings,
        "the reasons; each one begins with the name of the fact that it supports",
    )
    .column("access_evidence"),
    field("encoding", FieldType::Object, "how bytes became text"),
    field(
        "encoding.charset",
        FieldType::String,
        "the WHATWG name of the charset, or `UTF-32LE` or `UTF-32BE`",
    )
    .column("encoding_charset"),
    field(
        "encoding.decided_by",
        FieldType::String,
        "`bom`, `utf8`, `given`, `meta`, `detected`, or `text` if the input was already decoded",
    )
    .column("encoding_decided_by"),
    field(
        "encoding.had_errors",
        FieldType::Boolean,
        "some bytes could not be decoded and became U+FFFD",
    )
    .column("encoding_had_errors"),
    field("encoding.undecoded", FieldType::Integer, "the number of such bytes"),
    field(
        "encoding.first_undecoded",
        FieldType::Integer,
        "the byte offset of the first one in the input",
    )
    .or_null(),
    field(
        "encoding.strays",
        FieldType::Integer,
        "bytes in UTF-8 input that are not UTF-8 and were decoded as windows-1252",
    ),
    field(
        "encoding.refused_label",
        FieldType::String,
        "the first charset label that was not used: unknown, unsafe, or contradicted by the \
         bytes",
    )
    .or_null(),
    field("encoding.repairs", FieldType::Counts, "the number of repairs by rule")
        .column("encoding_repairs"),
    field(
        "encoding.unrepaired",
        FieldType::Integer,
        "places that look damaged and were not changed",
    )
    .column("encoding_unrepaired"),
    field("structure", FieldType::Object, "how the lines of a text became blocks"),
    field(
        "structure.layout",
        FieldType::String,
        "what the text was recognized as, or `--layout`; null for pages",
    )
    .or_null()
    .one_of(LAYOUTS)
    .column("structure_layout"),
    field(
        "structure.unpacked",
        FieldType::Counts,
        "the number of changes by form that the text was delivered in; forms that were not \
         recognized are absent",
    )
    .column("structure_unpacked"),
    field("structure.repairs", FieldType::Objects, "what was put together again, by kind")
        .column("structure_repairs"),
    field(
        "structure.repairs[].kind",
        FieldType::String,
        "`join`: lines that markup had cut out of a sentence; `drop_cap`: an initial and the rest of \
         its word; `unwrap`: paragraphs that were wrapped at a width; `split`: paragraphs that stood \
         in a line without a space; `space`: spaces that markup had left or lost",
    )
    .one_of(STRUCTURE_REPAIRS),
    field("structure.repairs[].count", FieldType::Integer, "the number of such repairs"),
    field(
        "structure.repairs[].where",
        FieldType::Strings,
        "the lines of the first twenty, as `line N` or `lines N-M`",
    ),
    field(
        "removed",
        FieldType::Counts,
        "the number of removed blocks by clutter class; classes without any are absent",
    )
    .column("removed"),
    field("removed.blocks", FieldType::Objects, "the removed blocks in document order")
        .optional("with `--explain`"),
    field("removed.blocks[].class", FieldType::String, "the clutter class").one_of(CLASSES),
    field(
        "removed.blocks[].rule",
        FieldType::String,
        "the rule with the most weight, such as `en/newsletter-signup` (lexicon), `structure/nav`, \
         `unpack/header`, `section/related`, `box/email-field`, `evidence/token_twins`, `site/example.com`",
    ),
    field(
        "removed.blocks[].evidence",
        FieldType::Strings,
        "up to three further reasons, strongest first",
    ),
    field(
        "removed.blocks[].score",
        FieldType::Number,
        "the probability that the block is clutter, in [0, 1]",
    ),
    field(
        "removed.blocks[].class_confidence",
        FieldType::Number,
        "the probability that it has this class if it is clutter, in [0, 1]",
    ),
    field("removed.blocks[].where", FieldType::String, "the path of elements, or `line N`, or `line N, characters M-N` for a part of a line"),
    field("removed.blocks[].text", FieldType::String, "the text of the block"),
    field(
        "blocks",
        FieldType::Objects,
        "every block of the page in order; those that were kept make up `text`",
    )
    .optional("with `--explain`")
    .column("blocks"),
    field("blocks[].text", FieldType::String, "the text of the block"),
    field("blocks[].kept", FieldType::Boolean, "whether it is in `text`"),
    field(
        "blocks[].title",
        FieldType::Boolean,
        "whether it is the title, which is not clutter even if it is not in `text`",
    ),
    field(
        "blocks[].class",
        FieldType::String,
        "the clutter class, also of kept blocks whose class is in `keep`",
    )
    .or_null()
    .one_of(CLASSES),
    field(
        "blocks[].score",
        FieldType::Number,
        "the probability that the block is content, in [0, 1]",
    ),
    field(
        "blocks[].rule",
        FieldType::String,
        "the rule with the most weight against it; empty for content",
    ),
    field("blocks[].evidence", FieldType::Strings, "up to three further reasons against it")
        .optional("absent for content"),
    field("blocks[].where", FieldType::String, "the path of elements, or `line N`, or `line N, characters M-N` for a part of a line"),
    field("quality", FieldType::Object, "how reliable the text is"),
    field(
        "quality.confidence",
        FieldType::Number,
        "the expected word F1, calibrated on held-out pages, in [0, 1]; of a single block, from its score alone; 0 without text",
    )
    .column("confidence"),
    field(
        "quality.kept_ratio",
        FieldType::Number,
        "the share of the page's words that is in `text`, in [0, 1]",
    )
    .column("kept_ratio"),
    field(
        "quality.left_as_is",
        FieldType::Boolean,
        "whether no block of a text was removed, because all that would \
         have gone was too doubtful, or most letters of the text were lost",
    )
    .column("left_as_is"),
    field(
        "fingerprint",
        FieldType::String,
        "a hash of the text for finding exact duplicates: 16 hexadecimal digits, empty \
         without text",
    )
    .column("fingerprint"),
    field(
        "duplicate_of",
        FieldType::String,
        "with `--dedupe mark`: the `source` of the earlier page with the same text",
    )
    .or_null()
    .column("duplicate_of"),
    field("fetch", FieldType::Object, "facts about the download of a fetched or archived page")
        .or_null(),
    field("fetch.status", FieldType::Integer, "the HTTP status").or_null().column("fetch_status"),
    field("fetch.final_url", FieldType::String, "the URL after redirects")
        .or_null()
        .column("fetch_final_url"),
    field("fetch.fetched_at", FieldType::DateTime, "the time of the request, RFC 3339")
        .or_null()
        .column("fetch_fetched_at"),
    field("fetch.etag", FieldType::String, "the `ETag` header").or_null().column("fetch_etag"),
    field("fetch.last_modified", FieldType::String, "the `Last-Modified` header")
        .or_null()
        .column("fetch_last_modified"),
    field("change", FieldType::Object, "what is new about the page").optional("in crawl jobs"),
    field("change.kind", FieldType::String, "`new`, `changed` or `gone`")
        .one_of(CHANGES)
        .column("change"),
    field(
        "change.share",
        FieldType::Number,
        "the share of words that differ, in [0, 1]; 1 for a new page",
    )
    .column("change_share"),
    field(
        "change.added",
        FieldType::Strings,
        "new and changed blocks, as they are now; empty for a new page",
    )
    .column("change_added"),
    field(
        "change.removed",
        FieldType::Strings,
        "removed and changed blocks, as they were; the whole text of a page that is gone",
    )
    .column("change_removed"),
    field("change.first_seen", FieldType::DateTime, "when the page was first found, RFC 3339")
        .column("first_seen"),
    field(
        "change.last_change",
        FieldType::DateTime,
        "when its text had last changed before this visit, RFC 3339; null for a new page",
    )
    .or_null()
    .column("last_change"),
    field(
        "input",
        FieldType::Object,
        "fields of the input that share a name with a field of the record",
    )
    .optional("with `--pass-through`")
    .column("input"),
];
