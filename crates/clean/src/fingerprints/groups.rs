//! Groups of texts that are counted together, as the pages of a host are.

use super::site_host;

/// Bytes of the name of a group. Names of fields and folders come from outside.
const MAX_NAME_BYTES: usize = 200;
/// What the names of groups begin with.
const NAMED: &str = "group:";
const FOLDER: &str = "folder:";

/// What a text is counted with, where the host does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextGroup<'a> {
    /// A name that the caller knows, such as that of a newspaper. It takes precedence over the host.
    Named(&'a str),
    /// The folder of the input. It is for texts without a URL: a page says more about its site.
    Folder(&'a str),
}

impl TextGroup<'_> {
    /// The group as profiles name it: `group:NAME` or `folder:PATH`. `None` if the name is blank.
    pub fn name(&self) -> Option<String> {
        let (kind, name) = match self {
            Self::Named(name) => (NAMED, name.trim()),
            Self::Folder(path) => (FOLDER, path.trim()),
        };
        let name = name.get(..name.floor_char_boundary(MAX_NAME_BYTES)).unwrap_or_default();
        (!name.is_empty()).then(|| format!("{kind}{name}"))
    }
}

/// Whether a name in [`crate::PageFingerprints::site`] is that of a group, and not a host.
pub fn is_text_group(name: &str) -> bool {
    name.starts_with(NAMED) || name.starts_with(FOLDER)
}

/// What a page is counted with: a named group, else its host, else for a text its folder.
pub(crate) fn counted_with(
    group: Option<TextGroup<'_>>,
    hostname: Option<&str>,
    is_text: bool,
) -> Option<String> {
    let named = group.filter(|group| matches!(group, TextGroup::Named(_)));
    let folder = group.filter(|group| is_text && matches!(group, TextGroup::Folder(_)));
    named
        .and_then(|group| group.name())
        .or_else(|| hostname.map(site_host).filter(|host| !host.is_empty()))
        .or_else(|| folder.and_then(|group| group.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_before_the_host_and_the_host_before_the_folder() {
        let host = Some("WWW.quay.example");
        let with = |group, host| counted_with(group, host, true);
        let named = Some(TextGroup::Named(" Quay Post "));
        let folder = Some(TextGroup::Folder("texts/quay"));
        assert_eq!(with(named, host).as_deref(), Some("group:Quay Post"));
        assert_eq!(with(folder, host).as_deref(), Some("quay.example"));
        assert_eq!(with(folder, None).as_deref(), Some("folder:texts/quay"));
        assert_eq!(with(Some(TextGroup::Named(" ")), host).as_deref(), Some("quay.example"));
        assert_eq!(counted_with(folder, None, false), None);
    }
}
