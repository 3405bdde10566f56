//! Element names, and how each takes part in the flow of text.

macro_rules! tags {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// Elements that the crate treats in a special way; all others are `Unknown`. The order is part of the
        /// hashes in the model file: new tags go to the end.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Tag { Unknown, $($variant),* }

        impl Tag {
            pub(crate) fn from_name(name: &str) -> Self {
                match name { $($name => Self::$variant,)* _ => Self::Unknown }
            }

            /// The element's name, or `*` for those without a variant.
            pub(crate) const fn name(self) -> &'static str {
                match self { Self::Unknown => "*", $(Self::$variant => $name),* }
            }
        }
    };
}

tags! {
    A "a", Abbr "abbr", Address "address", Article "article", Aside "aside", Audio "audio",
    B "b", Blockquote "blockquote", Body "body", Br "br", Button "button", Canvas "canvas",
    Caption "caption", Center "center", Cite "cite", Code "code", Datalist "datalist", Dd "dd",
    Del "del", Details "details", Dialog "dialog", Div "div", Dl "dl", Dt "dt", Em "em",
    Embed "embed", Fieldset "fieldset", Figcaption "figcaption", Figure "figure",
    Footer "footer", Form "form", Frameset "frameset", H1 "h1", H2 "h2", H3 "h3", H4 "h4",
    H5 "h5", H6 "h6", Head "head", Header "header", Hgroup "hgroup", Hr "hr", Html "html",
    I "i", Iframe "iframe", Img "img", Input "input", Kbd "kbd", Label "label",
    Legend "legend", Li "li", Link "link", Main "main", Map "map", Math "math", Menu "menu",
    Meta "meta", Nav "nav", Noscript "noscript", Object "object", Ol "ol", Optgroup "optgroup",
    Option "option", P "p", Picture "picture", Pre "pre", Progress "progress", Rp "rp", Rt "rt",
    Samp "samp", Script "script", Search "search", Section "section", Select "select",
    Small "small", Source "source", Span "span", Strong "strong", Style "style", Sub "sub",
    Summary "summary", Sup "sup", Svg "svg", Table "table", Tbody "tbody", Td "td",
    Template "template", Textarea "textarea", Tfoot "tfoot", Th "th", Thead "thead",
    Time "time", Title "title", Tr "tr", Tt "tt", U "u", Ul "ul", Video "video", Wbr "wbr",
    Mark "mark", Q "q", Ruby "ruby", S "s", Strike "strike",
}

impl Tag {
    /// Elements whose contents are not text of the page.
    pub(crate) const fn is_skipped(self) -> bool {
        matches!(
            self,
            Self::Audio
                | Self::Canvas
                | Self::Datalist
                | Self::Embed
                | Self::Head
                | Self::Iframe
                | Self::Img
                | Self::Input
                | Self::Link
                | Self::Map
                | Self::Meta
                | Self::Object
                | Self::Option
                | Self::Picture
                | Self::Progress
                | Self::Rp
                | Self::Script
                | Self::Select
                | Self::Source
                | Self::Style
                | Self::Svg
                | Self::Template
                | Self::Textarea
                | Self::Title
                | Self::Video
        )
    }

    /// Elements that begin and end a block in the default style sheet of the HTML standard
    /// (<https://html.spec.whatwg.org/multipage/rendering.html#flow-content-3>), and buttons, whose text is
    /// never part of a sentence.
    pub(crate) const fn is_block(self) -> bool {
        matches!(
            self,
            Self::Address
                | Self::Article
                | Self::Aside
                | Self::Blockquote
                | Self::Body
                | Self::Button
                | Self::Caption
                | Self::Center
                | Self::Dd
                | Self::Details
                | Self::Dialog
                | Self::Div
                | Self::Dl
                | Self::Dt
                | Self::Fieldset
                | Self::Figcaption
                | Self::Figure
                | Self::Footer
                | Self::Form
                | Self::Frameset
                | Self::H1
                | Self::H2
                | Self::H3
                | Self::H4
                | Self::H5
                | Self::H6
                | Self::Header
                | Self::Hgroup
                | Self::Hr
                | Self::Html
                | Self::Legend
                | Self::Li
                | Self::Main
                | Self::Menu
                | Self::Nav
                | Self::Ol
                | Self::Optgroup
                | Self::P
                | Self::Pre
                | Self::Search
                | Self::Section
                | Self::Summary
                | Self::Table
                | Self::Tbody
                | Self::Td
                | Self::Tfoot
                | Self::Th
                | Self::Thead
                | Self::Tr
                | Self::Ul
        )
    }

    /// 1 to 6 for headings.
    pub(crate) const fn heading_level(self) -> Option<u8> {
        match self {
            Self::H1 => Some(1),
            Self::H2 => Some(2),
            Self::H3 => Some(3),
            Self::H4 => Some(4),
            Self::H5 => Some(5),
            Self::H6 => Some(6),
            _ => None,
        }
    }
}
