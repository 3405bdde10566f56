//! The clutter classes.

use serde::{Deserialize, Serialize};

/// What a block is if it is not main content.
///
/// Records, settings and lexicons use the names of the variants in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ClutterClass {
    /// Menus, breadcrumbs, skip links, pagination, tag lists, section labels.
    Navigation,
    /// Sign-up boxes and their form messages.
    Newsletter,
    /// What asks to pay, to subscribe or to register in order to read: offers, price lists, gates.
    Paywall,
    /// Accounts and forms that are not about reading: of shops, of forums, for commenting.
    Login,
    /// Cookie and privacy dialogs.
    Consent,
    /// Advertisements and sponsored links.
    Advert,
    /// Story lists, read-more links, editors' picks.
    Related,
    /// Share bars and follow-us lines.
    Share,
    /// Reader comments and the forms to write one.
    Comments,
    /// Author, dates, reading time. Also in [`crate::Record::bylines`].
    Byline,
    /// Captions, alternative text, photo credits. Also in [`crate::Record::captions`].
    Caption,
    /// Copyright, terms, syndication lines.
    Legal,
    /// App banners, machine-made audio, corrections widgets.
    Notice,
    /// Clutter that no other class describes.
    Other,
}

impl ClutterClass {
    /// Every class, in the order of the record's fields.
    pub const ALL: [Self; 14] = [
        Self::Navigation,
        Self::Newsletter,
        Self::Paywall,
        Self::Login,
        Self::Consent,
        Self::Advert,
        Self::Related,
        Self::Share,
        Self::Comments,
        Self::Byline,
        Self::Caption,
        Self::Legal,
        Self::Notice,
        Self::Other,
    ];

    /// The name used in records, settings and lexicons.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Navigation => "navigation",
            Self::Newsletter => "newsletter",
            Self::Paywall => "paywall",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::Advert => "advert",
            Self::Related => "related",
            Self::Share => "share",
            Self::Comments => "comments",
            Self::Byline => "byline",
            Self::Caption => "caption",
            Self::Legal => "legal",
            Self::Notice => "notice",
            Self::Other => "other",
        }
    }

    /// The position in [`ClutterClass::ALL`], for tables indexed by class.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The class with this name, or `None`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}

impl std::fmt::Display for ClutterClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// A set of clutter classes.
///
/// ```
/// use copydesk_clean::{ClassSet, ClutterClass};
///
/// let set: ClassSet = [ClutterClass::Byline, ClutterClass::Caption].into_iter().collect();
/// assert!(set.contains(ClutterClass::Byline) && !set.contains(ClutterClass::Share));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassSet(u16);

impl ClassSet {
    /// The set with `class` added.
    #[must_use]
    pub const fn with(self, class: ClutterClass) -> Self {
        Self(self.0 | 1 << class.index())
    }

    /// The set without `class`.
    #[must_use]
    pub const fn without(self, class: ClutterClass) -> Self {
        Self(self.0 & !(1 << class.index()))
    }

    /// Whether `class` is in the set.
    pub const fn contains(self, class: ClutterClass) -> bool {
        self.0 & 1 << class.index() != 0
    }

    /// Whether no class is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<ClutterClass> for ClassSet {
    fn from_iter<I: IntoIterator<Item = ClutterClass>>(classes: I) -> Self {
        classes.into_iter().fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_index_and_order_agree() {
        for (position, class) in ClutterClass::ALL.into_iter().enumerate() {
            assert_eq!(class.index(), position);
            assert_eq!(ClutterClass::from_name(class.name()), Some(class));
            assert_eq!(serde_json::to_string(&class).unwrap(), format!("\"{}\"", class.name()));
        }
        assert_eq!(ClutterClass::from_name("Paywall"), None);
    }

    #[test]
    fn a_set_contains_the_classes_that_were_added() {
        let set: ClassSet = [ClutterClass::Byline, ClutterClass::Other].into_iter().collect();
        assert!(set.contains(ClutterClass::Byline) && set.contains(ClutterClass::Other));
        assert!(!set.contains(ClutterClass::Navigation));
        assert!(set.without(ClutterClass::Byline).without(ClutterClass::Other).is_empty());
    }
}
